-- What:  a learner's own changes since a cursor, and one call that pushes, learns of new content, and pulls.
-- Why:   a wiped device is whole after one pull; change numbers follow commit order, so nothing slips past (I8).
-- Locks: none; new objects only.
-- Undo:  drop function private.learner_changes, private.sync_for.

create function private.learner_changes(p_user uuid, p_cursor text, p_limit integer)
returns json
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_history constant text := private.history();
  v_cursor constant text[] := regexp_match(p_cursor, '^([0-9a-f]{16})\.(\d{1,15})$');
  v_since constant bigint := coalesce(v_cursor[2]::bigint, 0);
  v_limit constant integer := least(greatest(coalesce(p_limit, 500), 1), 1000);
  v_last bigint := coalesce((select s.change_seq from learner.state s where s.user_id = p_user), 0);
  v_reset text := case
    when p_cursor is null then null
    when v_cursor is null then 'cursor_invalid'
    when v_cursor[1] <> v_history then 'history_changed'
    when v_since > v_last then 'cursor_ahead'
  end;
begin
  -- An answer, not an error: it travels beside the results of a push that must not be lost with it.
  if v_reset is not null then
    return json_build_object('reset', v_reset);
  end if;
  return (
    with change as materialized (
      (select 'session' as kind, x.change_seq, to_json(j) as row
       from learner.session x
       cross join lateral (select private.uuid_to_ulid(x.session_id) as session_id, x.skill_id, x.device_id, x.content_version,
         x.started_at, x.ended_at, x.end_reason, x.voided_at is not null as voided) j
       where x.user_id = p_user and x.change_seq > v_since order by x.change_seq limit v_limit + 1)
      union all
      (select 'attempt', x.change_seq, to_json(j)
       from learner.attempt x
       cross join lateral (select private.uuid_to_ulid(x.event_id) as event_id, private.uuid_to_ulid(x.session_id) as session_id,
         x.skill_id, x.question_id, x.device_id, x.content_version, x.content_state, x.answer, x.claimed_correct, x.graded_correct,
         x.duration_ms, x.reset_count, private.uuid_to_ulid(x.reset_event) as reset_event, x.occurred_at, x.utc_offset_minutes,
         x.voided_at is not null as voided) j
       where x.user_id = p_user and x.change_seq > v_since order by x.change_seq limit v_limit + 1)
      union all
      (select 'skill_progress', x.change_seq, to_json(j)
       from learner.skill_progress x
       cross join lateral (select x.skill_id, x.reset_count, private.uuid_to_ulid(x.reset_event) as reset_event, x.mastery, x.completed,
         x.attempts, x.correct, x.practiced_at, x.voided_at is not null as voided) j
       where x.user_id = p_user and x.change_seq > v_since order by x.change_seq limit v_limit + 1)
      union all
      (select 'practice', x.change_seq, to_json(j)
       from learner.practice x
       cross join lateral (select
         (select json_agg(json_build_object('from', lower(r.days), 'to', upper(r.days) - 1) order by r.days) from unnest(x.days) r (days)) as days,
         k.last_day, k.streak, k.longest_streak
         from private.streaks(x.days) k) j
       where x.user_id = p_user and x.change_seq > v_since)
    ),
    page as materialized (select * from change order by change_seq limit v_limit)
    select json_build_object(
      'changes', coalesce(json_agg(json_build_object('kind', p.kind, 'row', p.row) order by p.change_seq), '[]'),
      'cursor', v_history || '.' || case when (select count(*) from change) > v_limit then max(p.change_seq) else v_last end,
      'more', (select count(*) from change) > v_limit)
    from page p);
end
$$;
comment on function private.learner_changes(uuid, text, integer) is
  'The learner''s rows that changed after the cursor (null: all), oldest change first: {changes, cursor, more}, or {reset} with the reason to start over.';

create function private.sync_for(p_user uuid, p_lines text)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_batch json := private.ingest_for(p_user, p_lines);
  v_header constant jsonb := split_part(p_lines, E'\n', 1)::jsonb;
  v_pull constant jsonb := v_header -> 'pull';
begin
  return json_build_object(
    'batch', v_batch,
    'head', private.sync_head(v_header),
    'pull', case when jsonb_typeof(v_pull) = 'object' then
      private.learner_changes(p_user, v_pull ->> 'cursor', (v_pull ->> 'limit')::numeric::integer) end)::text;
end
$$;
comment on function private.sync_for(uuid, text) is
  'One round trip: applies the batch, then {batch: its results, head: the content head, pull: own changes if the header asked for them}.';

grant execute on function private.sync_for(uuid, text), private.learner_changes(uuid, text, integer) to carrel_edge;
