-- Generated from supabase/schemas/92_support by `npm run generate`. Do not edit.
--
-- What:  finding a learner, the timeline, the fate of an event, and the search for errors.
-- Why:   a support agent answers a question without SQL (O2).
-- Locks: the batches, the devices and the quarantine, against writes, while their new indexes are built.
-- Undo:  drop index learner.batch_batch_id_idx, learner.device_device_id_idx, ops.quarantine_event_id_idx;
--        drop function if exists private.learners_of_event, private.found_learner, private.support_find, public.support_find,
--          private.timeline_sources, private.event_bound, private.event_range, private.timeline_query, private.support_timeline,
--          public.support_timeline, private.minute_text, private.content_name, private.row_effect, private.event_effect,
--          private.stored_fate, private.kept_fate, private.absent_fate, private.fate_of, private.support_event, public.support_event,
--          private.failures_since, private.support_errors, public.support_errors;
--        drop type private.event_fate;

select private.revoke_default_grants();

-- Source: schemas/92_support/find.sql
-- What:  support_find(): whose id, e-mail address, device, event or batch a text is.
-- Why:   a learner or an app developer quotes whatever they have, and support must find the learner (O2).

-- One entry a batch, a device and a quarantined event. None of these tables grows with every event.
create index batch_batch_id_idx on learner.batch (batch_id);
create index device_device_id_idx on learner.device (device_id);
create index quarantine_event_id_idx on ops.quarantine (event_id) where event_id is not null;

create function private.learners_of_event(p_event uuid)
returns setof uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_made constant timestamptz := private.ulid_time(p_event);
  v_days integer;
  v_found uuid[];
begin
  v_found := array(select q.user_id from ops.quarantine q where q.event_id = p_event);
  -- The ledger has no index by event id alone, which every event would pay for. Its index by arrival makes this a look at the events that
  -- arrived around the time in the id: half an hour, then a day, then a week. Events of wrong clocks are in a default partition, which has an index.
  foreach v_days in array array[0, 1, 8] loop
    v_found := v_found || array(
      select e.user_id from learner.event e
      where e.event_id = p_event and e.received_at between v_made - interval '30 minutes' - v_days * interval '1 day' and v_made + interval '30 minutes' + v_days * interval '1 day'
      union all
      select t.user_id from ops.telemetry t
      where t.event_id = p_event and t.received_at between v_made - interval '30 minutes' - v_days * interval '1 day' and v_made + interval '30 minutes' + v_days * interval '1 day');
    exit when v_found <> '{}';
  end loop;
  if v_found = '{}' then
    if to_regclass('learner.event_default') is not null then
      v_found := array(select e.user_id from learner.event_default e where e.event_id = p_event);
    end if;
    if to_regclass('ops.telemetry_default') is not null then
      v_found := v_found || array(select t.user_id from ops.telemetry_default t where t.event_id = p_event);
    end if;
  end if;
  return query select distinct u from unnest(v_found) u;
end
$$;
comment on function private.learners_of_event(uuid) is
  'The learners with an event of this id in ledger, telemetry or quarantine, if it arrived within eight days of the time in its id, or if that time '
  'is far off. Beyond that the learner must be known.';

create function private.found_learner(p_learner uuid)
returns table (state text, is_anonymous boolean, last_seen_at timestamptz, devices integer, waiting integer, adopted_by uuid)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    case
      when e.user_id is not null then case when e.erased_at is null then 'erasing' else 'erased' end
      when a.user_id is not null then 'adopted'
      when d.user_id is not null then 'account_deleted'
      when s.user_id is not null then 'present'
      when k.app_role is not null then 'never_synced'
    end,
    k.is_anonymous,
    (select max(v.last_seen_at) from learner.device v where v.user_id = p_learner),
    (select count(*)::integer from learner.device v where v.user_id = p_learner),
    coalesce((select l.open_rows + l.held_rows from ops.quarantine_load l where l.user_id = p_learner), 0),
    a.adopted_by
  from private.account_of(p_learner, null) k
  left join ops.erasure e on e.user_id = p_learner
  left join learner.adoption a on a.user_id = p_learner
  left join ops.account_deletion d on d.user_id = p_learner
  left join learner.state s on s.user_id = p_learner
$$;
comment on function private.found_learner(uuid) is
  'How a learner stands: erased, erasing, adopted, account_deleted (grace period), present or never_synced; null: no such learner. waiting: quarantined events.';

create function private.support_find(p_text text, p_reason text)
returns table (
  matched text, learner_id uuid, state text, is_anonymous boolean, last_seen_at timestamptz, devices integer, waiting integer, adopted_by uuid)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text constant text := btrim(p_text);
  v_uuid constant uuid := case when pg_input_is_valid(v_text, 'uuid') then v_text::uuid end;
  v_ulid constant uuid := case when private.is_ulid(upper(v_text)) then private.ulid_to_uuid(upper(v_text)) end;
  v_found record;
