-- What:  take_telemetry(): of a batch's events, those of the tracking plan go to ops.telemetry.
-- Why:   the same batch, the same lock, the same results per event, and one space of ids across both tables (I4).
-- Locks: none now; at run time the caller holds the learner's row.
-- Undo:  drop function private.take_telemetry.
create function private.take_telemetry(p_user uuid, p_now timestamptz, p_events private.incoming[])
returns private.incoming[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_types constant text[] := array(select t.type from private.event_type t where t.kept_in = 'telemetry');
  v_ids constant uuid[] := array(select e.event_id from unnest(p_events) e where e.code is null order by 1);
  v_events private.incoming[] := p_events;
  v_event private.incoming;
  v_fresh uuid[];
  v_kept ops.telemetry;
  v_place integer;
begin
  -- 1 Most batches hold none, and no id that telemetry has: one look at the range of the batch's ids tells.
  if not exists (select from unnest(p_events) e where e.code is null and e.type = any (v_types))
    and not exists (select from ops.telemetry t where t.user_id = p_user and t.event_id between v_ids[1] and v_ids[cardinality(v_ids)]) then
    return p_events;
  end if;

  -- 2 What is new, unless the ledger has the id.
  with fresh as (
    insert into ops.telemetry as t (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at)
    select distinct on (e.event_id)
      p_user, e.event_id, e.type, e.type_version, e.device_id, e.occurred_at, e.utc_offset_minutes, e.body, p_now
    from unnest(p_events) e
    where e.code is null and e.type = any (v_types)
      -- A look-up each, rather than `not exists`, for which the planner reads all that the learner has ever sent.
      and (select l.event_id from learner.event l where l.user_id = p_user and l.event_id = e.event_id) is null
    order by e.event_id, e.place
    on conflict (user_id, event_id) do nothing
    returning t.event_id
  )
  select coalesce(array_agg(f.event_id), '{}') into v_fresh from fresh f;
  -- A corrected event supersedes the broken one, here as in the ledger.
  if exists (select from ops.quarantine q where q.user_id = p_user and q.event_id = any (v_fresh)) then
    update ops.quarantine q set status = 'superseded', resolved_at = p_now, resolved_event = q.event_id
    where q.user_id = p_user and q.event_id = any (v_fresh) and q.status <> 'superseded' and q.code <> 'id_conflict';
  end if;

  -- 3 How each fared; and no event of the ledger may have an id of telemetry.
  for v_place in
    select e.index
    from (select u.*, row_number() over () as index from unnest(p_events) u) e
    where e.code is null and (e.type = any (v_types) or e.event_id = any (array(
      select t.event_id from ops.telemetry t where t.user_id = p_user and t.event_id between v_ids[1] and v_ids[cardinality(v_ids)])))
    order by e.index
  loop
    v_event := p_events[v_place];
    select * into v_kept from ops.telemetry t where t.user_id = p_user and t.event_id = v_event.event_id;
    if v_event.event_id = any (v_fresh) and v_event.type = any (v_types) then
      v_events[v_place].code := 'applied';
      v_fresh := array_remove(v_fresh, v_event.event_id);
    elsif (v_kept.type, v_kept.type_version, v_kept.occurred_at, v_kept.body)
      = (v_event.type, v_event.type_version, v_event.occurred_at, v_event.body) then
      v_events[v_place].code := 'duplicate';
    else
      v_events[v_place].code := 'id_conflict';
    end if;
  end loop;
  return v_events;
end
$$;
comment on function private.take_telemetry(uuid, timestamptz, private.incoming[]) is
  'Stores a batch''s events of the tracking plan; returns all events, those with the code applied, duplicate or id_conflict. Under the learner''s lock.';
