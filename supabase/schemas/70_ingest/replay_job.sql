-- What:  ops.replay_held(), the job that retries held events of learners who are not syncing, until its time is used.
-- Why:   after a release all learners who waited for it should see their answers counted within seconds, not only those who sync (U3).

create table private.replay_cursor (
  singleton boolean not null default true,
  version   integer not null default 0,
  learner   uuid not null default '00000000-0000-0000-0000-000000000000',
  constraint replay_cursor_pkey primary key (singleton),
  constraint replay_cursor_singleton check (singleton)
);
comment on table private.replay_cursor is
  'One row. version: nobody waits any more for what this release and earlier ones brought. learner: whose turn was last.';
alter table private.replay_cursor enable row level security;
create policy replay_cursor_all_nobody on private.replay_cursor for all to anon, authenticated using (false);
insert into private.replay_cursor default values;

create function private.replayable_learners(p_names text[], p_knowledge bigint, p_after uuid)
returns uuid[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select array(
    select w.user_id from (
      select q.user_id from ops.quarantine q where q.status = 'held' and q.waits_for = any (p_names) and q.knowledge < p_knowledge
      union
      select q.user_id from ops.quarantine q where q.status = 'held' and q.knowledge = 0
    ) w
    -- Nothing is replayed during an erasure.
    where not exists (select from ops.erasure e where e.user_id = w.user_id)
    order by w.user_id <= p_after, w.user_id)
$$;
comment on function private.replayable_learners(text[], bigint, uuid) is
  'The learners with held events that wait for one of the names, or are to be tried in any case; first those after p_after, then from the start.';

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
  v_cursor private.replay_cursor;
  v_user uuid;
  v_head integer;
  v_knowledge bigint;
  v_names text[];
  v_learners uuid[];
  v_round integer;
  v_applied integer := 0;
  v_error text;
begin
  perform private.require_role('support', 'admin');
  -- Read before any text: later releases are for the next run. A second run at the same time waits here for the first.
  select coalesce((select max(r.version) from content.release r), 0), k.number into v_head, v_knowledge from private.knowledge k;
  select * into strict v_cursor from private.replay_cursor c for update;
  v_names := private.new_knowledge(v_cursor.version, v_head);

  -- In rounds: each learner has a turn of at most p_turn events before anybody has a second one. All locks last until the end of the run. A
  -- sync waits 2 s for its learner's lock, so the run is shorter.
  <<run>>
  loop
    v_learners := private.replayable_learners(v_names, v_knowledge, v_cursor.learner);
    v_round := 0;
    foreach v_user in array v_learners loop
      -- Busy learners are skipped, because their own sync replays their events.
      perform from learner.state s where s.user_id = v_user for update skip locked;
      continue when not found;
      begin
        v_applied := v_applied + private.replay_held_for(v_user, clock_timestamp(), v_head, v_knowledge, p_turn);
        v_round := v_round + 1;
      exception when others then
        -- One learner's trouble does not stop the others.
        v_error := format('Learner %s: %s (%s)', v_user, sqlerrm, sqlstate);
      end;
      v_cursor.learner := v_user;
      exit run when clock_timestamp() >= v_end;
    end loop;
    exit when v_round = 0;
  end loop;
  -- A batch that began before a release may hold an event just after it. No batch takes minutes.
  if v_learners = '{}' then
    v_cursor.version := greatest(v_cursor.version,
      (select max(r.version) from content.release r where r.version <= v_head and r.published_at < clock_timestamp() - interval '5 minutes'));
  end if;
  update private.replay_cursor c set version = v_cursor.version, learner = v_cursor.learner
  where (c.version, c.learner) is distinct from (v_cursor.version, v_cursor.learner);
  if v_applied > 0 then
    perform private.audit('replay_held', 'ops.quarantine', null, null, jsonb_build_object('applied', v_applied));
  end if;
  perform private.record_job('replay_held', v_error, case when v_applied > 0 then jsonb_build_object('applied', v_applied) end);
  return v_applied;
end
$$;
comment on function ops.replay_held(interval, integer) is
  'Retries held events that lack nothing any more, of learners who are not syncing, until p_budget is used. Each learner has turns of at most p_turn '
  'events. Returns how many were applied. Runs by pg_cron, and goes on where the last run ended.';

select private.schedule_job('replay_held', '5 seconds', '1 minute', 'select ops.replay_held()');
