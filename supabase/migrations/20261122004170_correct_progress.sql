-- What:  correct_progress(): support's reset, with a corrected base.
-- Why:   progress never goes back but by a reset; an app's bug that made it too great is mended so, in every order of arrival (U5).
-- Locks: none; new objects only. At run time the learner's row.
-- Undo:  drop function public.correct_progress, private.correct_progress, private.new_ulid.

create function private.new_ulid(p_at timestamptz)
returns uuid
language sql
volatile
set search_path = ''
as $$ select (left(private.ulid_floor(p_at)::text, 14) || right(gen_random_uuid()::text, 22))::uuid $$;
comment on function private.new_ulid(timestamptz) is 'A ULID of that time, as uuid, for events that arise here.';

create function private.correct_progress(p_learner uuid, p_skill uuid, p_mastery integer, p_completed uuid[], p_reason text)
returns json
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  -- The device of events that no device made.
  v_device constant uuid := '00000000-0000-0000-0000-000000000000';
  v_now constant timestamptz := clock_timestamp();
  v_time constant text := to_char(v_now at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
  v_id constant text := private.uuid_to_ulid(private.new_ulid(v_now));
  v_before learner.skill_progress;
  v_result json;
begin
  perform private.require_role('support', 'admin');
  -- The lock first: the reset's count is one more than what is there.
  perform from learner.state s where s.user_id = p_learner for update;
  select * into v_before from learner.skill_progress p where p.user_id = p_learner and p.skill_id = p_skill;
  v_result := private.ingest_for(p_learner, concat_ws(E'\n',
    jsonb_build_object('batch_id', v_id, 'device_id', v_device, 'contract_version', 1, 'sent_at', v_time, 'platform', 'support'),
    jsonb_build_object('id', v_id, 'type', 'progress.reset', 'version', 1, 'learner_id', p_learner, 'device_id', v_device,
      'occurred_at', v_time, 'utc_offset_minutes', 0, 'body', jsonb_build_object(
        'skill_id', p_skill, 'count', coalesce(v_before.reset_count, 0) + 1,
        'base', jsonb_build_object('mastery', p_mastery, 'completed', p_completed))))) -> 'results' -> 0;
  perform private.audit('correct_progress', 'learner.state', p_learner::text,
    jsonb_build_object('skill_id', p_skill, 'mastery', v_before.mastery, 'completed', cardinality(v_before.completed)),
    jsonb_build_object('skill_id', p_skill, 'mastery', p_mastery, 'completed', cardinality(p_completed), 'event_id', v_id,
      'reason', left(p_reason, 500), 'status', v_result ->> 'status'));
  return v_result;
end
$$;
comment on function private.correct_progress(uuid, uuid, integer, uuid[], text) is 'The core of correct_progress().';

create function public.correct_progress(learner uuid, skill uuid, mastery integer, completed uuid[] default '{}', reason text default null)
returns json
language sql
volatile
set search_path = ''
as $$ select private.correct_progress(learner, skill, mastery, completed, reason) $$;
comment on function public.correct_progress(uuid, uuid, integer, uuid[], text) is
  'Resets a learner''s progress in a skill to corrected values, on all their devices, and whatever of before still arrives. It is a progress.reset '
  'event like a learner''s own; returns its result {id, status, code, field}. Support and admins; audited with before, after and reason.';

grant execute on function private.correct_progress(uuid, uuid, integer, uuid[], text), public.correct_progress(uuid, uuid, integer, uuid[], text)
  to authenticated, service_role;
