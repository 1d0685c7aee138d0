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