begin
  perform private.require_look(p_reason, false);
  if v_uuid is null and v_ulid is null and coalesce(v_text, '') !~ '^[^@\s]+@[^@\s]+$' then
    perform private.raise_error('support_invalid', '`query` must be the id of a learner or device (UUID), the id of an event or batch (ULID), or an e-mail address.', 'query');
  end if;
  select array_agg(m.kind order by m.learner, m.kind) as kinds, array_agg(m.learner order by m.learner, m.kind) as learners into v_found
  from (
    (select 'learner' as kind, v_uuid as learner where exists (select from private.found_learner(v_uuid) f where f.state is not null))
    union all
    (select 'device', d.user_id from learner.device d where d.device_id = v_uuid limit 20)
    union all
    (select distinct 'batch', b.user_id from learner.batch b where b.batch_id = v_ulid limit 20)
    union all
    (select 'event', l from private.learners_of_event(v_ulid) l where v_ulid is not null limit 20)
    union all
    (select 'email', a.id from private.find_accounts('{}', array[lower(v_text)]) a where v_uuid is null and v_ulid is null)
  ) m;
  -- Not the text itself: an e-mail address would outlast the learner's erasure.
  perform private.audit_look('support_find', 'learner.state', v_found.learners, jsonb_build_object('reason', p_reason, 'asked_by',
    case when v_ulid is not null then 'event or batch' when v_uuid is not null then 'learner or device' else 'email' end));
  return query
  select m.kind, m.learner, f.state, f.is_anonymous, f.last_seen_at, f.devices, f.waiting, f.adopted_by
  from unnest(v_found.kinds, v_found.learners) with ordinality m (kind, learner, place) cross join lateral private.found_learner(m.learner) f
  order by m.place;
end
$$;
comment on function private.support_find(text, text) is 'The core of support_find().';

