-- What:  apply_events(): checked events go into the ledger, ops.telemetry and the projections, and come back with what became of each as their code.
-- Why:   ingest, replay and support's corrections share it, so that whichever way an event comes, the same becomes of it (U1, U3).

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
  v_ids uuid[];
  v_known uuid[] := '{}';
  v_lookup boolean;
  v_waiting boolean;
  v_fresh learner.event[];
begin
  -- 1 What there is to store, and which of its ids are taken: one space of ids across the ledger and ops.telemetry (I4). A device's ids
  --   ascend, so mostly all are beyond the learner's newest; else each is looked up, which locks every partition there is. Their range,
  --   stated with the look-ups, tells early in which ones none can be.
  select count(*), array_agg(distinct e.event_id order by e.event_id) into v_new, v_ids
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
  end if;
  if v_known <> '{}' or cardinality(v_ids) < v_new then
    v_storing := array(
      select distinct on (e.event_id) e
      from unnest(p_events) e
      where (e.code is null or e.code = 'telemetry') and e.event_id <> all (v_known)
      order by e.event_id, e.place);
  end if;

  -- 2 The first of each id that is not. The learner's lock is held, so nobody else can take one meanwhile; `on conflict`, which
  --   prepares each row for that, is a tenth of the time that storing them takes.
  with reported as (
    insert into ops.telemetry (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at)
    select p_user, i.event_id, i.type, i.type_version, i.device_id, i.occurred_at, i.utc_offset_minutes, i.body, p_now
    from unnest(coalesce(v_storing, p_events)) i
    where i.code = 'telemetry'
  ),
  fresh as (
    insert into learner.event as l (
      user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at, head_version,
      clock_skew_ms, session_id, skill_id, question_id, reset_count, reset_event, content_state, graded_correct)
    select p_user, i.event_id, i.type, i.type_version, i.device_id, i.occurred_at, i.utc_offset_minutes, i.body, p_now, p_head,
      p_skew, i.session_id, i.skill_id, i.question_id, i.reset_count, i.reset_event, i.content_state, i.graded_correct
    from unnest(coalesce(v_storing, p_events)) i
    where i.code is null
    returning l.event_id, l as row
  )
  select array_agg(f.row order by f.event_id) into v_fresh from fresh f;

  -- 3 Projections, from the ledger's rows and nothing else.
  update learner.state s set
    newest_event = greatest(s.newest_event, v_ids[cardinality(v_ids)]),
    change_seq = case when v_fresh is null then s.change_seq else private.project_events(p_user, v_fresh, s.change_seq) end
  where s.user_id = p_user and v_storing is distinct from '{}';

  -- 4 What was not new, if anything, is compared with what is held under its id.
  if v_storing is not null then
    v_events := array(
      select case
        when e.code <> 'telemetry' then e
        when (k.type, k.type_version, k.occurred_at, k.body) is distinct from (e.type, e.type_version, e.occurred_at, e.body)
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

  -- 5 A corrected event supersedes the broken one. A held one was not broken: where other content takes its id, that is a conflict.
  --   Asked first: an update runs the table's triggers, even of no row.
  if v_waiting then
    with settled as (
      select q.sha256, q.status = 'held' and (h.event ->> 'type', (h.event -> 'version')::smallint, (h.event ->> 'occurred_at')::timestamptz,
        h.event -> 'body') is distinct from (e.type, e.type_version, e.occurred_at, e.body) as is_other
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
  'Applies checked events under the learner''s lock, and returns them where their codes have changed, else null; what it can''t apply, the caller keeps. '
  'p_lookup: look ids up though they are beyond learner.state.newest_event.';

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
      -- The argument itself, which no other expression gives back without copying it.
      if v_events is null then
        return p_events;
      end if;
      return v_events;
    exception
      -- Validation should have seen it; if it did not, the culprit is found by halving, and kept.
      when data_exception or integrity_constraint_violation then
        raise log 'carrel: % events could not be applied: % (%)', v_count, sqlerrm, sqlstate;
        -- A key that was taken meanwhile, by somebody without the lock, is a known one at the second look.
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
  'Applies all events, or, should a constraint still object, all but the culprits, whose code is internal.';
