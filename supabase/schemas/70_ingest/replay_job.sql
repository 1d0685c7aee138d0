-- What:  ops.replay_held(), the job that retries held events of learners who are not syncing, until its time is used.
-- Why:   after a release all learners who waited for it should see their answers counted within seconds, not only those who sync (U3).

create function private.replay_turn(p_user uuid, p_head integer, p_knowledge bigint, p_turn integer, out applied integer, out error text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_finished boolean;
begin
  begin
    select r.applied, r.finished into applied, v_finished from private.replay_held_for(p_user, clock_timestamp(), p_head, p_knowledge, p_turn) r;
  exception when others then
    -- One learner's trouble does not stop the others.
    applied := 0;
    error := left(format('%s (%s)', sqlerrm, sqlstate), 300);
  end;
  if v_finished then
    delete from ops.replay_queue r where r.user_id = p_user;
  else
    update ops.replay_queue r set tried_at = clock_timestamp(), failures = case when error is null then 0 else r.failures + 1 end, last_error = error
    where r.user_id = p_user;
  end if;
end
$$;
comment on function private.replay_turn(uuid, integer, bigint, integer) is
  'One turn of a queued learner: at most p_turn events. Who has none left leaves the queue. The caller holds the learner''s lock.';

create function ops.replay_held(p_budget interval default '1.5 seconds', p_turn integer default private.max_batch_events())
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- As in ingest_for(). Planning took most of the time of a learner with few events.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set jit = off
as $$
declare
  v_end constant timestamptz := clock_timestamp() + p_budget;
  v_user uuid;
  v_head integer;
  v_knowledge bigint;
  v_applied integer := 0;
  v_error text;
begin
  perform private.require_role('support', 'admin');
  if private.is_upgrading() then
    perform private.record_job('replay_held', null, null);
    return 0;
  end if;
  -- Read before any text: later releases are for the next run. A second run at the same time waits here for the first.
  select coalesce((select max(r.version) from content.release r), 0), k.number into v_head, v_knowledge from private.knowledge k;
  perform from private.replay_cursor c for update;
  perform private.queue_replays(v_head, v_knowledge);

  -- Each learner has a turn of at most p_turn events before anybody has a second one. All locks last until the end of the run. A sync waits
  -- 2 s for its learner's lock, so the run is shorter.
  loop
    -- Busy learners are skipped: their own sync replays their events. Nothing is replayed during an erasure or a move.
    select r.user_id into v_user
    from ops.replay_queue r join learner.state s on s.user_id = r.user_id
    where (r.failures = 0 or r.tried_at < clock_timestamp() - least(interval '1 minute' * r.failures, interval '10 minutes'))
      and not exists (select from ops.erasure e where e.user_id = r.user_id)
      and private.is_here(r.user_id)
    order by r.tried_at nulls first, r.user_id
    limit 1
    for update of s skip locked;
    exit when not found;
    -- Again under the lock: an erasure or a move may have begun since the row was found.
    continue when not private.is_here(v_user) or exists (select from ops.erasure e where e.user_id = v_user);
    v_applied := v_applied + (private.replay_turn(v_user, v_head, v_knowledge, p_turn)).applied;
    exit when clock_timestamp() >= v_end;
  end loop;
  if v_applied > 0 then
    perform private.audit('replay_held', 'ops.quarantine', null, null, jsonb_build_object('applied', v_applied));
  end if;
  -- As long as a learner's turns fail, the job counts as failing.
  select format('Learner %s: %s', r.user_id, r.last_error) into v_error from ops.replay_queue r where r.failures > 0 order by r.tried_at desc limit 1;
  perform private.record_job('replay_held', v_error, case when v_applied > 0 then jsonb_build_object('applied', v_applied) end);
  return v_applied;
end
$$;
comment on function ops.replay_held(interval, integer) is
  'Retries held events that lack nothing any more, of learners who are not syncing, until p_budget is used. Each learner has turns of at most p_turn '
  'events. Returns how many were applied. Runs by pg_cron, and goes on where the last run ended.';

select private.schedule_job('replay_held', '5 seconds', '1 minute', 'select ops.replay_held()');
