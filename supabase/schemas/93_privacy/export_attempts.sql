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
