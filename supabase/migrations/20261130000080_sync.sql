-- Generated from supabase/schemas/80_sync by `npm run generate`. Do not edit.
--
-- What:  what a learner may call and read: ingest, pull, merge_progress and views; hints after a change.
-- Why:   every path to the data gives the same guarantees (U2, S1).
-- Locks: none that anybody waits for: every object is new.
-- Undo:  select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('change_hints');
--        delete from ops.job where name in ('change_hints');
--        drop trigger state_note_change on learner.state;
--        drop view public.session, public.attempt, public.skill_progress, public.practice;
--        drop table ops.change_note cascade;
--        drop function if exists private.pull_limit, private.learner_changes, private.pull_for, private.sync_for, private.note_pull,
--          private.take_batch, private.ingest, public.ingest, private.merge_progress, public.merge_progress, private.own_changes,
--          public.learner_changes, private.hint_learners, private.note_change, ops.send_change_hints;

select private.revoke_default_grants();

-- Source: schemas/80_sync/learner_changes.sql
-- What:  learner_changes(), a learner's changes since a cursor, and sync_for(), one call that pushes, returns the content head, and pulls.
-- Why:   one pull restores a wiped device. Change numbers follow commit order, so no change is missed (I8).

create function private.pull_limit(p_name text, p_changes integer)
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select private.row_limit(p_name, p_changes, private.default_pull_changes(), private.max_pull_changes()) $$;
comment on function private.pull_limit(text, integer) is 'The most changes of a pull: row_limit() with the limits of pulls.';

create function private.learner_changes(
  p_user uuid, p_cursor text, p_limit integer, p_at_least text default null, p_device uuid default null)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_history constant text := private.history();
  v_cursor constant text[] := regexp_match(p_cursor, '^([0-9a-f]{16})\.(\d{1,15})$');
  v_least constant text[] := regexp_match(p_at_least, '^([0-9a-f]{16})\.(\d{1,15})$');
  v_since constant bigint := coalesce(v_cursor[2]::bigint, 0);
  v_limit constant integer := private.pull_limit('limit', p_limit);
  v_last bigint := coalesce((select s.change_seq from learner.state s where s.user_id = p_user), 0);
  v_reset text := case
    when p_cursor is not null and v_cursor is null then 'cursor_invalid'
    when v_cursor[1] <> v_history or v_least[1] <> v_history then 'history_changed'
    -- A replica may still catch up. A primary that is behind has lost the change.
    when (v_since > v_last or v_least[2]::bigint > v_last) and not pg_is_in_recovery() then 'cursor_ahead'
  end;
  -- Each kind in index order, merged. A row's JSON is built only when the row is fetched.
  v_rest cursor for
    (select x.change_seq, json_build_object('kind', 'session',
       -- Both ends count: this device may have started the session and another may have ended it.
       'own', p_device is not null and x.voided_at is null and x.edited_at is null and not exists (
         select from learner.event e
         where e.user_id = p_user and e.event_id in (x.started_event, x.ended_event) and e.device_id <> p_device),
       'row', j) as change
     from learner.session x
     cross join lateral (select private.uuid_to_ulid(x.session_id) as session_id, x.skill_id, x.device_id, x.content_version,
       x.started_at, x.ended_at, x.end_reason, x.voided_at is not null as voided) j
     where x.user_id = p_user and x.change_seq > v_since order by x.change_seq limit v_limit + 1)
    union all
    (select x.change_seq, json_build_object('kind', 'attempt',
       -- Own, if the server's stamps add nothing that the device does not know.
       'own', (x.device_id = p_device and x.voided_at is null and x.edited_at is null and x.content_state = 'current'
         and x.graded_correct = x.claimed_correct) is true,
       'row', j)
     from learner.attempt x
     cross join lateral (select private.uuid_to_ulid(x.event_id) as event_id, private.uuid_to_ulid(x.session_id) as session_id,
       x.skill_id, x.question_id, x.device_id, x.content_version, x.content_state, x.answer, x.claimed_correct, x.graded_correct,
       x.duration_ms, x.reset_count, private.uuid_to_ulid(x.reset_event) as reset_event, x.occurred_at, x.utc_offset_minutes,
       x.voided_at is not null as voided) j
     where x.user_id = p_user and x.change_seq > v_since order by x.change_seq limit v_limit + 1)
    union all
    -- Never a device's own row, because progress is merged from all devices.
    (select x.change_seq, json_build_object('kind', 'skill_progress', 'own', false, 'row', j)
     from learner.skill_progress x
     cross join lateral (select x.skill_id, x.reset_count, private.uuid_to_ulid(x.reset_event) as reset_event, x.mastery, x.completed,
       x.attempts, x.correct, x.practiced_at, x.voided_at is not null as voided) j
     where x.user_id = p_user and x.change_seq > v_since order by x.change_seq limit v_limit + 1)
    union all
    (select x.change_seq, json_build_object('kind', 'practice', 'own', false, 'row', j)
     from learner.practice x
     cross join lateral (select
       (select json_agg(json_build_object('from', lower(r.days), 'to', upper(r.days) - 1) order by r.days) from unnest(x.days) r (days)) as days,
       k.last_day, k.streak, k.longest_streak
       from private.streaks(x.days) k) j
     where x.user_id = p_user and x.change_seq > v_since order by x.change_seq)
    order by change_seq;
  v_seq bigint;
  v_end bigint;
  v_change json;
  v_changes json[] := '{}';
  v_count integer := 0;
  v_bytes integer := 0;
  v_more boolean := false;
