-- What:  own_quarantine() for learners, support_quarantine() for support, and the lock and checks that support's functions share.
-- Why:   learners and support must see quarantined events and their errors. Every read by support is audited (U3, O2).

create function private.lock_learner(p_learner uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from learner.state s where s.user_id = p_learner for update;
  if not found then
    perform private.refuse_adopted(p_learner);
    perform private.raise_error('record_unknown', 'This learner has never synced.', 'learner');
  end if;
  -- An erasure of a large ledger takes several steps. No row may be added between them.
  perform private.refuse_absent(p_learner);
  perform private.refuse_during_upgrade();
end
$$;
comment on function private.lock_learner(uuid) is 'Takes the learner''s lock, as ingest does. Raises record_unknown for an unknown learner, erased for an erased one, learner_adopted for an adopted one, paused during an upgrade.';

create function private.quarantine_ids(p_learner uuid, p_ids text[])
returns bytea[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unknown text;
begin
  if coalesce(cardinality(p_ids), 0) not between 1 and 500 or exists (select from unnest(p_ids) i (id) where (i.id ~ '^[0-9a-f]{64}$') is not true) then
    perform private.raise_error('support_invalid', '`ids` must be 1 to 500 SHA-256 hashes in hex.', 'ids');
  end if;
  select i.id into v_unknown from unnest(p_ids) i (id)
  where not exists (select from ops.quarantine q where q.user_id = p_learner and q.sha256 = decode(i.id, 'hex')) limit 1;
  if v_unknown is not null then
    perform private.raise_error('record_unknown', 'This learner has no such event in quarantine.', v_unknown);
  end if;
  return array(select distinct decode(i.id, 'hex') from unnest(p_ids) i (id));
end
$$;
comment on function private.quarantine_ids(uuid, text[]) is
  'The keys of quarantined events from their ids (SHA-256 in hex). All must belong to the learner. Errors: support_invalid, record_unknown.';

create function private.own_quarantine(p_cursor text, p_limit integer)
returns table (
  id text, event_id text, code text, field text, status text, body text, device_id uuid, first_seen_at timestamptz, last_seen_at timestamptz,
  times_seen integer, became_event text, cursor text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.caller_id() is null then
    perform private.raise_error('unauthenticated');
  end if;
  perform private.require_session(private.caller_id(), private.caller_session(), null);
  return query
  select encode(q.sha256, 'hex'), private.uuid_to_ulid(q.event_id), q.code, q.field, q.status, q.body, q.device_id, q.first_seen_at, q.last_seen_at,
    q.times_seen, private.uuid_to_ulid(q.resolved_event), private.quarantine_cursor(q.last_seen_at, q.user_id, q.sha256)
  from private.quarantine_page(private.caller_id(), null, null, p_cursor, p_limit) q;
end
$$;
comment on function private.own_quarantine(text, integer) is 'The core of own_quarantine().';

create function public.own_quarantine(after text default null, page_rows integer default null)
returns table (
  id text, event_id text, code text, field text, status text, body text, device_id uuid, first_seen_at timestamptz, last_seen_at timestamptz,
  times_seen integer, became_event text, cursor text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.own_quarantine(after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.own_quarantine(text, integer) is
  'The caller''s events that could not be applied, with their errors; last seen first, at most 500 rows and 1 MiB, but at least one row. '
  'after is the last row''s cursor: go on until a page is empty. '
  'Errors: unauthenticated, cursor_invalid.';

create function private.support_quarantine(
  p_learner uuid, p_reason text, p_code text, p_status text, p_answers boolean, p_cursor text, p_limit integer)
returns table (
  learner uuid, id text, event_id text, code text, field text, status text, body text, mended_body text, origin text, device_reason text, device_id uuid,
  batch_id text, first_seen_at timestamptz, last_seen_at timestamptz, times_seen integer, resolved_at timestamptz, became_event text, actions jsonb, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_page ops.quarantine[];
  v_look constant jsonb := jsonb_build_object('reason', p_reason, 'answers', p_answers, 'code', left(p_code, 100), 'status', left(p_status, 100),
    'cursor', p_cursor, 'limit', p_limit);
begin
  perform private.require_look(p_reason, p_answers);
  v_page := array(select q from private.quarantine_page(p_learner, p_code, p_status, p_cursor, p_limit) q);
  if p_learner is null then
    perform private.audit_look('support_quarantine', 'ops.quarantine', array(select p.user_id from unnest(v_page) p), v_look);
  else
    perform private.audit('support_quarantine', 'learner.state', p_learner::text, null, v_look);
  end if;
  return query
  select q.user_id, encode(q.sha256, 'hex'), private.uuid_to_ulid(q.event_id), q.code, q.field, q.status,
    private.text_content(q.body, p_answers), private.text_content(q.mended_body, p_answers), q.origin, q.reason,
    q.device_id, private.uuid_to_ulid(q.batch_id), q.first_seen_at, q.last_seen_at, q.times_seen, q.resolved_at, private.uuid_to_ulid(q.resolved_event),
    (select coalesce(jsonb_agg(private.row_content(private.action_json(a), p_answers) order by a.number), '[]') from ops.quarantine_action a where a.user_id = q.user_id and a.sha256 = q.sha256),
    private.quarantine_cursor(q.last_seen_at, q.user_id, q.sha256)
  from unnest(v_page) q;
end
$$;
comment on function private.support_quarantine(uuid, text, text, text, boolean, text, integer) is 'The core of support_quarantine().';

create function public.support_quarantine(
  learner uuid default null, reason text default null, with_code text default null, with_status text default null, with_answers boolean default false,
  after text default null, page_rows integer default null)
returns table (
  learner_id uuid, id text, event_id text, code text, field text, status text, body text, mended_body text, origin text, device_reason text, device_id uuid,
  batch_id text, first_seen_at timestamptz, last_seen_at timestamptz, times_seen integer, resolved_at timestamptz, became_event text, actions jsonb, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_quarantine(learner, reason, with_code, with_status, with_answers, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_quarantine(uuid, text, text, text, boolean, text, integer) is
  'Events that could not be applied, last seen first, at most 500 rows and 1 MiB, but at least one row: of one learner, or of all (open ones unless '
  'with_status is given). after is the last row''s cursor: go on until a page is empty. '
  'with_answers needs a grant. Support and admins, with a reason; audited. Errors: forbidden, support_invalid, cursor_invalid.';

grant execute on function private.own_quarantine(text, integer), private.support_quarantine(uuid, text, text, text, boolean, text, integer) to authenticated;
grant execute on function private.support_quarantine(uuid, text, text, text, boolean, text, integer) to service_role;
grant execute on function public.own_quarantine(text, integer), public.support_quarantine(uuid, text, text, text, boolean, text, integer) to authenticated;
grant execute on function public.support_quarantine(uuid, text, text, text, boolean, text, integer) to service_role;
