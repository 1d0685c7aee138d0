-- What:  replay of quarantined events through ingest; held events are retried automatically when the server knows more.
-- Why:   the device has deleted an event that was reported as quarantined, so only the server can retry it (U3).

create function private.replay_rows(p_user uuid, p_now timestamptz, p_head integer, p_knowledge bigint, p_rows bytea[])
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows bytea[];
  v_lines text[];
  v_events private.incoming[];
begin
  -- 1 The texts in the order of their ids, with support's corrections.
  select array_agg(q.sha256 order by q.event_id, q.sha256),
    array_prepend('', array_agg(coalesce(q.mended_body, q.body) order by q.event_id, q.sha256))
  into v_rows, v_lines
  from ops.quarantine q
  where q.user_id = p_user and q.sha256 = any (p_rows) and q.status in ('open', 'held');
  if v_rows is null then
    return 0;
  end if;

  -- 2 The same path as for all events. The device's clock skew at that time is unknown.
  v_events := private.apply_or_bisect(p_user, p_now, p_head, null, private.read_events(p_user, v_lines, p_head, null));

  -- 3 A separate statement, because applying may have superseded the row already.
  update ops.quarantine q set
    knowledge = p_knowledge, tried_at = p_now,
    -- The original error stays on record.
    code = case when k.is_taken then q.code else e.code end,
    field = case when k.is_taken then q.field else e.field end,
    status = case when k.is_taken then 'superseded' else private.waiting_status(e.code) end,
    resolved_at = case when k.is_taken then p_now end,
    resolved_event = case when k.is_taken then e.event_id end
  from unnest(v_events) e
  cross join lateral (select coalesce(e.code, 'telemetry') in ('telemetry', 'duplicate') as is_taken) k
  where q.user_id = p_user and q.sha256 = v_rows[e.place];
  return (private.outcome_of(v_events)).applied;
end
$$;
comment on function private.replay_rows(uuid, timestamptz, integer, bigint, bytea[]) is
  'Sends open and held rows through ingest again and returns how many were applied. Each row gets its new status. The caller holds the learner''s lock.';

create function private.replay_held_for(p_user uuid, p_now timestamptz, p_head integer, p_knowledge bigint, p_limit integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.replay_rows(p_user, p_now, p_head, p_knowledge, array(
    select q.sha256 from ops.quarantine q
    where q.user_id = p_user and q.status = 'held' and q.knowledge < p_knowledge
    order by q.knowledge limit p_limit));
end
$$;
comment on function private.replay_held_for(uuid, timestamptz, integer, bigint, integer) is
  'Retries the learner''s held events that were last tried with less knowledge. Returns how many were applied. The caller holds the learner''s lock.';

create function ops.replay_held(p_learners integer default 100, p_events integer default 1000)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user uuid;
  v_head integer;
  v_knowledge bigint;
  v_room integer := p_events;
  v_held integer;
  v_applied integer := 0;
begin
  perform private.require_role('support', 'admin');
  -- Read before any text: later releases are for the next run.
  select coalesce((select max(r.version) from content.release r), 0), k.number into v_head, v_knowledge from private.knowledge k;
  for v_user, v_held in
    select d.user_id, d.held from (
      select q.user_id, count(*) as held from (
        select h.user_id from ops.quarantine h
        where h.status = 'held' and h.knowledge < v_knowledge
          -- Nothing is replayed during an erasure.
          and not exists (select from ops.erasure e where e.user_id = h.user_id)
        order by h.knowledge, h.user_id limit p_events
      ) q
      group by q.user_id limit p_learners
    ) d
  loop
    -- Busy learners are skipped, because their own sync replays their events. All locks last until the end, so the number of events
    -- is limited: 1,000 take 0.2 s, or 0.8 s under fourfold overload.
    perform from learner.state s where s.user_id = v_user for update skip locked;
    continue when not found;
    v_applied := v_applied + private.replay_held_for(v_user, clock_timestamp(), v_head, v_knowledge, least(v_room, private.max_batch_events()));
    v_room := v_room - v_held;
    exit when v_room <= 0;
  end loop;
  if v_applied > 0 then
    perform private.audit('replay_held', 'ops.quarantine', null, null, jsonb_build_object('applied', v_applied));
  end if;
  return v_applied;
end
$$;
comment on function ops.replay_held(integer, integer) is
  'Retries held events for which the server has new knowledge, of some learners who are not syncing. Returns how many were applied. Runs by pg_cron.';

-- At most 1,000 events per run: the learners' locks are held to the end, and a sync waits at most 2 s.
select private.schedule_job('replay_held', '30 seconds', '1 minute', 'select ops.replay_held()');