begin
  if p_at_least is not null and v_least is null then
    perform private.raise_error('malformed_request', '`at_least` must be the `token` of a batch''s answer.', 'at_least');
  end if;
  if v_reset is null and greatest(v_since, v_least[2]::bigint) > v_last then
    perform private.raise_error('behind', p_retry_after_s => 1);
  end if;
  -- A result, not an error: it must not lose the results of the push in the same answer.
  if v_reset is not null then
    return json_build_object('reset', v_reset);
  end if;

  -- Row by row, so that only one row beyond the limit is built. An answer may be an event of 16 KiB whose JSON is twenty times as
  -- long; pages limited by rows alone reached 400 MB.
  open v_rest;
  loop
    fetch v_rest into v_seq, v_change;
    exit when not found;
    v_bytes := v_bytes + octet_length(v_change::text);
    v_more := v_count = v_limit or (v_count > 0 and v_bytes > 1048576);
    exit when v_more;
    v_changes := array_append(v_changes, v_change);
    v_end := v_seq;
    v_count := v_count + 1;
  end loop;
  close v_rest;
  return json_build_object('changes', array_to_json(v_changes), 'cursor', v_history || '.' || case when v_more then v_end else v_last end, 'more', v_more);
end
$$;
comment on function private.learner_changes(uuid, text, integer, text, uuid) is
  'The learner''s rows that changed after the cursor (null: all), oldest change first: {changes, cursor, more}, or {reset} with the reason to start over. '
  'At most p_limit rows and 1 MiB, but at least one row. p_at_least: the token of a batch that must be included; raises behind if it is not yet. '
  'own: the row contains only what p_device''s own events say.';

