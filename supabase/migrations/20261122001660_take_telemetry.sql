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
  v_ids constant uuid[] := array(select e.event_id from unnest(p_events) e where e.code is null or e.code = 'telemetry' order by 1);
  v_count constant integer := (select count(*) from unnest(p_events) e where e.code = 'telemetry');
  v_events private.incoming[] := p_events;
  v_event private.incoming;
  v_fresh uuid[] := '{}';
  v_taken uuid[];
  v_kept ops.telemetry;
  v_place integer;
begin
  -- 1 What is new, unless the ledger has the id.
  if v_count > 0 then
    with fresh as (
      insert into ops.telemetry as t (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at)
      select distinct on (e.event_id)
        p_user, e.event_id, e.type, e.type_version, e.device_id, e.occurred_at, e.utc_offset_minutes, e.body, p_now
      from unnest(p_events) e
      where e.code = 'telemetry'
        -- A look-up each, rather than `not exists`, for which the planner reads all that the learner has ever sent.
        -- The range says so early which partitions are not looked at.
        and (select l.event_id from learner.event l
          where l.user_id = p_user and l.event_id = e.event_id and l.event_id between v_ids[1] and v_ids[cardinality(v_ids)]) is null
      order by e.event_id, e.place
      on conflict (user_id, event_id) do nothing
      returning t.event_id
    )
    select coalesce(array_agg(f.event_id), '{}') into v_fresh from fresh f;
  end if;

  -- 2 Nearly always all of it is new, and no other event of the batch has an id of telemetry: one look at the range of its ids tells.
  v_taken := array(
    select t.event_id
    from (select k.event_id from ops.telemetry k where k.user_id = p_user and k.event_id between v_ids[1] and v_ids[cardinality(v_ids)] offset 0) t
    where t.event_id = any (v_ids));
  if cardinality(v_fresh) = v_count and cardinality(v_taken) = v_count
    and (v_count = 0 or (select count(*) from unnest(v_ids) i (id) where i.id = any (v_taken)) = v_count) then
    return p_events;
  end if;

  -- 3 How each fared; and no event of the ledger may have an id of telemetry.
  for v_place in
    select e.index
    from (select u.*, row_number() over () as index from unnest(p_events) u) e
    where e.code = 'telemetry' or (e.code is null and e.event_id = any (v_taken))
    order by e.index
  loop
    v_event := p_events[v_place];
    select * into v_kept from ops.telemetry t where t.user_id = p_user and t.event_id = v_event.event_id;
    if v_event.event_id = any (v_fresh) and v_event.code = 'telemetry' then
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
  'Stores a batch''s events of the tracking plan; returns all events, those that are not new with the code duplicate or id_conflict. Under the learner''s lock.';
