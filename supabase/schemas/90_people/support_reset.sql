-- What:  support_reset_progress(): support corrects a learner's progress in one skill.
-- Why:   one absurd value must not block a learner for ever. A correction takes precedence over everything that devices have sent or will send (U5).

create function private.next_reset_range(p_learner uuid, p_skill uuid)
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- A device increments the reset count, and ingest keeps it within one range of 1,000,001 counts. A correction is the first count
  -- of the next range, so it exceeds (1000000, 7ZZZ…), the greatest pair of a device. Afterwards the learner can reset again, from 1000002.
  -- There are 2147 ranges.
  select (coalesce((select p.reset_count from learner.skill_progress p where p.user_id = p_learner and p.skill_id = p_skill), 0) / private.reset_range() + 1)
    * private.reset_range()
$$;
comment on function private.next_reset_range(uuid, uuid) is 'A reset count that is greater than any count a device may use before it has pulled this one.';

create function private.support_reset_progress(p_learner uuid, p_skill uuid, p_reason text, p_mastery integer, p_completed uuid[])
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz;
  v_at text;
  v_id uuid;
  v_before jsonb;
  v_after jsonb;
  v_event private.incoming;
  v_outcome private.outcome;
  v_remaining integer;
  v_field text;
begin
  perform private.require_role('support', 'admin');
  perform private.require_reason(p_reason);
  perform private.lock_learner(p_learner);
  select to_jsonb(p) into v_before from learner.skill_progress p where p.user_id = p_learner and p.skill_id = p_skill;
  v_now := clock_timestamp();
  v_at := to_char(v_now at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  v_id := (left(private.ulid_floor(v_now)::text, 13) || right(gen_random_uuid()::text, 23))::uuid;

  -- An ordinary event: checked, stored in the ledger, projected, pulled by every device, and kept by a rebuild.
  v_event := (private.read_events(p_learner, array['', jsonb_build_object(
    'id', private.uuid_to_ulid(v_id), 'type', 'progress.reset', 'version', 1, 'learner_id', p_learner, 'device_id', private.support_device(),
    'occurred_at', v_at, 'utc_offset_minutes', 0, 'body', jsonb_build_object(
      'skill_id', p_skill, 'count', private.next_reset_range(p_learner, p_skill),
      'base', jsonb_build_object('mastery', p_mastery, 'completed', p_completed), 'reason', p_reason))::text],
    coalesce((select max(r.version) from content.release r), 0), null))[1];
  -- This event itself starts the range.
  if v_event.code = 'unknown_reset' then
    v_event.code := null;
  end if;
  if v_event.code is not null then
    v_field := case
      when p_mastery is null or p_mastery not between 0 and 100 then 'mastery'
      when v_event.field = 'body.skill_id' or not exists (select from content.revision r where r.kind = 'skill' and r.id = p_skill) then 'skill'
      else 'completed'
    end;
    perform private.raise_error('support_invalid', case v_field
      when 'mastery' then '`mastery` must be a whole number from 0 to 100.'
      when 'skill' then '`skill` must be the id of a published skill.'
      else '`completed` must be a list of at most 1000 ids of published questions, which fit into one event of 16 KiB.' end, v_field);
  end if;
  v_outcome := private.outcome_of(
    private.apply_or_bisect(p_learner, v_now, coalesce((select max(r.version) from content.release r), 0), 0, array[v_event]));
  select to_jsonb(p) into v_after from learner.skill_progress p where p.user_id = p_learner and p.skill_id = p_skill;
  perform private.audit('support_reset_progress', 'learner.state', p_learner::text, v_before,
    v_after || jsonb_build_object('reason', p_reason, 'event_id', private.uuid_to_ulid(v_id)));

  -- Events after a correction that a restore lost may be applicable again. Some are retried now. The others are retried by the learner's
  -- next contacts and by the job for held events, which their knowledge of 0 selects.
  perform private.retry_rows(p_learner, array(
    select r.sha256 from private.rows_to_replay(p_learner, null, 'unknown_reset', false, v_now) r limit 500));
  update ops.quarantine q set knowledge = 0
  where q.user_id = p_learner and q.sha256 = any (array(
    select r.sha256 from private.rows_to_replay(p_learner, null, 'unknown_reset', false, v_now) r));
  get diagnostics v_remaining = row_count;
  return jsonb_build_object('event_id', private.uuid_to_ulid(v_id), 'status', v_outcome.results -> 0 ->> 'status', 'remaining', v_remaining, 'progress', (
    select to_jsonb(x) from (
      select p.skill_id, p.reset_count, private.uuid_to_ulid(p.reset_event) as reset_event, p.mastery, p.completed, p.attempts, p.correct, p.practiced_at
      from learner.skill_progress p where p.user_id = p_learner and p.skill_id = p_skill) x));
end
$$;
comment on function private.support_reset_progress(uuid, uuid, text, integer, uuid[]) is 'The core of support_reset_progress().';

create function public.support_reset_progress(learner uuid, skill uuid, reason text, mastery integer default 0, completed uuid[] default '{}')
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.support_reset_progress(learner, skill, reason, mastery, completed);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_reset_progress(uuid, uuid, text, integer, uuid[]) is
  'Resets a learner''s progress in a skill to the given values: {event_id, status, remaining, progress}. The correction takes precedence over everything '
  'that devices have sent or will send before they pull it. Held events of a lost correction are retried, 500 at once; the remaining ones follow '
  'automatically. Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

grant execute on function private.support_reset_progress(uuid, uuid, text, integer, uuid[]),
  public.support_reset_progress(uuid, uuid, text, integer, uuid[]) to authenticated, service_role;
