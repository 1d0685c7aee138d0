-- What:  devices: the limit per learner, who may see them, and revocation by the learner or support.
-- Why:   learners and support ask whether a device is current. A stolen tablet must neither write nor read any more (O2, U8).

create function private.forget_devices()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A device's id is chosen by the caller. Rows that another transaction holds are skipped.
  delete from learner.device d
  where d.user_id = new.user_id and d.device_id in (
    select k.device_id from learner.device k
    where k.user_id = new.user_id and k.revoked_at is null
    order by k.last_seen_at, k.device_id
    limit greatest((select count(*) from learner.device c where c.user_id = new.user_id) - 50, 0)
    for update skip locked);
  return null;
end
$$;
comment on function private.forget_devices() is
  'Row trigger: keeps at most fifty devices per learner and deletes the one seen longest ago. Its next contact adds it again. '
  'Revoked devices stay, because otherwise made-up ids could push a revocation out.';

-- Runs for new devices only: contacts of known devices are updates.
create trigger device_forget_others after insert on learner.device for each row execute function private.forget_devices();

create function private.require_not_revoked(p_user uuid, p_device uuid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from learner.device d where d.user_id = p_user and d.device_id = p_device and d.revoked_at is not null) then
    perform private.raise_error('device_revoked');
  end if;
end
$$;
comment on function private.require_not_revoked(uuid, uuid) is 'Raises device_revoked if the device is revoked.';

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

create function private.learner_acted_on(p_learner uuid)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_learner is null and private.caller_id() is null then
    perform private.raise_error('unauthenticated');
  end if;
  if p_learner is distinct from private.caller_id() and p_learner is not null then
    perform private.require_role('support', 'admin');
  end if;
  return coalesce(p_learner, private.caller_id());
end
$$;
comment on function private.learner_acted_on(uuid) is 'The learner of a call on devices: the caller, or, for support and admins, the named learner.';

create function private.list_devices(p_learner uuid)
returns table (
  device_id uuid, platform text, app_version text, contract_version integer, content_version integer, versions_behind integer,
  first_seen_at timestamptz, last_seen_at timestamptz, queue_lag_ms bigint, clock_skew_ms bigint, revoked_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_learner constant uuid := private.learner_acted_on(p_learner);
begin
  if v_learner is distinct from private.caller_id() then
    perform private.audit('list_devices', 'learner.state', v_learner::text);
  end if;
  return query select * from private.devices_of(v_learner, null);
end
$$;
comment on function private.list_devices(uuid) is 'The core of list_devices().';

create function private.set_revoked(p_learner uuid, p_device uuid, p_revoked boolean, p_reason text)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_learner constant uuid := private.learner_acted_on(p_learner);
  v_since timestamptz;
begin
  -- A thief of the tablet may have the learner's token, so only support can lift a revocation.
  if not p_revoked then
    perform private.require_role('support', 'admin');
  end if;
  perform from learner.state s where s.user_id = v_learner for update;
  select d.revoked_at into v_since from learner.device d where d.user_id = v_learner and d.device_id = p_device;
  if not found then
    perform private.raise_error('device_unknown', p_info => p_device::text);
  end if;
  if (v_since is not null) <> p_revoked then
    update learner.device d set revoked_at = case when p_revoked then clock_timestamp() end
    where d.user_id = v_learner and d.device_id = p_device;
    perform private.audit(case when p_revoked then 'revoke_device' else 'restore_device' end, 'learner.state', v_learner::text, null,
      jsonb_strip_nulls(jsonb_build_object('device_id', p_device, 'revoked_at', v_since, 'reason', left(p_reason, 500))));
  end if;
  return (select to_json(d) from private.devices_of(v_learner, p_device) d);
end
$$;
comment on function private.set_revoked(uuid, uuid, boolean, text) is 'The core of revoke_device() and restore_device().';

create function public.list_devices(learner uuid default null)
returns table (
  device_id uuid, platform text, app_version text, contract_version integer, content_version integer, versions_behind integer,
  first_seen_at timestamptz, last_seen_at timestamptz, queue_lag_ms bigint, clock_skew_ms bigint, revoked_at timestamptz)
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$ select * from private.list_devices(learner) $$;
comment on function public.list_devices(uuid) is
  'The caller''s devices, last seen first: app and platform, content versions behind, wait of the oldest event (ms), '
  'clock skew (ms), and the time of revocation. Support and admins may name a learner; this is audited. Errors: forbidden.';

create function public.revoke_device(device uuid, reason text default null, learner uuid default null)
returns json
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$ select private.set_revoked(learner, device, true, reason) $$;
comment on function public.revoke_device(uuid, text, uuid) is
  'Revokes a device: it can no longer push or pull and receives device_revoked. The data on the device stays. Returns the device. '
  'For the caller''s devices or, for support and admins, a learner''s. Audited. Errors: forbidden, device_unknown.';

create function public.restore_device(device uuid, learner uuid, reason text default null)
returns json
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$ select private.set_revoked(learner, device, false, reason) $$;
comment on function public.restore_device(uuid, uuid, text) is
  'Lifts a revocation, so that the device sends what it kept. Returns the device. Support and admins; audited. Errors: forbidden, device_unknown.';

grant execute on function private.list_devices(uuid), private.set_revoked(uuid, uuid, boolean, text),
  public.list_devices(uuid), public.revoke_device(uuid, text, uuid), public.restore_device(uuid, uuid, text) to authenticated, service_role;
