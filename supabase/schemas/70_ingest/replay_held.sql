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
  v_arrivals timestamptz[];
  v_skews bigint[];
  v_events private.incoming[];
begin
  -- 1 The texts in the order of their ids, with support's corrections, and how each arrived first.
  select array_agg(q.sha256 order by q.event_id, q.sha256),
    array_prepend('', array_agg(coalesce(q.mended_body, q.body) order by q.event_id, q.sha256)),
    array_agg(q.first_seen_at order by q.event_id, q.sha256), array_agg(q.clock_skew_ms order by q.event_id, q.sha256)
  into v_rows, v_lines, v_arrivals, v_skews
  from ops.quarantine q
  where q.user_id = p_user and q.sha256 = any (p_rows) and q.status in ('open', 'held');
  if v_rows is null then
    return 0;
  end if;

  -- 2 The same path as for all events. An event that waited counts as if it had been applied when it arrived, so that its day is the same.
  v_events := private.apply_or_bisect(p_user, p_now, p_head, null, array(
    select private.with_arrival(e, v_arrivals[e.place], v_skews[e.place])
    from unnest(private.read_events(p_user, v_lines, p_head, null)) e
    order by e.place));

  -- 3 A separate statement, because applying may have superseded the row already.
  update ops.quarantine q set
    knowledge = p_knowledge, tried_at = p_now,
    -- The original error stays on record.
    code = case when k.is_taken then q.code else e.code end,
    field = case when k.is_taken then q.field else e.field end,
    waits_for = coalesce(private.missing_knowledge(e.code, v_lines[e.place + 1], p_head), q.waits_for),
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

create function private.solvable_rows(p_user uuid, p_knowledge bigint, p_limit integer)
returns bytea[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- One look-up for each name, not for each row: 10,000 events of an unknown type wait for one name.
  with recursive name (waits_for) as (
    (select q.waits_for from ops.quarantine q where q.user_id = p_user and q.status = 'held' order by q.waits_for limit 1)
    union all
    select (
      select q.waits_for from ops.quarantine q where q.user_id = p_user and q.status = 'held' and q.waits_for > n.waits_for
      order by q.waits_for limit 1)
    from name n where n.waits_for is not null
  ),
  known as materialized (
    select n.waits_for from name n where private.is_known(n.waits_for)
  )
  select array(
    select w.sha256 from (
      select q.sha256, q.event_id from known n
      join ops.quarantine q on q.user_id = p_user and q.status = 'held' and q.waits_for = n.waits_for and q.knowledge < p_knowledge
      union
      select q.sha256, q.event_id from ops.quarantine q where q.user_id = p_user and q.status = 'held' and q.knowledge = 0
    ) w
    order by w.event_id, w.sha256 limit p_limit)
$$;
comment on function private.solvable_rows(uuid, bigint, integer) is
  'A learner''s held events that lack nothing any more, or are to be tried in any case, and were not tried with this knowledge. Oldest first, at most p_limit.';

create function private.replay_held_for(p_user uuid, p_now timestamptz, p_head integer, p_knowledge bigint, p_limit integer, out applied integer, out finished boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows bytea[];
begin
  applied := 0;
  finished := not exists (select from ops.quarantine_load l where l.user_id = p_user and l.held_rows > 0 and l.looked_up < p_knowledge);
  if finished then
    return;
  end if;
  v_rows := private.solvable_rows(p_user, p_knowledge, p_limit);
  if v_rows <> '{}' then
    applied := private.replay_rows(p_user, p_now, p_head, p_knowledge, v_rows);
  end if;
  -- The others wait for something else. Nothing is written to them: a release would cost a learner with 10,000 of them 3 s.
  finished := cardinality(v_rows) < p_limit;
  if finished then
    update ops.quarantine_load l set looked_up = p_knowledge where l.user_id = p_user;
  end if;
end
$$;
comment on function private.replay_held_for(uuid, timestamptz, integer, bigint, integer) is
  'Retries the learner''s held events that lack nothing any more, oldest first, at most p_limit. Returns how many were applied, and whether none is left. '
  'The caller holds the learner''s lock.';