create function private.pull_for(p_user uuid, p_session uuid, p_cursor text, p_limit integer, p_at_least text, p_device uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device learner.device;
begin
  perform private.refuse_absent(p_user);
  select * into v_device from learner.device d where d.user_id = p_user and d.device_id = p_device;
  perform private.require_running(v_device.platform, v_device.app_version);
  perform private.require_session(p_user, p_session, p_device);
  -- Concatenated as text, because json functions would parse a page of 500 changes again.
  return left(private.learner_changes(p_user, p_cursor, p_limit, p_at_least, p_device)::text, -1)
    || ', "steering" : ' || private.steering_for(v_device.platform, v_device.app_version) || '}';
end
$$;
comment on function private.pull_for(uuid, uuid, text, integer, text, uuid) is
  'learner_changes() plus `steering` for the device as it described itself at its last push. Errors: malformed_request, erased, paused, unauthenticated, session_ended, device_revoked, behind.';

create function private.sync_for(p_user uuid, p_session uuid, p_lines text, out answer text, out changed_by uuid)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_batch constant json := private.ingest_for(p_user, p_session, p_lines);
  -- ingest_for() has checked the header.
  v_header constant private.header := jsonb_populate_record(null::private.header, split_part(p_lines, E'\n', 1)::jsonb);
begin
  if v_batch -> 'refused' is not null then
    answer := v_batch::text;
    return;
  end if;
  if (v_batch ->> 'changed')::boolean then
    changed_by := v_header.device_id;
  end if;
  answer := json_build_object(
    'batch', v_batch,
    'head', private.sync_head(v_header.content_schema::smallint),
    'steering', private.steering_for(v_header.platform, v_header.app_version),
    'pull', case when v_header.pull is distinct from null then
      private.learner_changes(p_user, (v_header.pull).cursor, (v_header.pull).limit::integer, null, v_header.device_id) end)::text;
end
$$;
comment on function private.sync_for(uuid, uuid, text) is
  'One round trip: applies the batch. answer: {batch: its results, head: the content head, steering: settings for the client, '
  'pull: the learner''s changes if the header asks for them}, or {refused} if a rate limit is exceeded. '
  'changed_by: the device of the batch if it changed rows; the learner''s other devices need a hint.';

grant execute on function private.sync_for(uuid, uuid, text), private.pull_for(uuid, uuid, text, integer, text, uuid) to carrel_edge;

-- Source: schemas/80_sync/note_pull.sql
-- What:  note_pull(), which records the contact of a device that pulls over RPC.
-- Why:   the function sync collects contacts in its isolate. Over RPC nothing else would list the device, or tie it to its session (O2, U8).

create function private.note_pull(p_user uuid, p_session uuid, p_device uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- As the function sync does: at most every half hour, or for another session. A replica can't write.
  if p_device is null or pg_is_in_recovery() or exists (
    select from learner.device d
    where d.user_id = p_user and d.device_id = p_device and d.session_id is not distinct from p_session
      and d.last_seen_at > clock_timestamp() - private.contact_interval() / 2)
  then
    return;
  end if;
  if current_setting('transaction_read_only') = 'on' then
    perform private.raise_error('malformed_request', 'A pull that names its `device` must be a POST, because its contact is recorded.', 'device');
  end if;
  perform private.record_contacts(json_build_array(json_build_object('learner', p_user, 'session', p_session, 'device', p_device)));
exception
  -- Somebody holds the device's row. The next pull records the contact.
  when lock_not_available then null;
end
$$;
comment on function private.note_pull(uuid, uuid, uuid) is 'Records the contact of a device that pulls over RPC, so that it is listed, hinted, and revoked with its session.';

-- Source: schemas/80_sync/learner_rpc.sql
-- What:  the API of a signed-in learner: ingest, merge_progress, learner_changes, and views of their own rows.
-- Why:   the API uses the same core functions as the Edge Functions, with the caller's own token, and gives the same guarantees.

-- The function sync limits the simultaneous requests of one learner; the API does not, and each waiting request holds a connection.
-- So requests wait half a second for a lock, not the 8 s of their role.
create function private.take_batch(p_user uuid, p_lines text, p_by_server boolean default false)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_header constant text := split_part(p_lines, E'\n', 1);
  v_answer json;
begin
  if octet_length(p_lines) > private.max_batch_bytes() then
    perform private.raise_error('payload_too_large', format('A batch may have at most %s bytes.', private.max_batch_bytes()), private.max_batch_bytes()::text);
  end if;
  -- For private.note_change(), which runs inside ingest_for().
  perform set_config('carrel.device', case when private.is_jsonb(v_header) then v_header::jsonb ->> 'device_id' end, true);
  v_answer := private.ingest_for(p_user, private.caller_session(), p_lines, p_by_server);
  perform set_config('carrel.device', '', true);
  return v_answer;
end
$$;
comment on function private.take_batch(uuid, text, boolean) is 'ingest_for() for at most 512 KiB. Returns {refused} if a rate limit is exceeded.';

create function private.ingest(p_batch json)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  v_user uuid := private.caller_id();
  v_answer json;
begin
  if v_user is null then
    perform private.raise_error('unauthenticated');
  end if;
  if json_typeof(p_batch) <> 'array' then
    perform private.raise_error('malformed_batch', 'The batch must be an array: its header, then its events.');
  end if;
  -- JSON strings escape line breaks, so an unescaped one is white space.
  v_answer := private.take_batch(v_user, (
    select string_agg(translate(e.value::text, E'\n\r', '  '), E'\n' order by e.place)
    from json_array_elements(p_batch) with ordinality e (value, place)));
  return case when v_answer -> 'refused' is null then v_answer else private.answer_refusal(v_answer -> 'refused') end;
end
$$;
comment on function private.ingest(json) is 'The core of ingest().';

create function public.ingest(json)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_wait text;
begin
  return private.ingest($1);
exception
  when others or query_canceled then
    get stacked diagnostics v_wait = pg_exception_hint;
    perform private.refuse(sqlstate, sqlerrm, v_wait);
    raise;
end
$$;
comment on function public.ingest(json) is
  'Accepts a batch of the caller''s events as an array: a header, then at most 500 events, together at most 512 KiB. Returns {batch_id, changed, '
  'received_at, token, results}. The argument has no name, so that PostgREST passes the whole request body.';

create function private.merge_progress(
  p_event_id text, p_device_id uuid, p_occurred_at text, p_utc_offset_minutes integer, p_clock_offset_ms bigint, p_answered_at text, p_sent_at text,
  p_skill_id uuid, p_mastery integer, p_completed uuid[], p_reset json)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  v_user uuid := private.caller_id();
  v_answer json;
begin
  if v_user is null then
    perform private.raise_error('unauthenticated');
  end if;
  v_answer := private.take_batch(v_user, concat_ws(E'\n',
    -- Without p_sent_at the device's clock, contract and queue are unknown, so nothing is derived from this header.
    jsonb_build_object('batch_id', p_event_id, 'device_id', p_device_id, 'contract_version', 1,
      'sent_at', coalesce(p_sent_at, to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))),
    -- json, which casts nothing: p_reset may hold values that jsonb refuses. Ingest reports and quarantines them.
    translate(json_build_object('id', p_event_id, 'type', 'progress.advanced', 'version', 1, 'learner_id', v_user, 'device_id', p_device_id,
      'occurred_at', p_occurred_at, 'utc_offset_minutes', p_utc_offset_minutes, 'clock_offset_ms', p_clock_offset_ms, 'answered_at', p_answered_at,
      'body', json_build_object(
        'skill_id', p_skill_id, 'mastery', p_mastery, 'completed', p_completed, 'reset', p_reset))::text, E'\n\r', '  ')), p_sent_at is null);
  if v_answer -> 'refused' is not null then
    return private.answer_refusal(v_answer -> 'refused');
  end if;
  return json_build_object('result', v_answer -> 'results' -> 0, 'progress', (
    select to_json(x) from (
      select p.skill_id, p.reset_count, private.uuid_to_ulid(p.reset_event) as reset_event, p.mastery, p.completed,
        p.attempts, p.correct, p.practiced_at
      from learner.skill_progress p
      where p.user_id = v_user and p.skill_id = p_skill_id) x));
end
$$;
comment on function private.merge_progress(text, uuid, text, integer, bigint, text, text, uuid, integer, uuid[], json) is 'The core of merge_progress().';

create function public.merge_progress(
  event_id text, device_id uuid, occurred_at text, skill_id uuid, mastery integer,
  completed uuid[] default '{}', reset json default null, utc_offset_minutes integer default 0,
  clock_offset_ms bigint default null, answered_at text default null, sent_at text default null)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_wait text;
begin
  return private.merge_progress(event_id, device_id, occurred_at, utc_offset_minutes, clock_offset_ms, answered_at, sent_at, skill_id, mastery, completed, reset);
exception
  when others or query_canceled then
    get stacked diagnostics v_wait = pg_exception_hint;
    perform private.refuse(sqlstate, sqlerrm, v_wait);
    raise;
end
$$;
comment on function public.merge_progress(text, uuid, text, uuid, integer, uuid[], json, integer, bigint, text, text) is
  'Merges progress in one skill, which never decreases: {result, progress}. event_id is a ULID and the idempotency key. '
  'The call becomes one progress.advanced event and goes through the same ingest. clock_offset_ms and answered_at are those of the event. '
  'sent_at: the device''s time now, from which the server derives its clock skew; null: unknown.';

create function private.own_changes(p_cursor text, p_limit integer, p_at_least text, p_device uuid)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  v_changes json;
begin
  if private.caller_id() is null then
    perform private.raise_error('unauthenticated');
  end if;
  perform private.pull_limit('page_rows', p_limit);
  v_changes := private.pull_for(private.caller_id(), private.caller_session(), p_cursor, p_limit, p_at_least, p_device)::json;
  perform private.note_pull(private.caller_id(), private.caller_session(), p_device);
  return v_changes;
end
$$;
comment on function private.own_changes(text, integer, text, uuid) is 'The core of learner_changes().';

create function public.learner_changes(cursor text default null, page_rows integer default null, at_least text default null, device uuid default null)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_wait text;
begin
  return private.own_changes(cursor, page_rows, at_least, device);
exception
  when others or query_canceled then
    get stacked diagnostics v_wait = pg_exception_hint;
    perform private.refuse(sqlstate, sqlerrm, v_wait);
    raise;
end
$$;
comment on function public.learner_changes(text, integer, text, uuid) is
  'The caller''s sessions, attempts, progress and practice that changed after the cursor: {changes, cursor, more}, or {reset: reason}; and steering. '
  'at_least: the token of a batch that must be included. device: the calling device, which is then on record and whose own rows are marked. Errors: malformed_request, erased, paused, unauthenticated, session_ended, device_revoked, behind.';

grant execute on function private.ingest(json), private.own_changes(text, integer, text, uuid),
  private.merge_progress(text, uuid, text, integer, bigint, text, text, uuid, integer, uuid[], json) to authenticated;
grant execute on function public.ingest(json), public.learner_changes(text, integer, text, uuid),
  public.merge_progress(text, uuid, text, uuid, integer, uuid[], json, integer, bigint, text, text) to authenticated;

create view public.session with (security_invoker = true) as select * from learner.session;
create view public.attempt with (security_invoker = true) as select * from learner.attempt;
create view public.skill_progress with (security_invoker = true) as select * from learner.skill_progress;
create view public.practice with (security_invoker = true) as
  select d.user_id, k.last_day, k.streak, k.longest_streak, d.days, d.change_seq
  from learner.practice d cross join lateral private.streaks(d.days) k;
comment on view public.session is 'The caller''s sessions.';
comment on view public.attempt is 'The caller''s attempts.';
comment on view public.skill_progress is 'The caller''s progress.';
comment on view public.practice is 'The caller''s days of practice and streaks.';
grant select on public.session, public.attempt, public.skill_progress, public.practice to authenticated, service_role;

-- Source: schemas/80_sync/learner_hints.sql
-- What:  hint_learners(): sends a hint to a learner's other devices after a push.
-- Why:   the phone shows within seconds what was done on the tablet, not only at its next poll (S1).
create function private.hint_learners(p_pushes json)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since constant timestamptz := clock_timestamp() - private.contact_interval();
  v_push record;
  v_sent integer := 0;
begin
  for v_push in
    select p.learner, p.devices, s.change_seq, o.count
    from (
      select r.learner, array_agg(distinct r.device order by r.device) as devices
      from json_to_recordset(p_pushes) as r (learner uuid, device uuid)
      group by r.learner
    ) p
    join learner.state s on s.user_id = p.learner
    -- Only if another device may be listening.
    cross join lateral (
      select count(*) from learner.device d
      where d.user_id = p.learner and d.revoked_at is null and d.last_seen_at > v_since and p.devices <> array[d.device_id]
    ) o
    where o.count > 0
  loop
    begin
      perform private.broadcast('learner:' || v_push.learner, 'learner_changed', jsonb_build_object(
        'token', private.history() || '.' || v_push.change_seq, 'devices', v_push.devices,
        -- An isolate takes four requests of a learner at once. Few learners have as many devices.
        'spread_s', (v_push.count - 1) / 4));
      v_sent := v_sent + 1;
    exception
      when others then
        raise warning 'The hint for a learner''s devices was not sent: %', sqlerrm;
    end;
  end loop;
  return v_sent;
end
$$;
comment on function private.hint_learners(json) is
  'Broadcasts learner_changed on the private channel of each learner of [{learner, device}] who has another device that is online. '
  'Returns the number of learners. Best effort: devices also poll.';

grant execute on function private.hint_learners(json) to carrel_edge;

-- Source: schemas/80_sync/change_notes.sql
-- What:  ops.change_note: changes that did not come through the function sync, until a job has sent their hints.
-- Why:   the function sync sends hints after the commit. RPCs, support, replays and edits by hand cannot, but devices must
--        learn of their changes within seconds too (S1).
create table ops.change_note (
  user_id    uuid not null,
  change_seq bigint not null,
  device_id  uuid,
  constraint change_note_pkey primary key (user_id, change_seq)
);
-- One row per change instead of one per learner, because updating a learner's row would wait for the job under the learner's lock.
comment on table ops.change_note is 'Changes whose hints are not sent yet. A row lives for seconds.';
comment on column ops.change_note.device_id is 'The device that pushed the change; null if no device did.';
alter table ops.change_note enable row level security;
create policy change_note_all_nobody on ops.change_note for all to anon, authenticated using (false);

create function private.note_change()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into ops.change_note (user_id, change_seq, device_id)
  values (new.user_id, new.change_seq, nullif(current_setting('carrel.device', true), '')::uuid)
  on conflict do nothing;
  return null;
end
$$;
comment on function private.note_change() is
  'Row trigger: notes a change for ops.send_change_hints(), with the device named by private.take_batch().';

-- Every change advances the learner's counter, whatever its path. The function sync, which makes nearly all of them, sends its own hints.
create trigger state_note_change after update of change_seq on learner.state
  for each row when (new.change_seq > old.change_seq and session_user <> 'carrel_edge'::text) execute function private.note_change();

create function ops.send_change_hints(p_notes integer default 1000)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pushes json;
begin
  perform private.require_role('admin');
  -- A CTE of its own: a plan may run a subquery again for each row, and its limit would count anew.
  with due as (
    select c.user_id, c.change_seq from ops.change_note c order by c.user_id, c.change_seq limit p_notes for update skip locked
  ), gone as (
    delete from ops.change_note n
    using due
    where n.user_id = due.user_id and n.change_seq = due.change_seq
    -- A change that no device pushed is new to all devices.
    returning n.user_id, coalesce(n.device_id, private.support_device()) as device_id
  )
  select json_agg(json_build_object('learner', p.user_id, 'device', p.device_id)) into v_pushes
  from (select distinct g.user_id, g.device_id from gone g) p;
  return case when v_pushes is null then 0 else private.hint_learners(v_pushes) end;
end
$$;
comment on function ops.send_change_hints(integer) is
  'Sends hints for noted changes through private.hint_learners(). Returns the number of learners. Runs by pg_cron.';

select private.schedule_job('change_hints', '10 seconds', '1 minute', 'select ops.send_change_hints()');
