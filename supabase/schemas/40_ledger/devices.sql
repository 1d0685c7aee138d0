-- What:  devices: the limit per learner, and the sessions that they were seen with.
-- Why:   learners and support ask whether a device is current, and a revocation must find its sessions (O2, U8).

create function private.forget_devices()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A device's id is chosen by the caller, a session is not. So the first device of a session stays longest: made-up ids replace each
  -- other, and hide no device from a revocation. Rows that another transaction holds are skipped.
  -- An array, because a plan may run a subquery after `in` for each row, and then its limit counts anew.
  delete from learner.device d
  where d.user_id = new.user_id and d.device_id = any (array(
    select k.device_id from learner.device k
    where k.user_id = new.user_id and k.revoked_at is null and k.device_id <> new.device_id
    order by not exists (
      select from learner.device f
      where f.user_id = k.user_id and f.sessions && k.sessions and (f.first_seen_at, f.device_id) < (k.first_seen_at, k.device_id)),
      k.last_seen_at, k.device_id
    limit greatest((select count(*) from learner.device c where c.user_id = new.user_id and c.revoked_at is null) - 50, 0)
    for update skip locked));
  return null;
end
$$;
comment on function private.forget_devices() is
  'Row trigger: keeps at most fifty live devices per learner. The one seen longest ago goes, before it those that share the session of an '
  'earlier one. Its next contact adds it again. Revoked devices are not counted, and stay: made-up ids must not push a revocation out.';

-- Runs for new devices only: contacts of known devices are updates.
create trigger device_forget_others after insert on learner.device for each row execute function private.forget_devices();

create function private.with_session(p_sessions uuid[], p_session uuid)
returns uuid[]
language plpgsql -- rather than sql, which plans at every call
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_session is null or p_session = any (p_sessions) then
    return p_sessions;
  end if;
  return (array_append(p_sessions, p_session))[greatest(cardinality(p_sessions) - 18, 1):];
end
$$;
comment on function private.with_session(uuid[], uuid) is 'The sessions of a device with one more at the end: the last twenty, each once.';

create function private.support_device()
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select '5a990000-0000-4000-8000-000000000000'::uuid $$;
comment on function private.support_device() is 'The device id of events that support writes.';

create function private.devices_of(p_user uuid, p_device uuid)
returns table (
  device_id uuid, platform text, app_version text, contract_version integer, content_version integer, versions_behind integer,
  first_seen_at timestamptz, last_seen_at timestamptz, queue_lag_ms bigint, clock_skew_ms bigint, revoked_at timestamptz)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select d.device_id, d.platform, d.app_version, d.contract_version, d.content_version,
    case when d.content_version is not null then greatest((select coalesce(max(r.version), 0) from content.release r) - d.content_version, 0) end,
    d.first_seen_at, d.last_seen_at, d.queue_lag_ms, d.clock_skew_ms, d.revoked_at
  from learner.device d
  where d.user_id = p_user and (p_device is null or d.device_id = p_device)
  order by d.last_seen_at desc, d.device_id
$$;
comment on function private.devices_of(uuid, uuid) is 'A learner''s devices, or one of them, in the form of list_devices().';
