-- Generated from supabase/schemas/93_privacy by `npm run generate`. Do not edit.
--
-- What:  the export of a learner's data, receipts of erasures, and retention.
-- Why:   a learner gets their data, and anybody can check that it was erased (O5).
-- Locks: none that anybody waits for: every object is new.
-- Undo:  select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('settled_prune');
--        delete from ops.job where name in ('settled_prune');
--        drop function if exists private.account_data, private.require_learner, private.export_sections, private.export_page,
--          private.own_data, public.own_data, ops.export_learner_data, private.pulled_attempt, ops.export_attempts,
--          private.learner_attempts, public.learner_attempts, private.delete_settled, ops.prune_settled, private.retention_rules,
--          private.retention, ops.retention, ops.set_retention;

select private.revoke_default_grants();

-- Source: schemas/93_privacy/export.sql
-- What:  own_data() and ops.export_learner_data(): everything that Carrel has about one learner, in pages.
-- Why:   a learner may ask for their data (O5). The tables come from the catalogue, so that no new one is forgotten.

create function private.account_data(p_user uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_build_object('id', u.id, 'email', u.email, 'phone', u.phone, 'created_at', u.created_at, 'last_sign_in_at', u.last_sign_in_at,
      'is_anonymous', u.is_anonymous, 'app_role', coalesce(u.raw_app_meta_data ->> 'role', 'learner'), 'user_metadata', coalesce(u.raw_user_meta_data, '{}'))
    from auth.users u where u.id = p_user);
end
$$;
comment on function private.account_data(uuid) is 'An account for its owner''s export. Owned by postgres, as account_of() is.';

create function private.require_learner(p_user uuid)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse_absent(p_user);
  -- A mistyped id must not look like a learner without answers.
  if not exists (select from learner.state s where s.user_id = p_user) and private.account_data(p_user) is null then
    perform private.raise_error('record_unknown', 'There is no such learner.', p_user::text);
  end if;
end
$$;
comment on function private.require_learner(uuid) is
  'Raises record_unknown for an id without an account and without events, and otherwise what refuse_absent() raises.';

create function private.export_sections()
returns table (section text, source text, condition text, content text, keys text[], types text[])
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Every table with a column user_id. Its key without the learner is the order of its rows.
  select c.oid::regclass::text, c.oid::regclass::text,
    case c.oid when 'learner.adoption'::regclass then '$1 in (x.user_id, x.adopted_by)' else 'x.user_id = $1' end, 'to_jsonb(x)',
    array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum)), array_agg(format_type(a.atttypid, null) order by array_position(i.indkey::int2[], a.attnum))
  from pg_class c
  join pg_index i on i.indrelid = c.oid and i.indisprimary
  join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
  where c.relnamespace in ('content'::regnamespace, 'learner'::regnamespace, 'ops'::regnamespace) and c.relkind in ('r', 'p') and not c.relispartition
    and exists (select from pg_attribute u where u.attrelid = c.oid and u.attname = 'user_id' and u.atttypid = 'uuid'::regtype and not u.attisdropped)
  group by c.oid
  union all
  -- Who did what to the learner's data. Names and addresses of staff are theirs. Of an administrator's export only the first page is in it: a record
  -- of each page would be a row of the next page, without end.
  select 'ops.audit', 'ops.audit',
    $c$x.object_id = $1::text collate "C" and x.object = any (private.learner_objects()) and (x.action <> 'export_learner_data' or x.after ->> 'after' is null)$c$,
    $c$jsonb_build_object('at', x.at, 'action', x.action, 'object', x.object, 'role', x.actor_role, 'by_learner', x.actor is not distinct from $1,
      'before', x.before, 'after', x.after)$c$, array['at', 'id'], array['timestamptz', 'bigint']
$$;
comment on function private.export_sections() is
  'The sections of an export: table, condition for a learner ($1), content of a row x, and the columns of the order with their types.';

