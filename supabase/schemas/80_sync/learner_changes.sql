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
