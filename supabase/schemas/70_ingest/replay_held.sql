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

create function private.replay_held_for(p_user uuid, p_now timestamptz, p_head integer, p_knowledge bigint, p_limit integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows constant bytea[] := array(
    select q.sha256 from ops.quarantine q
    where q.user_id = p_user and q.status = 'held' and q.knowledge < p_knowledge and (q.knowledge = 0 or private.is_known(q.waits_for))
    order by q.event_id, q.sha256 limit p_limit);
  v_applied integer := 0;
begin
  if v_rows <> '{}' then
    v_applied := private.replay_rows(p_user, p_now, p_head, p_knowledge, v_rows);
  end if;
  -- The others wait for something else. They are not looked at again before the server knows more. Checked first, because an update
  -- runs the table's triggers even if it changes no row.
  if cardinality(v_rows) < p_limit
    and exists (select from ops.quarantine q where q.user_id = p_user and q.status = 'held' and q.knowledge < p_knowledge)
  then
    update ops.quarantine q set knowledge = p_knowledge where q.user_id = p_user and q.status = 'held' and q.knowledge < p_knowledge;
  end if;
  return v_applied;
end
$$;
comment on function private.replay_held_for(uuid, timestamptz, integer, bigint, integer) is
  'Retries the learner''s held events that lack nothing any more, oldest first, at most p_limit. Returns how many were applied. The caller holds the learner''s lock.';