create function public.support_find(query text, reason text default null)
returns table (
  matched text, learner_id uuid, state text, is_anonymous boolean, last_seen_at timestamptz, devices integer, waiting integer, adopted_by uuid)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_find(query, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_find(text, text) is
  'The learners whose id, e-mail address, device, event or batch the text is, at most 20 of each kind; matched says which. state: present, never_synced, '
  'adopted, account_deleted, erasing or erased. waiting: events in quarantine. Support and admins, with a reason; audited. Errors: forbidden, support_invalid.';

grant execute on function private.support_find(text, text), public.support_find(text, text) to authenticated, service_role;

-- Source: schemas/92_support/timeline_sources.sql
-- What:  timeline_sources(): for each kind of entry of the timeline, its table and how its rows are shown.
-- Why:   a page is one query of only those kinds that are asked for, each started at the page's place in its own index (O2).

create function private.timeline_sources()
returns table (kind text, source text, at text, key text, sort text, is_ulid boolean, summary text, detail text, device text, code text, condition text)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $sources$
  values
    ('batch', 'learner.batch', 'x.received_at', 'x.batch_id::text', 'x.received_at %1$s, x.batch_id %1$s', false,
      $$format('%s %s: %s applied, %s duplicate, %s quarantined, %s to retry', x.events, case x.events when 1 then 'event' else 'events' end, x.applied, x.duplicate, x.quarantined, x.retry)$$,
      $$jsonb_build_object('batch_id', private.uuid_to_ulid(x.batch_id), 'device_id', x.device_id)$$,
      'x.device_id = $9', null, null),
    ('event', 'learner.event', 'private.ulid_time(x.event_id)', 'x.event_id::text', 'x.event_id %1$s', true,
      $$format('%s%s, received %s', x.type,
        case when x.type = 'attempt.recorded' then case coalesce(x.graded_correct, (x.body -> 'correct')::boolean) when true then ', right' else ', wrong' end end,
        to_char(x.received_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS"Z"'))$$,
      $$jsonb_build_object('event_id', private.uuid_to_ulid(x.event_id), 'device_id', x.device_id, 'occurred_at', x.occurred_at, 'received_at', x.received_at,
        'body', private.event_content(x.type, x.type_version, x.body, $8), 'content_state', x.content_state, 'graded_correct', x.graded_correct,
        'head_version', x.head_version)$$,
      'x.device_id = $9', null, '($11::uuid is null or x.skill_id = $11) and ($12::uuid is null or x.question_id = $12)'),
    ('report', 'ops.telemetry', 'private.ulid_time(x.event_id)', 'x.event_id::text', 'x.event_id %1$s', true,
      $$format('report of a device: %s %s, %s waiting, %s quarantined, %s given up', x.body ->> 'platform', x.body ->> 'app_version', x.body ->> 'waiting',
        x.body ->> 'quarantined', x.body ->> 'dead')$$,
      $$jsonb_build_object('event_id', private.uuid_to_ulid(x.event_id), 'device_id', x.device_id, 'occurred_at', x.occurred_at, 'received_at', x.received_at,
        'body', private.event_content(x.type, x.type_version, x.body, $8))$$,
      'x.device_id = $9', 'x.body -> ''codes'' ? $10', $$x.type = 'app.reported'$$),
    ('telemetry', 'ops.telemetry', 'private.ulid_time(x.event_id)', 'x.event_id::text', 'x.event_id %1$s', true,
      $$concat_ws(' ', x.type, x.body ->> 'code')$$,
      $$jsonb_build_object('event_id', private.uuid_to_ulid(x.event_id), 'device_id', x.device_id, 'occurred_at', x.occurred_at, 'received_at', x.received_at,
        'body', private.event_content(x.type, x.type_version, x.body, $8))$$,
      'x.device_id = $9', $$x.body ->> 'code' = $10$$, $$x.type <> 'app.reported'$$),
    ('quarantine', 'ops.quarantine', 'x.last_seen_at', $$encode(x.sha256, 'hex')$$, 'x.last_seen_at %1$s, x.sha256 %1$s', false,
      $$format('%s%s, %s%s, seen %s', x.code, ' ' || x.field, x.status, ' as ' || private.uuid_to_ulid(x.resolved_event),
        case x.times_seen when 1 then 'once' else x.times_seen || ' times' end)$$,
      $$jsonb_build_object('id', encode(x.sha256, 'hex'), 'event_id', private.uuid_to_ulid(x.event_id), 'device_id', x.device_id,
        'body', private.text_content(x.body, $8), 'mended_body', private.text_content(x.mended_body, $8), 'origin', x.origin, 'reason', x.reason,
        'first_seen_at', x.first_seen_at, 'became_event', private.uuid_to_ulid(x.resolved_event), 'resolved_at', x.resolved_at)$$,
      'x.device_id = $9', 'x.code = $10', null),
    ('action', 'ops.quarantine_action', 'x.at', $$encode(x.sha256, 'hex') || lpad(x.number::text, 10, '0')$$,
      'x.at %1$s, x.sha256 %1$s, x.number %1$s', false,
      $$format('%s by %s: %s', x.action, x.actor_role, concat_ws(' ', x.outcome, x.code, x.field, 'as ' || private.uuid_to_ulid(x.event_id)))$$,
      $$private.row_content(private.action_json(x), $8) || jsonb_build_object('id', encode(x.sha256, 'hex'))$$,
      null, 'x.code = $10', null),
    ('device', 'learner.device', 'x.first_seen_at', 'x.device_id::text', 'x.first_seen_at %1$s, x.device_id %1$s', false,
      $$format('first contact of a device: %s', coalesce(nullif(concat_ws(' ', x.platform, x.app_version), ''), 'unknown'))$$,
      $$jsonb_build_object('device_id', x.device_id, 'last_seen_at', x.last_seen_at, 'content_version', x.content_version, 'clock_skew_ms', x.clock_skew_ms)$$,
      'x.device_id = $9', null, null),
    ('operation', 'ops.audit', 'x.at', $$lpad(x.id::text, 20, '0')$$, 'x.at %1$s, x.id %1$s', false,
      $$format('%s by %s%s', x.action, x.actor_role, ': ' || (x.after ->> 'reason'))$$,
      $$jsonb_build_object('actor', x.actor, 'source', x.source, 'object', x.object, 'before', private.row_content(x.before, $8),
        'after', private.row_content(x.after, $8))$$,
      null, null, null)
$sources$;
comment on function private.timeline_sources() is
  'The kinds of entries, as parts of a query of the table x: time, key, order, texts, and the condition of each filter (null: the kind has no such '
  'field). Parameters: $8 show answers, $9 device, $10 code, $11 skill, $12 question. sort takes asc or desc.';

-- Source: schemas/92_support/timeline.sql
-- What:  support_timeline(): one learner's batches, events, reports, quarantine, support actions, devices and operations as one list.
-- Why:   support must see what happened without reading tables. Every look has a reason and is audited (O2).

create function private.event_bound(p_at timestamptz)
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_at < '1970-01-01Z' then '00000000-0000-0000-0000-000000000000'
    when p_at <= private.ulid_time('ffffffff-ffff-ffff-ffff-ffffffffffff')
      then private.ulid_floor(date_trunc('milliseconds', p_at + interval '999 microseconds'))
  end
$$;
comment on function private.event_bound(timestamptz) is 'The least id of an event made at this time or later; null: beyond all ids.';

create function private.event_range(p_kind text, p_newer boolean, p_at timestamptz, p_cursor_kind text, p_key text, p_from timestamptz, p_to timestamptz)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_event constant boolean := p_kind = p_cursor_kind and p_key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
  -- No event is as late as a time beyond all ids.
  v_low uuid := coalesce(private.event_bound(p_from), 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  v_high uuid := private.event_bound(p_to);
begin
  -- The ledger's only index is by event id, and a ULID starts with its time. So events are placed at their device's time, and a range of ids is a
  -- range of places. Events of the cursor's own millisecond come before or after it by the names of the kinds.
  if p_newer then
    v_low := greatest(v_low, case when not v_is_event then private.event_bound(
      case when p_kind > p_cursor_kind then p_at else date_trunc('milliseconds', p_at) + interval '1 millisecond' end) end);
  else
    v_high := least(v_high, case when not v_is_event then private.event_bound(
      case when p_kind < p_cursor_kind then date_trunc('milliseconds', p_at) + interval '1 millisecond' else p_at end) end);
  end if;
  return concat(' and x.event_id >= ' || quote_literal(v_low), ' and x.event_id < ' || quote_literal(v_high),
    case when v_is_event then format(' and x.event_id %s %L', case when p_newer then '>' else '<' end, p_key) end);
end
$$;
comment on function private.event_range(text, boolean, timestamptz, text, text, timestamptz, timestamptz) is
  'The condition for events of a kind that are beyond the cursor (time, kind, key) and in a range of times.';

create function private.timeline_query(
  p_kinds text[], p_newer boolean, p_at timestamptz, p_kind text, p_key text, p_from timestamptz, p_to timestamptz, p_device boolean, p_code boolean, p_content boolean)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Each branch starts its index at the page's place and is limited before its texts are built. So a page reads a hundred of 100,000 rows. Rows
  -- of the same time are compared by kind and key.
  select string_agg(concat(
    format('select * from (select %s, %L, %s, %s, %s from %s x where ', s.at, s.kind, s.key, s.summary, s.detail, s.source),
    case when s.kind = 'operation' then 'x.object = any ($13) and x.object_id = $1::text collate "C"' else 'x.user_id = $1' end,
    case when s.is_ulid then private.event_range(s.kind, p_newer, p_at, p_kind, p_key, p_from, p_to)
      else format(' and %1$s >= $2 and %1$s < $3 and %1$s %2$s= $4 and (%1$s, %3$L, %4$s) %2$s ($4, $5, $6)', s.at, case when p_newer then '>' else '<' end, s.kind, s.key)
    end,
    ' and ' || case when p_device then s.device end, ' and ' || case when p_code then s.code end, ' and (' || s.condition || ')',
    ' order by ' || format(s.sort, case when p_newer then 'asc' else 'desc' end), ' limit $7) b'), ' union all ')
  from private.timeline_sources() s
  where s.kind = any (p_kinds) and not (p_device and s.device is null) and not (p_code and s.code is null) and (not p_content or s.kind = 'event')
$$;
comment on function private.timeline_query(text[], boolean, timestamptz, text, text, timestamptz, timestamptz, boolean, boolean, boolean) is
  'The union of the kinds that have all fields of the filters: at, kind, key, summary, detail. p_newer: rows after the cursor, not before it.';

create function private.support_timeline(
  p_learner uuid, p_reason text, p_after text, p_before text, p_limit integer, p_answers boolean, p_kinds text[], p_device uuid, p_code text,
  p_skill uuid, p_question uuid, p_from timestamptz, p_to timestamptz)
returns table (at timestamptz, kind text, summary text, detail jsonb, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Telemetry has many rows. It is shown when it is asked for.
  v_kinds constant text[] := coalesce(p_kinds, array(select s.kind from private.timeline_sources() s where s.kind <> 'telemetry'));
  v_limit constant integer := private.list_rows(p_limit);
  v_newer constant boolean := p_before is not null;
  v_from constant timestamptz := coalesce(p_from, '-infinity');
  v_to constant timestamptz := coalesce(p_to, 'infinity');
  v_at timestamptz := 'infinity';
  v_kind text := '';
  v_key text := '';
  v_query text;
begin
  -- 1 The caller and the parameters.
  perform private.require_look(p_reason, p_answers);
  if p_after is not null and p_before is not null then
    perform private.raise_error('support_invalid', '`after` and `before` exclude each other.', 'before');
  elsif cardinality(v_kinds) not between 1 and 20 or not v_kinds <@ array(select s.kind from private.timeline_sources() s) then
    perform private.raise_error('support_invalid', format('`with_kinds` must be some of %s.',
      (select string_agg(s.kind, ', ') from private.timeline_sources() s)), 'with_kinds');
  end if;
  if coalesce(p_after, p_before) is not null then
    select c.at, c.kind, c.key into v_at, v_kind, v_key from private.read_timeline_cursor(coalesce(p_after, p_before)) c;
  end if;
  perform private.audit('support_timeline', 'learner.state', p_learner::text, null, jsonb_strip_nulls(jsonb_build_object('reason', p_reason,
    'answers', p_answers, 'after', p_after, 'before', p_before, 'limit', v_limit, 'kinds', p_kinds, 'device', p_device, 'code', left(p_code, 100), 'skill', p_skill,
    'question', p_question, 'from', p_from, 'to', p_to)));

  -- 2 The rows next to the cursor, as many as fit into a page, and newest first.
  v_query := private.timeline_query(v_kinds, v_newer, v_at, v_kind, v_key, v_from, v_to, p_device is not null, p_code is not null,
    coalesce(p_skill, p_question) is not null);
  if v_query is null then
    return;
  end if;
  return query execute format($query$
    select p.at, p.kind, p.summary, p.detail, private.timeline_cursor(p.at, p.kind, p.key)
    from (
      select t.*, row_number() over w as place, sum(300 + octet_length(t.detail::text)) over w as bytes
      from (%s) t (at, kind, key, summary, detail)
      -- Keys are hex digits and zeros, which sort the same in every collation.
      window w as (order by t.at %2$s, t.kind %2$s, t.key %2$s)
      order by t.at %2$s, t.kind %2$s, t.key %2$s
      limit $7
    ) p
    where p.place = 1 or p.bytes <= private.max_page_bytes()
    order by p.at desc, p.kind desc, p.key desc$query$, v_query, case when v_newer then 'asc' else 'desc' end)
  using p_learner, v_from, v_to, v_at, v_kind, v_key, v_limit, p_answers, p_device, p_code, p_skill, p_question, private.learner_objects();
end
$$;
comment on function private.support_timeline(uuid, text, text, text, integer, boolean, text[], uuid, text, uuid, uuid, timestamptz, timestamptz) is
  'The core of support_timeline().';

create function public.support_timeline(
  learner uuid, reason text default null, after text default null, before text default null, page_rows integer default null,
  with_answers boolean default false, with_kinds text[] default null, with_device uuid default null, with_code text default null,
  with_skill uuid default null, with_question uuid default null, from_time timestamptz default null, to_time timestamptz default null)
returns table (at timestamptz, kind text, summary text, detail jsonb, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_timeline(learner, reason, after, before, page_rows, with_answers, with_kinds, with_device, with_code,
    with_skill, with_question, from_time, to_time);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_timeline(uuid, text, text, text, integer, boolean, text[], uuid, text, uuid, uuid, timestamptz, timestamptz) is
  'What happened to one learner, newest first: batches, events and reports (at their device''s time), quarantined events and support''s actions on '
  'them, devices, operations; with_kinds may add telemetry. At most 500 rows and 1 MiB, but at least one row. after: the last row''s cursor, for older '
  'rows. before: the first row''s, for newer ones. Filters leave out kinds without that field; to_time is exclusive. with_answers needs a grant. '
  'Support and admins, with a reason; audited. Errors: forbidden, support_invalid, cursor_invalid.';

grant execute on function
  private.support_timeline(uuid, text, text, text, integer, boolean, text[], uuid, text, uuid, uuid, timestamptz, timestamptz),
  public.support_timeline(uuid, text, text, text, integer, boolean, text[], uuid, text, uuid, uuid, timestamptz, timestamptz) to authenticated, service_role;

-- Source: schemas/92_support/event_effect.sql
-- What:  event_effect(): which rows of its learner an event of the ledger has changed, as JSON and as a sentence.
-- Why:   "Does this answer count?" is the question behind most questions about an event (O2).

create function private.minute_text(p_at timestamptz)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select to_char(p_at at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"') $$;
comment on function private.minute_text(timestamptz) is 'A time for a sentence.';

create function private.content_name(p_kind text, p_id uuid)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(case p_kind
    when 'skill' then (select s.key from content.skill s where s.id = p_id)
    when 'question' then (select q.key from content.question q where q.id = p_id)
  end, p_id::text)
$$;
comment on function private.content_name(text, uuid) is 'The key of a skill or a question, or its id if no draft has the id.';

create function private.row_effect(p_event learner.event)
returns table (kind text, id text, counts boolean, voided_at timestamptz, sentence text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select 'attempt', private.uuid_to_ulid(a.event_id), true, a.voided_at,
    format('It is an attempt at the question %s: %s%s.', private.content_name('question', a.question_id),
      case coalesce(a.graded_correct, a.claimed_correct) when true then 'right' else 'wrong' end,
      case when a.content_state <> 'current' then ', on ' || a.content_state || ' content' else '' end)
  from learner.attempt a where a.user_id = (p_event).user_id and a.event_id = (p_event).event_id
  union all
  select 'session', private.uuid_to_ulid(s.session_id), (p_event).event_id in (s.started_event, s.ended_event), s.voided_at,
    case
      when s.started_event = (p_event).event_id then 'It started a session.'
      when s.ended_event = (p_event).event_id then format('It ended a session as %s.', s.end_reason)
      else 'Another event of the same session counts instead of it.'
    end
  from learner.session s
  where s.user_id = (p_event).user_id and s.session_id = (p_event).session_id and (p_event).type in ('session.started', 'session.ended')
  union all
  select 'skill_progress', p.skill_id::text, c.counts, p.voided_at,
    case
      when c.counts and (p_event).type = 'progress.reset' then format('It started the skill %s over.', private.content_name('skill', p.skill_id))
      when c.counts then format('It counts in the progress of the skill %s.', private.content_name('skill', p.skill_id))
      else format('It does not count in the progress of the skill %s, which was started over.', private.content_name('skill', p.skill_id))
    end
  from learner.skill_progress p
  cross join lateral (
    select (p_event).reset_count = p.reset_count
      and case (p_event).type when 'progress.reset' then (p_event).event_id else (p_event).reset_event end is not distinct from p.reset_event) c (counts)
  where p.user_id = (p_event).user_id and p.skill_id = (p_event).skill_id and (p_event).type in ('attempt.recorded', 'progress.advanced', 'progress.reset')
$$;
comment on function private.row_effect(learner.event) is
  'The rows that belong to an event, with whether the event counts in each, and when support has voided the row.';

create function private.event_effect(p_event learner.event, out changed jsonb, out is_voided boolean, out sentence text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('kind', r.kind, 'id', r.id, 'counts', r.counts, 'voided_at', r.voided_at))), '[]'),
    -- Voided progress is a decision about a skill, not about this event.
    coalesce(bool_or(r.voided_at is not null and r.kind <> 'skill_progress'), false),
    coalesce(string_agg(r.sentence || case when r.voided_at is not null then format(' Support voided the %s at %s.',
      replace(r.kind, '_', ' '), private.minute_text(r.voided_at)) else '' end, ' '), 'It changes no row.')
  from private.row_effect(p_event) r
$$;
comment on function private.event_effect(learner.event) is 'The rows of row_effect() as JSON, whether the event''s own row is voided, and sentences that say so.';

-- Source: schemas/92_support/event_fate.sql
-- What:  event_fate(): the one answer to "What happened to this event?", for a learner.
-- Why:   an event may be in the ledger, in the telemetry, in quarantine, on its device, erased, or nowhere. Support must not search (O2, U3).

create type private.event_fate as (
  learner_id uuid, event_id text, state text, summary text, type text, code text, made_at timestamptz, received_at timestamptz, device_id uuid,
  batch_id text, changed jsonb, body jsonb);
comment on type private.event_fate is
  'What became of an event. state: applied, voided, quarantined, dead_letter, discarded, superseded, given_up, erased or never_arrived.';

create function private.stored_fate(p_fate private.event_fate, p_event uuid, p_answers boolean)
returns private.event_fate
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fate private.event_fate := p_fate;
  v_event learner.event;
  v_report ops.telemetry;
  v_effect record;
  v_batch uuid;
begin
  select * into v_event from learner.event e where e.user_id = p_fate.learner_id and e.event_id = p_event;
  if found then
    v_effect := private.event_effect(v_event);
    v_fate.state := case when v_effect.is_voided then 'voided' else 'applied' end;
    v_fate.type := v_event.type;
    v_fate.device_id := v_event.device_id;
    v_fate.received_at := v_event.received_at;
    v_fate.changed := v_effect.changed;
    v_fate.body := private.event_content(v_event.type, v_event.type_version, v_event.body, p_answers);
  else
    select * into v_report from ops.telemetry t where t.user_id = p_fate.learner_id and t.event_id = p_event;
    if not found then
      return null;
    end if;
    v_fate.state := 'applied';
    v_fate.type := v_report.type;
    v_fate.device_id := v_report.device_id;
    v_fate.received_at := v_report.received_at;
    v_fate.changed := '[]';
    v_fate.body := private.event_content(v_report.type, v_report.type_version, v_report.body, p_answers);
  end if;
  -- An event that waited in quarantine has the time of its first arrival, and so of the batch that brought it.
  select b.batch_id into v_batch from learner.batch b
  where b.user_id = p_fate.learner_id and b.received_at = v_fate.received_at and b.device_id = v_fate.device_id;
  v_fate.batch_id := private.uuid_to_ulid(v_batch);
  v_fate.summary := concat_ws(' ',
    format('Applied: %s, made %s, received %s%s from device %s.', v_fate.type, private.minute_text(v_fate.made_at), private.minute_text(v_fate.received_at),
      ' in batch ' || v_fate.batch_id, v_fate.device_id),
    coalesce(v_effect.sentence, 'It is telemetry: it changes no row of the learner.'),
    (select format('It waited in quarantine as %s until %s.', q.code, private.minute_text(q.resolved_at)) from ops.quarantine q
     where q.user_id = p_fate.learner_id and q.status = 'superseded' and q.resolved_event = p_event order by q.resolved_at limit 1),
    (select format('Another event with the same id is in quarantine as %s.', q.code) from ops.quarantine q
     where q.user_id = p_fate.learner_id and q.event_id = p_event and q.status in ('open', 'held') order by q.last_seen_at desc limit 1),
    'A repeat is answered `duplicate` and changes nothing.');
  return v_fate;
end
$$;
comment on function private.stored_fate(private.event_fate, uuid, boolean) is 'The fate of an event in the ledger or the telemetry; null: it is in neither.';

create function private.kept_fate(p_fate private.event_fate, p_event uuid, p_answers boolean)
returns private.event_fate
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fate private.event_fate := p_fate;
  v_row ops.quarantine;
  v_replays bigint;
begin
  -- Of several texts under the id, the one that waits, and then the newest.
  select * into v_row from ops.quarantine q where q.user_id = p_fate.learner_id and q.event_id = p_event
  order by q.status in ('open', 'held') desc, q.last_seen_at desc limit 1;
  if not found then
    return null;
  end if;
  select count(*) into v_replays from ops.quarantine_action a
  where a.user_id = v_row.user_id and a.sha256 = v_row.sha256 and a.action in ('replayed', 'mended');
  v_fate.state := case
    when v_row.status in ('superseded', 'discarded') then v_row.status
    when v_row.origin = 'dead_letter' then 'dead_letter'
    else 'quarantined'
  end;
  v_fate.code := v_row.code;
  v_fate.device_id := v_row.device_id;
  v_fate.batch_id := private.uuid_to_ulid(v_row.batch_id);
  v_fate.received_at := v_row.first_seen_at;
  v_fate.changed := '[]';
  v_fate.type := case when private.is_jsonb(v_row.body) then private.text_content(v_row.body, false)::jsonb ->> 'type' end;
  v_fate.body := to_jsonb(private.text_content(coalesce(v_row.mended_body, v_row.body), p_answers));
  v_fate.summary := concat_ws(' ',
    case v_fate.state
      when 'superseded' then format('Not applied as it arrived (%s), but as event %s at %s.', v_row.code, private.uuid_to_ulid(v_row.resolved_event),
        private.minute_text(v_row.resolved_at))
      when 'discarded' then format('Set aside by support at %s: %s.', private.minute_text(v_row.resolved_at), (
        select a.reason from ops.quarantine_action a where a.user_id = v_row.user_id and a.sha256 = v_row.sha256 and a.action = 'discarded'
        order by a.number desc limit 1))
      when 'dead_letter' then format('Given up by its device%s and handed in as a dead letter. It is in quarantine as %s.', ' (' || v_row.reason || ')', v_row.code)
      else format('In quarantine as %s%s.', v_row.code, ' in ' || v_row.field)
    end,
    case v_row.status when 'open' then 'It needs a person.' when 'held' then format('It waits for %s and is tried again by itself.', v_row.waits_for) end,
    format('It first arrived %s, and was seen %s.', private.minute_text(v_row.first_seen_at), case v_row.times_seen when 1 then 'once' else v_row.times_seen || ' times' end),
    case when v_replays > 0 then format('Support has replayed or mended it %s.', case v_replays when 1 then 'once' else v_replays || ' times' end) end);
  return v_fate;
end
$$;
comment on function private.kept_fate(private.event_fate, uuid, boolean) is 'The fate of an event in quarantine; null: it is not there.';

create function private.absent_fate(p_fate private.event_fate)
returns private.event_fate
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fate private.event_fate := p_fate;
  v_letter record;
  v_seen timestamptz;
begin
  select t.body ->> 'code' as code, t.device_id, t.received_at into v_letter from ops.telemetry t
  where t.user_id = p_fate.learner_id and t.type = 'outbox.dead_lettered' and t.body ->> 'event_id' = p_fate.event_id limit 1;
  if found then
    v_fate.state := 'given_up';
    v_fate.code := v_letter.code;
    v_fate.device_id := v_letter.device_id;
    v_fate.summary := format('Its device gave it up (%s) and reported that at %s. The event itself has not been handed in.', v_letter.code,
      private.minute_text(v_letter.received_at));
    return v_fate;
  end if;
  v_fate.state := 'never_arrived';
  select max(d.last_seen_at) into v_seen from learner.device d where d.user_id = p_fate.learner_id;
  v_fate.summary := concat_ws(' ',
    format('It has not arrived. By its id it was made %s.', private.minute_text(p_fate.made_at)),
    case when v_seen is null then 'No device of this learner is on record.'
      else format('A device of this learner last synced %s. Ask for a report of the device, which says how many events wait.', private.minute_text(v_seen)) end);
  return v_fate;
end
$$;
comment on function private.absent_fate(private.event_fate) is 'The fate of an event that the server does not have.';

-- Source: schemas/92_support/event.sql
-- What:  support_event(): what happened to an event, in one row that a person can read.
-- Why:   whatever became of the event, there is one place to ask (O2).

create function private.fate_of(p_learner uuid, p_event uuid, p_answers boolean)
returns private.event_fate
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_owner constant uuid := coalesce((select a.adopted_by from learner.adoption a where a.user_id = p_learner), p_learner);
  v_erasure ops.erasure;
  v_fate private.event_fate;
  v_found private.event_fate;
begin
  v_fate.learner_id := v_owner;
  v_fate.event_id := private.uuid_to_ulid(p_event);
  v_fate.made_at := private.ulid_time(p_event);
  select * into v_erasure from ops.erasure e where e.user_id = v_owner;
  if found then
    v_fate.state := 'erased';
    v_fate.summary := format('The data of this learner %s. Whether the event had arrived is not known any more.',
      case when v_erasure.erased_at is null then 'is being erased' else 'was erased at ' || private.minute_text(v_erasure.erased_at) end);
    return v_fate;
  end if;
  v_found := private.stored_fate(v_fate, p_event, p_answers);
  if v_found.state is null then
    v_found := private.kept_fate(v_fate, p_event, p_answers);
  end if;
  if v_found.state is null then
    v_found := private.absent_fate(v_fate);
  end if;
  if v_owner <> p_learner then
    v_found.summary := format('%s The data of learner %s belongs to %s.', v_found.summary, p_learner, v_owner);
  end if;
  return v_found;
end
$$;
comment on function private.fate_of(uuid, uuid, boolean) is 'What became of an event of a learner. An adopted learner''s events are looked up at the account.';

create function private.support_event(p_event text, p_reason text, p_learner uuid, p_answers boolean)
returns setof private.event_fate
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event uuid;
  v_learners uuid[];
begin
  perform private.require_look(p_reason, p_answers);
  if private.is_ulid(upper(btrim(p_event))) is not true then
    perform private.raise_error('support_invalid', '`event` must be the id of an event (ULID).', 'event');
  end if;
  v_event := private.ulid_to_uuid(upper(btrim(p_event)));
  v_learners := case when p_learner is null then array(select l from private.learners_of_event(v_event) l order by l limit 20) else array[p_learner] end;
  perform private.audit_look('support_event', 'learner.event', v_learners,
    jsonb_build_object('reason', p_reason, 'answers', p_answers, 'event', private.uuid_to_ulid(v_event)));
  if v_learners = '{}' then
    return next row(null, private.uuid_to_ulid(v_event), 'never_arrived', 'No event that arrived within eight days of the time in this id has it. Name the '
      'learner to be certain.', null, null, private.ulid_time(v_event), null, null, null, null, null)::private.event_fate;
    return;
  end if;
  return query select f.* from unnest(v_learners) l (id) cross join lateral private.fate_of(l.id, v_event, p_answers) f;
end
$$;
comment on function private.support_event(text, text, uuid, boolean) is 'The core of support_event().';

create function public.support_event(event text, reason text default null, learner uuid default null, with_answers boolean default false)
returns table (
  learner_id uuid, event_id text, state text, summary text, type text, code text, made_at timestamptz, received_at timestamptz, device_id uuid,
  batch_id text, changed jsonb, body jsonb)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_event(event, reason, learner, with_answers);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_event(text, text, uuid, boolean) is
  'What happened to an event, as one row with a summary in words. state: applied, voided, quarantined, dead_letter, discarded, superseded, given_up, '
  'erased or never_arrived. Without a learner, one row for each learner with this id, among what arrived within eight days of the id''s time. with_answers '
  'needs a grant. Support and admins, with a reason; audited. Errors: forbidden, support_invalid.';

grant execute on function private.support_event(text, text, uuid, boolean), public.support_event(text, text, uuid, boolean) to authenticated, service_role;

-- Source: schemas/92_support/errors.sql
-- What:  support_errors(): the failures of all learners in the last hours, counted by code, platform and app version.
-- Why:   one learner's problem is often everybody's on one version of the app (O2).

create function private.failures_since(p_since timestamptz)
returns table (source text, code text, user_id uuid, device_id uuid, at timestamptz, id text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select 'quarantine', q.code, q.user_id, q.device_id, q.last_seen_at, encode(q.sha256, 'hex') from ops.quarantine q where q.last_seen_at >= p_since
    and q.status in ('open', 'held', 'superseded', 'discarded')
  union all
  -- Found by the time of arrival, whose index is tiny.
  select split_part(t.type, '.', 1), t.body ->> 'code', t.user_id, t.device_id, t.received_at, private.uuid_to_ulid(t.event_id)
  from ops.telemetry t
  where t.received_at >= p_since and t.type in ('app.failed', 'outbox.attempted', 'outbox.dead_lettered') and t.body ->> 'code' is not null
$$;
comment on function private.failures_since(timestamptz) is 'Quarantined events, failures in apps, and batches and events that devices could not send.';

create function private.support_errors(p_reason text, p_code text, p_platform text, p_version text, p_hours integer, p_limit integer)
returns table (
  source text, code text, platform text, app_version text, failures bigint, learners bigint, first_at timestamptz, last_at timestamptz, examples jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_shown jsonb;
begin
  perform private.require_look(p_reason, false);
  if (p_hours between 1 and 744) is not true then
    perform private.raise_error('support_invalid', '`hours` must be a whole number from 1 to 744.', 'hours');
  end if;
  select coalesce(jsonb_agg(g order by g.failures desc, g.source, g.code, g.platform, g.app_version), '[]') into v_shown
  from (
    select f.source, f.code, d.platform, d.app_version, count(*) as failures, count(distinct f.user_id) as learners, min(f.at) as first_at, max(f.at) as last_at,
      to_jsonb((array_agg(jsonb_build_object('learner_id', f.user_id, 'device_id', f.device_id, 'at', f.at, 'id', f.id) order by f.at desc))[1:3]) as examples
    from private.failures_since(clock_timestamp() - make_interval(hours => p_hours)) f
    left join learner.device d on d.user_id = f.user_id and d.device_id = f.device_id
    where (p_code is null or f.code = p_code) and (p_platform is null or d.platform = p_platform) and (p_version is null or d.app_version = p_version)
    group by f.source, f.code, d.platform, d.app_version
    order by count(*) desc, f.source, f.code, d.platform, d.app_version
    limit private.list_rows(p_limit)
  ) g;
  perform private.audit_look('support_errors', 'ops.quarantine',
    array(select distinct (e ->> 'learner_id')::uuid from jsonb_array_elements(v_shown) g cross join jsonb_array_elements(g -> 'examples') e),
    jsonb_strip_nulls(jsonb_build_object('reason', p_reason, 'code', left(p_code, 100), 'platform', left(p_platform, 100), 'app_version', left(p_version, 100),
      'hours', p_hours)));
  return query
  select r.source, r.code, r.platform, r.app_version, r.failures, r.learners, r.first_at, r.last_at, r.examples
  from jsonb_array_elements(v_shown) with ordinality g (value, place)
  cross join lateral jsonb_to_record(g.value) as r (source text, code text, platform text, app_version text, failures bigint, learners bigint,
    first_at timestamptz, last_at timestamptz, examples jsonb)
  order by g.place;
end
$$;
comment on function private.support_errors(text, text, text, text, integer, integer) is 'The core of support_errors().';

create function public.support_errors(
  reason text default null, with_code text default null, with_platform text default null, with_app_version text default null, hours integer default 24,
  page_rows integer default null)
returns table (
  source text, code text, platform text, app_version text, failures bigint, learners bigint, first_at timestamptz, last_at timestamptz, examples jsonb)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_errors(reason, with_code, with_platform, with_app_version, hours, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_errors(text, text, text, text, integer, integer) is
  'Failures of all learners in the last hours (at most 744), most frequent first: by source (quarantine, app, outbox), code, platform and app version, with '
  'the three newest as examples {learner_id, device_id, at, id}. Platform and version are those of the device''s last contact. Support and admins, with a '
  'reason; audited, for each learner shown too. Errors: forbidden, support_invalid.';

grant execute on function private.support_errors(text, text, text, text, integer, integer), public.support_errors(text, text, text, text, integer, integer)
  to authenticated, service_role;