create function private.export_page(p_user uuid, p_after text, p_limit integer)
returns table (section text, content jsonb, cursor text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit constant integer := private.list_rows(coalesce(p_limit, private.max_list_rows()));
  v_at constant text := split_part(p_after, '|', 1);
  v_key jsonb;
  v_section record;
  v_count integer := 0;
  v_bytes bigint := 0;
begin
  if p_after is not null then
    if private.is_jsonb(substr(p_after, length(v_at) + 2)) then
      v_key := substr(p_after, length(v_at) + 2)::jsonb;
    end if;
    if v_at <> 'account' and not exists (
      select from private.export_sections() s where s.section = v_at and not exists (
        select from unnest(s.types) with ordinality t (type, place) where pg_input_is_valid(v_key ->> (t.place - 1)::integer, t.type) is not true))
    then
      perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
    end if;
  else
    section := 'account';
    content := private.account_data(p_user);
    cursor := 'account|[]';
    v_count := 1;
    return next;
  end if;
  for v_section in
    select s.* from private.export_sections() s where p_after is null or v_at = 'account' or s.section >= v_at collate "C" order by s.section collate "C"
  loop
    for section, content, cursor in execute format(
      'select %L, %s, %L || ''|'' || jsonb_build_array(%s) from %s x where %s%s order by %s limit %s', v_section.section, v_section.content, v_section.section,
      (select string_agg(format('x.%I::text', k), ', ') from unnest(v_section.keys) k), v_section.source, v_section.condition,
      case when v_section.section = v_at then (
        select format(' and (%s) > (%s)', string_agg(format('x.%I', k.name), ', ' order by k.place), string_agg(format('%L::%s', v_key ->> (k.place - 1)::integer, k.type), ', ' order by k.place))
        from unnest(v_section.keys, v_section.types) with ordinality k (name, type, place)) else '' end,
      (select string_agg(format('x.%I', k), ', ') from unnest(v_section.keys) k), v_limit - v_count + 1) using p_user
    loop
      v_bytes := v_bytes + octet_length(content::text);
      if v_count >= v_limit or (v_count > 0 and v_bytes > private.max_page_bytes()) then
        return;
      end if;
      v_count := v_count + 1;
      return next;
    end loop;
  end loop;
end
$$;
comment on function private.export_page(uuid, text, integer) is
  'The next rows of a learner''s export, in the order of sections and keys: at most p_limit rows and a page''s bytes, but at least one row.';

create function private.own_data(p_after text, p_limit integer)
returns table (section text, content jsonb, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.caller_id() is null then
    perform private.raise_error('unauthenticated');
  end if;
  perform private.require_session(private.caller_id(), private.caller_session(), null);
  perform private.refuse_absent(private.caller_id());
  if p_after is null then
    perform private.audit('own_data', 'learner.state', private.caller_id()::text);
  end if;
  return query select * from private.export_page(private.caller_id(), p_after, p_limit);
end
$$;
comment on function private.own_data(text, integer) is 'The core of own_data().';

create function public.own_data(after text default null, page_rows integer default null)
returns table (section text, content jsonb, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.own_data(after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.own_data(text, integer) is
  'Everything that is stored about the caller, row by row: the account, each table with rows of the learner, and the audit of what others did. At most 500 rows '
  'and 1 MiB, but at least one row; after is the last row''s cursor: go on until a page is empty. Errors: unauthenticated, session_ended, erased, cursor_invalid.';

create function ops.export_learner_data(p_user uuid, p_reason text, p_after text default null, p_rows integer default null)
returns table (section text, content jsonb, cursor text)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  perform private.require_learner(p_user);
  -- Each page: an export may begin at any cursor.
  perform private.audit('export_learner_data', 'learner.state', p_user::text, null, jsonb_build_object('reason', p_reason, 'after', p_after));
  return query select * from private.export_page(p_user, p_after, p_rows);
end
$$;
comment on function ops.export_learner_data(uuid, text, text, integer) is
  'Everything that is stored about a learner, as own_data() gives it to them. For admins, with a reason; audited. Errors: forbidden, support_invalid, '
  'record_unknown, erased, moved, learner_adopted, cursor_invalid.';

grant execute on function private.own_data(text, integer), public.own_data(text, integer) to authenticated;

-- Source: schemas/93_privacy/export_attempts.sql
-- What:  ops.export_attempts(): all answers of one learner, in the order in which they were given.
-- Why:   other systems read them, as xAPI statements or as reviews of cards (docs/exports.md). Learners pull their own rows.

create function private.pulled_attempt(x learner.attempt)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('event_id', private.uuid_to_ulid(x.event_id), 'session_id', private.uuid_to_ulid(x.session_id), 'skill_id', x.skill_id,
    'question_id', x.question_id, 'device_id', x.device_id, 'content_version', x.content_version, 'content_state', x.content_state,
    'answer', x.answer, 'claimed_correct', x.claimed_correct, 'graded_correct', x.graded_correct, 'duration_ms', x.duration_ms,
    'reset_count', x.reset_count, 'reset_event', private.uuid_to_ulid(x.reset_event), 'occurred_at', x.occurred_at,
    'utc_offset_minutes', x.utc_offset_minutes, 'voided', x.voided_at is not null)
$$;
comment on function private.pulled_attempt(learner.attempt) is
  'An attempt with the names and forms of a pulled one, so that one conversion serves both.';

create function ops.export_attempts(p_user uuid, p_reason text)
returns table (attempt jsonb, voided_at timestamptz)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  perform private.require_learner(p_user);
  perform private.audit('export_attempts', 'learner.state', p_user::text, null, jsonb_build_object('reason', p_reason));
  -- Two answers of one moment have the order of their ids.
  return query
    select private.pulled_attempt(x), x.voided_at
    from learner.attempt x
    where x.user_id = p_user
    order by x.occurred_at, x.event_id;
end
$$;
comment on function ops.export_attempts(uuid, text) is
  'All attempts of a learner, oldest first, in the form of a pulled attempt, and when support voided them. Read it with a cursor. For admins, with a '
  'reason; audited. Errors: forbidden, support_invalid, record_unknown, erased, moved, learner_adopted.';

-- Source: schemas/93_privacy/learner_attempts.sql
-- What:  learner_attempts(): one learner's attempts for staff, in pages, in the order in which they were given.
-- Why:   an instructor or support exports them as xAPI or for FSRS without a database connection, under the rules of their screens (O2, O3).

create function private.learner_attempts(p_learner uuid, p_reason text, p_answers boolean, p_cursor text, p_limit integer)
returns table (attempt jsonb, voided_at timestamptz, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_after constant uuid := private.cursor_id(p_cursor);
  v_after_at timestamptz;
begin
  perform private.require_role('instructor', 'support', 'admin');
  -- Support helps every learner. Instructors have their own cohorts, and require_own_learner() lets everybody else pass.
  if (private.account_of(private.caller_id(), private.caller_session())).app_role is distinct from 'support' then
    perform private.require_own_learner(p_learner);
  end if;
  perform private.require_reason(p_reason);
  if p_answers is null then
    perform private.raise_error('support_invalid', '`with_answers` must be true or false.', 'with_answers');
  elsif p_answers then
    perform private.require_answers_grant();
  end if;
  perform private.require_learner(p_learner);
  if v_after is not null then
    select x.occurred_at into v_after_at from learner.attempt x where x.user_id = p_learner and x.event_id = v_after;
    if not found then
      perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
    end if;
  end if;
  perform private.audit('learner_attempts', 'learner.state', p_learner::text, null,
    jsonb_strip_nulls(jsonb_build_object('reason', p_reason, 'answers', p_answers, 'cursor', p_cursor)));
  return query
  select case when p_answers then private.pulled_attempt(x)
      -- The number of hints is part of the rating of a review, and tells nothing of what was answered.
      else private.pulled_attempt(x) || jsonb_build_object('answer',
        case when jsonb_typeof(x.answer -> 'hints') = 'number' then jsonb_build_object('hints', x.answer -> 'hints') else '{}' end) end,
    x.voided_at, x.event_id::text
  from learner.attempt x
  where x.user_id = p_learner and (v_after is null or (x.occurred_at, x.event_id) > (v_after_at, v_after))
  order by x.occurred_at, x.event_id
  limit private.list_rows(p_limit);
end
$$;
comment on function private.learner_attempts(uuid, text, boolean, text, integer) is 'The core of learner_attempts().';

create function public.learner_attempts(
  learner uuid, reason text default null, with_answers boolean default false, after text default null, page_rows integer default null)
returns table (attempt jsonb, voided_at timestamptz, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.learner_attempts(learner, reason, with_answers, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.learner_attempts(uuid, text, boolean, text, integer) is
  'A learner''s attempts, oldest first, in the form of a pulled attempt, and when support voided them; at most 500. after is the last row''s cursor: go on until a page is empty. '
  'Without with_answers an answer holds its number of hints alone; with_answers needs a grant. Instructors (learners of their own cohorts), support and admins, with a reason; each '
  'call is on the learner''s timeline. Errors: forbidden, support_invalid, record_unknown, cursor_invalid, erased, moved, learner_adopted.';

grant execute on function private.learner_attempts(uuid, text, boolean, text, integer), public.learner_attempts(uuid, text, boolean, text, integer)
  to authenticated, service_role;

-- Source: schemas/93_privacy/prune_settled.sql
-- What:  ops.prune_settled(), a nightly job that deletes settled rows of the quarantine and of projection differences.
-- Why:   a settled text may be personal and is of no use after some time, if the operator says so (O5). Open and held events always stay (U3).

create function private.delete_settled(p_quarantine timestamptz, p_differences timestamptz, p_rows integer)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows ops.quarantine[];
  v_differences bigint;
begin
  -- 1 Rows that a decision or a batch is changing wait for a later run.
  v_rows := array(
    select q from ops.quarantine q where q.status in ('superseded', 'discarded') and q.resolved_at < p_quarantine limit p_rows for update skip locked);

  -- 2 Actions first: a row that a foreign key deletes would look like an edit by hand.
  delete from ops.quarantine_action a using unnest(v_rows) r where a.user_id = r.user_id and a.sha256 = r.sha256;
  delete from ops.quarantine q using unnest(v_rows) r where q.user_id = r.user_id and q.sha256 = r.sha256;
  delete from ops.projection_difference d
  where d.ctid = any (array(select x.ctid from ops.projection_difference x where x.resolved_at < p_differences limit p_rows));
  get diagnostics v_differences = row_count;
  if v_rows <> '{}' or v_differences > 0 then
    perform private.audit('prune_settled', 'ops.quarantine', null, null, jsonb_build_object('quarantined', cardinality(v_rows), 'differences', v_differences));
  end if;
  return cardinality(v_rows) + v_differences;
end
$$;
comment on function private.delete_settled(timestamptz, timestamptz, integer) is
  'Deletes at most p_rows settled rows of each kind from before these times (null: none), and returns their number. Audited.';

create function ops.prune_settled(p_rows integer default 20000)
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.delete_settled(
    (select now() - s.keep from ops.retention_setting s where s.id = 'ops.quarantine'),
    (select now() - s.keep from ops.retention_setting s where s.id = 'ops.projection_difference'), private.row_limit('p_rows', p_rows, 20000, 1000000));
end
$$;
comment on function ops.prune_settled(integer) is
  'Deletes superseded and discarded events, and resolved differences, that are older than ops.retention_setting says; by default none. Returns their '
  'number. Admins and jobs.';

select private.schedule_job('settled_prune', '3 4 * * *', '1 day', 'select ops.prune_settled() as pruned');

-- Source: schemas/93_privacy/retention.sql
-- What:  ops.retention(), what each table keeps and what the next run of its job would delete; ops.set_retention(), which changes it.
-- Why:   one list and one call for all tables, and a look before anything is deleted (O5). The jobs stay where their tables are.

create function private.retention_rules()
returns table (relation text, keep interval, keep_at_least interval, job text, arrived text, settled text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select 'ops.telemetry', (select make_interval(days => s.keep_days) from ops.telemetry_setting s), interval '31 days', 'telemetry', 'received_at', 'true'
  union all
  select 'learner.batch', (select make_interval(days => s.keep_batch_days) from ops.pressure_setting s), '31 days', 'batches', 'received_at', 'true'
  union all
  select 'ops.content_report', (select s.keep_reports from ops.content_setting s), '1 day', 'reports_prune', 'reported_at', 'true'
  union all
  select s.id, s.keep, s.keep_at_least, case s.id when 'ops.webhook_message' then 'webhooks_prune' else 'settled_prune' end,
    case s.id when 'ops.webhook_message' then 'created_at' else 'resolved_at' end,
    case s.id when 'ops.quarantine' then $c$x.status in ('superseded', 'discarded')$c$ else 'true' end
  from ops.retention_setting s
$$;
comment on function private.retention_rules() is
  'The tables with a retention: how long (null: for good) and at least, the job that deletes, the column with the time that counts, and which rows may go.';

create function private.retention(p_now timestamptz)
returns table (relation text, keep interval, job text, would_go bigint, oldest timestamptz, next_run_deletes_before timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rule record;
begin
  for v_rule in select * from private.retention_rules() r order by r.relation
  loop
    relation := v_rule.relation;
    keep := v_rule.keep;
    job := v_rule.job;
    next_run_deletes_before := p_now - v_rule.keep;
    -- A month goes as a whole, when its last day is old enough.
    if v_rule.keep is not null and v_rule.relation in ('ops.telemetry', 'learner.batch') then
      next_run_deletes_before := date_trunc('month', next_run_deletes_before at time zone 'utc') at time zone 'utc';
    end if;
    execute format('select count(*) filter (where x.%1$I < $1), min(x.%1$I) from %2$s x where %3$s', v_rule.arrived, v_rule.relation, v_rule.settled)
    into would_go, oldest using next_run_deletes_before;
    return next;
  end loop;
end
$$;
comment on function private.retention(timestamptz) is 'The core of ops.retention().';

create function ops.retention(p_now timestamptz default now())
returns table (relation text, keep interval, job text, would_go bigint, oldest timestamptz, next_run_deletes_before timestamptz)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return query select * from private.retention(p_now);
end
$$;
comment on function ops.retention(timestamptz) is
  'A dry run of retention: for each table how long its rows are kept (null: for good), the job that deletes, how many rows its next run would delete, the oldest '
  'row that may go, and the time before which rows go. It counts rows, so it may take long on a large project. Every other table is kept for good. For admins.';

create function ops.set_retention(p_relation text, p_keep interval, p_reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rule record;
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  select * into v_rule from private.retention_rules() r where r.relation = p_relation;
  if not found then
    perform private.raise_error('malformed_request', format('`p_relation` must be one of %s. All other tables are kept for good.',
      (select string_agg(r.relation, ', ' order by r.relation) from private.retention_rules() r)), 'p_relation');
  elsif p_keep is null and p_relation in ('ops.telemetry', 'learner.batch', 'ops.content_report') then
    perform private.raise_error('malformed_request', '`p_keep` may not be null for this table: it grows with every device.', 'p_keep');
  elsif p_keep is not null then
    perform private.require_interval('p_keep', p_keep, v_rule.keep_at_least, '3650 days');
  end if;
  case p_relation
    when 'ops.telemetry' then update ops.telemetry_setting set keep_days = ceil(extract(epoch from p_keep) / 86400) where true;
    when 'learner.batch' then update ops.pressure_setting set keep_batch_days = ceil(extract(epoch from p_keep) / 86400) where true;
    when 'ops.content_report' then update ops.content_setting set keep_reports = p_keep where true;
    else update ops.retention_setting s set keep = p_keep where s.id = p_relation;
  end case;
  perform private.audit('set_retention', p_relation, null, jsonb_build_object('keep', v_rule.keep), jsonb_build_object('keep', p_keep, 'reason', p_reason));
end
$$;
comment on function ops.set_retention(text, interval, text) is
  'Changes how long rows of a table are kept; null: for good. Nothing is deleted before the next run of the table''s job: look with ops.retention() first. For '
  'admins, with a reason; audited. Errors: forbidden, support_invalid, malformed_request.';
