-- What:  ops.telemetry_horizon: up to which event the telemetry of each device was deleted.
-- Why:   an event that arrives again after its row was deleted must still be a duplicate, or it would be stored and counted a second time (I4, O5).
create table ops.telemetry_horizon (
  user_id    uuid not null,
  device_id  uuid not null,
  last_event uuid not null,
  constraint telemetry_horizon_pkey primary key (user_id, device_id)
);
comment on table ops.telemetry_horizon is
  'The greatest deleted event id of each device. A device''s ids ascend and its telemetry arrives in their order, so all telemetry up to this id has been here.';
alter table ops.telemetry_horizon enable row level security;
create policy telemetry_horizon_all_nobody on ops.telemetry_horizon for all to anon, authenticated using (false);

create function private.raise_telemetry_horizon(p_partition regclass)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format($sql$
    insert into ops.telemetry_horizon as h (user_id, device_id, last_event)
    select t.user_id, t.device_id, (array_agg(t.event_id order by t.event_id desc))[1] from %s t group by t.user_id, t.device_id
    on conflict (user_id, device_id) do update set last_event = greatest(h.last_event, excluded.last_event)$sql$, p_partition);
end
$$;
comment on function private.raise_telemetry_horizon(regclass) is 'Notes the telemetry of a month that is about to be dropped.';

create function private.forget_erased_horizons()
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- An erasure that deleted from the month held its lock until it committed. So after the drop it is visible, and later ones see the rows.
  delete from ops.telemetry_horizon h using ops.erasure e where e.user_id = h.user_id
$$;
comment on function private.forget_erased_horizons() is 'Deletes what raise_telemetry_horizon() noted of learners who were erased meanwhile. Called after the drop.';
