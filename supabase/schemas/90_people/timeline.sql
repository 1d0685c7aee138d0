-- What:  support_timeline(): one learner's batches, events, quarantine, support actions, devices and operations as one list.
-- Why:   support must see what happened without reading tables. Every call is audited (O2).

create function private.timeline_cursor(p_at timestamptz, p_kind text, p_key text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select concat_ws('|', to_char(p_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), p_kind, p_key) $$;
comment on function private.timeline_cursor(timestamptz, text, text) is
  'The cursor after a row of the timeline. A time alone is ambiguous, because all events of a batch share one.';

create function private.ulid_time(p_ulid uuid)
returns timestamptz
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select 'epoch'::timestamptz + ('x' || left(replace(p_ulid::text, '-', ''), 12))::bit(48)::bigint * interval '1 millisecond' $$;
comment on function private.ulid_time(uuid) is 'The time in a ULID, by the clock of its device; up to the year 10889.';

create function private.support_timeline(p_learner uuid, p_cursor text, p_limit integer)
returns table (at timestamptz, kind text, summary text, detail jsonb, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cursor constant text[] := regexp_match(p_cursor, '^(\d{4,5}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\|([a-z]{1,10})\|([0-9a-f-]{1,80})$');
  v_limit constant integer := private.list_rows(p_limit);
  v_at timestamptz := 'infinity';
  v_kind text := '';
  v_key text := '';
  v_before uuid;
  v_events uuid[];
  v_objects constant text[] := private.learner_objects();
  v_count integer := 0;
  v_bytes bigint := 0;
begin
  perform private.require_role('support', 'admin');
  if p_cursor is not null then
    if v_cursor is null or not pg_input_is_valid(v_cursor[1], 'timestamptz') then
      perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
    end if;
    v_at := v_cursor[1]::timestamptz;
    v_kind := v_cursor[2];
    v_key := v_cursor[3];
  end if;
  -- The ledger's only index is by event id, and a ULID starts with its time. So events are placed at their device's time, and a page
  -- reads a hundred of 100,000 events. Find the event ids that can be on this page:
  if p_cursor is null then
    v_events := array(select e.event_id from learner.event e where e.user_id = p_learner order by e.event_id desc limit v_limit);
  else
    v_before := case
      when v_kind = 'event' and v_key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then v_key::uuid
      when v_at >= private.ulid_time('ffffffff-ffff-ffff-ffff-ffffffffffff') then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
      -- If the cursor's kind sorts after events, the events of its millisecond are still to come.
      else private.ulid_floor(greatest(date_trunc('milliseconds', v_at), '1970-01-01Z')
        + case when v_kind > 'event' or v_at > date_trunc('milliseconds', v_at) then interval '1 millisecond' else interval '0' end)
    end;
    v_events := array(
      select e.event_id from learner.event e where e.user_id = p_learner and e.event_id < v_before order by e.event_id desc limit v_limit);
  end if;
  perform private.audit('support_timeline', 'learner.state', p_learner::text, null,
    jsonb_build_object('cursor', p_cursor, 'limit', v_limit));
  for at, kind, summary, detail, cursor in
  select t.at, t.kind, t.summary, t.detail, private.timeline_cursor(t.at, t.kind, t.key)
  from (
    -- Each branch is limited before its texts are built, and starts its index at the cursor's time. Rows of that same time are
    -- compared by kind and key. A page reads a hundred of 100,000 rows.
    (select b.received_at, 'batch', b.batch_id::text,
      format('%s events: %s applied, %s duplicate, %s quarantined, %s to retry', b.events, b.applied, b.duplicate, b.quarantined, b.retry),
      jsonb_build_object('batch_id', private.uuid_to_ulid(b.batch_id), 'device_id', b.device_id)
    from learner.batch b
    where b.user_id = p_learner and b.received_at <= v_at and (b.received_at, 'batch', b.batch_id::text) < (v_at, v_kind, v_key)
    order by b.received_at desc, b.batch_id desc limit v_limit)
    union all
    (select private.ulid_time(e.event_id), 'event', e.event_id::text,
      format('%s, received %s', e.type, to_char(e.received_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS"Z"')),
      jsonb_build_object('event_id', private.uuid_to_ulid(e.event_id), 'device_id', e.device_id, 'occurred_at', e.occurred_at, 'received_at', e.received_at,
        'body', e.body, 'content_state', e.content_state, 'graded_correct', e.graded_correct, 'head_version', e.head_version)
    from learner.event e
    where e.user_id = p_learner and e.event_id = any (v_events))
    union all
    (select q.last_seen_at, 'quarantine', encode(q.sha256, 'hex'),
      format('%s%s, %s%s, seen %s times', q.code, ' ' || q.field, q.status, ' as ' || private.uuid_to_ulid(q.resolved_event), q.times_seen),
      jsonb_build_object('id', encode(q.sha256, 'hex'), 'event_id', private.uuid_to_ulid(q.event_id), 'device_id', q.device_id, 'body', q.body,
        'mended_body', q.mended_body, 'origin', q.origin, 'reason', q.reason, 'first_seen_at', q.first_seen_at, 'became_event',
        private.uuid_to_ulid(q.resolved_event), 'resolved_at', q.resolved_at)
    from ops.quarantine q
    where q.user_id = p_learner and q.last_seen_at <= v_at and (q.last_seen_at, 'quarantine', encode(q.sha256, 'hex')) < (v_at, v_kind, v_key)
    order by q.last_seen_at desc, q.sha256 desc limit v_limit)
    union all
    (select a.at, 'action', encode(a.sha256, 'hex') || lpad(a.number::text, 10, '0'), format('%s by %s: %s', a.action, a.actor_role,
        concat_ws(' ', a.outcome, a.code, a.field, 'as ' || private.uuid_to_ulid(a.event_id))),
      private.action_json(a) || jsonb_build_object('id', encode(a.sha256, 'hex'))
    from ops.quarantine_action a
    where a.user_id = p_learner and a.at <= v_at and (a.at, 'action', encode(a.sha256, 'hex') || lpad(a.number::text, 10, '0')) < (v_at, v_kind, v_key)
    order by a.at desc, a.sha256 desc, a.number desc limit v_limit)
    union all
    (select d.first_seen_at, 'device', d.device_id::text,
      format('first contact of a device: %s', coalesce(nullif(concat_ws(' ', d.platform, d.app_version), ''), 'unknown')),
      jsonb_build_object('device_id', d.device_id, 'last_seen_at', d.last_seen_at, 'content_version', d.content_version, 'clock_skew_ms', d.clock_skew_ms)
    from learner.device d
    where d.user_id = p_learner and (d.first_seen_at, 'device', d.device_id::text) < (v_at, v_kind, v_key)
    order by d.first_seen_at desc, d.device_id desc limit v_limit)
    union all
    (select a.at, 'operation', lpad(a.id::text, 20, '0'), format('%s by %s', a.action, a.actor_role),
      jsonb_build_object('actor', a.actor, 'source', a.source, 'object', a.object, 'before', a.before, 'after', a.after)
    from ops.audit a
    -- The audit records of edits by hand have the table's name as their object.
    where a.object = any (v_objects)
      and a.object_id = p_learner::text collate "C" and a.at <= v_at
      and (a.at, 'operation', lpad(a.id::text, 20, '0')) < (v_at, v_kind, v_key)
    order by a.at desc, a.id desc limit v_limit)
  ) t (at, kind, key, summary, detail)
  -- Keys are hex digits and zeros, which sort the same in every collation.
  order by t.at desc, t.kind desc, t.key desc
  limit v_limit
  loop
    v_bytes := v_bytes + 300 + octet_length(detail::text);
    exit when v_count > 0 and v_bytes > private.max_page_bytes();
    v_count := v_count + 1;
    return next;
  end loop;
end
$$;
comment on function private.support_timeline(uuid, text, integer) is 'The core of support_timeline().';

create function public.support_timeline(learner uuid, after text default null, page_rows integer default null)
returns table (at timestamptz, kind text, summary text, detail jsonb, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_timeline(learner, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_timeline(uuid, text, integer) is
  'What happened to one learner, newest first: batches, events (at their device''s time), quarantined '
  'events and support''s actions on them, devices, operations; at most 500 rows and 1 MiB, but at least one row. '
  'after is the last row''s cursor: go on until a page is empty. Support and admins; every call is audited. Errors: forbidden, cursor_invalid.';

grant execute on function private.support_timeline(uuid, text, integer),
  public.support_timeline(uuid, text, integer) to authenticated, service_role;
