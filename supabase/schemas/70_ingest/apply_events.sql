-- What:  apply_events(): stores checked events in the ledger or ops.telemetry, projects them, and returns each result as a code.
-- Why:   ingest, replay and support's corrections share this function, so an event has the same effect on every path (U1, U3).

create function private.apply_events(p_user uuid, p_now timestamptz, p_head integer, p_skew bigint, p_events private.incoming[], p_lookup boolean)
returns private.incoming[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_events private.incoming[];
  v_storing private.incoming[];
  v_new integer;
  v_skills uuid[];
  v_ids uuid[];
  v_known uuid[] := '{}';
  v_past uuid[] := '{}';
  v_lookup boolean;
  v_waiting boolean;
  v_fresh learner.event[];
begin
  -- 1 The events to store, and their ids that are taken. Ids are unique across the ledger and ops.telemetry (I4). A device's ids ascend, so
  --   usually all are newer than the learner's newest event. Otherwise each id is looked up, which locks every partition.
  --   The range condition excludes partitions that cannot contain the ids.
  select count(*), array_agg(distinct e.event_id order by e.event_id), array_agg(e.skill_id) into v_new, v_ids, v_skills
  from unnest(p_events) e
  where e.code is null or e.code = 'telemetry';
  if v_new = 0 then
    return null;
  end if;
  select p_lookup or (select s.newest_event < v_ids[1] from learner.state s where s.user_id = p_user) is not true,
    exists (select from ops.quarantine q where q.user_id = p_user and q.event_id is not null)
  into v_lookup, v_waiting;
  if v_lookup then
    v_known := array(
      select l.event_id from learner.event l
      where l.user_id = p_user and l.event_id = any (v_ids) and l.event_id between v_ids[1] and v_ids[cardinality(v_ids)]
      union all
      select t.event_id from ops.telemetry t
      where t.user_id = p_user and t.event_id = any (v_ids) and t.event_id between v_ids[1] and v_ids[cardinality(v_ids)]);
    -- Telemetry that was here and has been deleted since.
    v_past := array(
      select e.event_id from unnest(p_events) e
      join ops.telemetry_horizon h on h.user_id = p_user and h.device_id = e.device_id and h.last_event >= e.event_id
      where e.code = 'telemetry' and e.event_id <> all (v_known));
    v_known := v_known || v_past;
  end if;
  if v_known <> '{}' or cardinality(v_ids) < v_new then
    v_storing := array(
      select distinct on (e.event_id) e
      from unnest(p_events) e
      where (e.code is null or e.code = 'telemetry') and e.event_id <> all (v_known)
      order by e.event_id, e.place);
  end if;

  -- 2 Store the first event of each new id. The learner's lock is held, so no other transaction can take an id. `on conflict` would
  --   take a tenth of the time of the insert, because it prepares each row.
  with reported as (
    insert into ops.telemetry (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at)
    select p_user, i.event_id, i.type, i.type_version, i.device_id, i.occurred_at, i.utc_offset_minutes, i.body, coalesce(i.received_at, p_now)
    from unnest(coalesce(v_storing, p_events)) i
    where i.code = 'telemetry'
  ),
  fresh as (
    insert into learner.event as l (
      user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, clock_offset_ms, answered_at, body, received_at, head_version,
      clock_skew_ms, session_id, skill_id, question_id, reset_count, reset_event, content_state, graded_correct)
    select p_user, i.event_id, i.type, i.type_version, i.device_id, i.occurred_at, i.utc_offset_minutes, i.clock_offset_ms, i.answered_at, i.body,
      coalesce(i.received_at, p_now), p_head, case when i.received_at is null then p_skew else i.clock_skew_ms end, i.session_id, i.skill_id, i.question_id, i.reset_count, i.reset_event, i.content_state, i.graded_correct
    from unnest(coalesce(v_storing, p_events)) i
    where i.code is null
    returning l.event_id, l as row
  )
  select array_agg(f.row order by f.event_id) into v_fresh from fresh f;

  -- 3 Project the new ledger rows. Nothing else is projected.
  update learner.state s set
    newest_event = greatest(s.newest_event, v_ids[cardinality(v_ids)]),
    stored_bytes = s.stored_bytes + private.event_bytes(coalesce(v_storing, p_events)) + private.projection_bytes(p_user, v_skills),
    change_seq = case when v_fresh is null then s.change_seq else private.project_events(p_user, v_fresh, s.change_seq) end
  where s.user_id = p_user and v_storing is distinct from '{}';

  -- 4 Compare events whose id is taken with the stored event.
  if v_storing is not null then
    v_events := array(
      select case
        when e.code <> 'telemetry' then e
        when e.code = 'telemetry' and e.event_id = any (v_past) then private.with_code(e, 'duplicate')
        when (k.type, k.type_version, k.occurred_at) is distinct from (e.type, e.type_version, e.occurred_at)
          or not private.is_same_body(k.body, e.body)
          then private.with_code(e, 'id_conflict')
        when e.event_id = any (v_known)
          or e.place > min(e.place) filter (where e.code is null or e.code = 'telemetry') over (partition by e.event_id)
          then private.with_code(e, 'duplicate')
        else e
      end
      from unnest(p_events) e
      left join lateral (
        select l.type, l.type_version, l.occurred_at, l.body from learner.event l where l.user_id = p_user and l.event_id = e.event_id
        union all
        select t.type, t.type_version, t.occurred_at, t.body from ops.telemetry t where t.user_id = p_user and t.event_id = e.event_id
      ) k on e.code is null or e.code = 'telemetry'
      order by e.place);
  end if;

  -- 5 A corrected event supersedes the invalid one. A held event was not invalid, so different content under its id is a conflict.
  --   Checked first, because an update runs the table's triggers even if it changes no row.
  if v_waiting then
    with settled as (
      select q.sha256, q.status = 'held' and (
        (h.event ->> 'type', (h.event -> 'version')::smallint, (h.event ->> 'occurred_at')::timestamptz)
          is distinct from (e.type, e.type_version, e.occurred_at)
        or not private.is_same_body(h.event -> 'body', e.body)) as is_other
      from unnest(coalesce(v_events, p_events)) e
      join ops.quarantine q on q.user_id = p_user and q.event_id = e.event_id and q.status <> 'superseded' and q.code <> 'id_conflict'
      cross join lateral (select case when q.status = 'held' then coalesce(q.mended_body, q.body)::jsonb end as event) h
      where e.code is null or e.code = 'telemetry'
    )
    update ops.quarantine q set
      status = case when s.is_other then 'open' else 'superseded' end,
      code = case when s.is_other then 'id_conflict' else q.code end,
      resolved_at = case when not s.is_other then p_now end,
      resolved_event = case when not s.is_other then q.event_id end
    from settled s
    where q.user_id = p_user and q.sha256 = s.sha256;
  end if;
  return v_events;
end
$$;
comment on function private.apply_events(uuid, timestamptz, integer, bigint, private.incoming[], boolean) is
  'Applies checked events under the learner''s lock. Returns the events if a code has changed, otherwise null. The caller quarantines what could not be applied. '
  'p_lookup: look up ids even if they are newer than learner.state.newest_event.';

create function private.apply_or_bisect(p_user uuid, p_now timestamptz, p_head integer, p_skew bigint, p_events private.incoming[])
returns private.incoming[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count constant integer := coalesce(cardinality(p_events), 0);
  v_events private.incoming[];
begin
  for v_try in 1..2 loop
    begin
      v_events := private.apply_events(p_user, p_now, p_head, p_skew, p_events, v_try > 1);
      -- Returns the argument itself, which any other expression would copy.
      if v_events is null then
        return p_events;
      end if;
      return v_events;
    exception
      -- Validation should have caught this. Halving finds the invalid event, which is then quarantined.
      when data_exception or integrity_constraint_violation then
        raise log 'carrel: % events could not be applied: % (%)', v_count, sqlerrm, sqlstate;
        -- A key that a writer without the lock took meanwhile is found by the look-up of the second try.
        exit when sqlstate <> '23505';
    end;
  end loop;
  if v_count = 1 then
    v_events := p_events;
    v_events[1].code := 'internal';
    return v_events;
  end if;
  return private.apply_or_bisect(p_user, p_now, p_head, p_skew, p_events[1:v_count / 2])
    || private.apply_or_bisect(p_user, p_now, p_head, p_skew, p_events[v_count / 2 + 1:v_count]);
end
$$;
comment on function private.apply_or_bisect(uuid, timestamptz, integer, bigint, private.incoming[]) is
  'Applies all events. If a constraint still fails, applies all but the failing events, which get the code internal.';
