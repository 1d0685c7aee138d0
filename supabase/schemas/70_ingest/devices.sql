-- What:  devices: their contact with the server, how many are on record, who may see them, and revocation by the learner or support.
-- Why:   "which of my devices is that, and is it up to date?"; and a stolen tablet must neither write nor read on (O2, U8).

create function private.record_contact(p_user uuid, p_header private.header, p_now timestamptz, p_skew bigint, p_oldest timestamptz)
returns void
language plpgsql -- rather than sql, so that it is seen on the call stack: no edit by hand (private.is_own_code)
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Else the server wrote the header for it: then the time is the server's, and the contract anybody's.
  v_by_device constant boolean := p_header.by_server is null;
begin
  insert into learner.device as d (
    user_id, device_id, platform, app_version, contract_version, content_version, first_seen_at, last_seen_at, clock_skew_ms, queue_lag_ms)
  values (p_user, p_header.device_id, p_header.platform, p_header.app_version,
    case when v_by_device then p_header.contract_version end, p_header.content_version, p_now, p_now, p_skew,
    -- Both by the device's clock: received_at minus occurred_at, less its skew.
    case when v_by_device and p_oldest is not null then
      greatest(extract(epoch from p_header.sent_at - p_oldest) * 1000, 0)::bigint end)
  on conflict (user_id, device_id) do update set
    -- What this header does not say is not forgotten.
    platform = coalesce(excluded.platform, d.platform), app_version = coalesce(excluded.app_version, d.app_version),
    contract_version = coalesce(excluded.contract_version, d.contract_version), content_version = coalesce(excluded.content_version, d.content_version),
    last_seen_at = excluded.last_seen_at, clock_skew_ms = coalesce(excluded.clock_skew_ms, d.clock_skew_ms),
    queue_lag_ms = coalesce(excluded.queue_lag_ms, d.queue_lag_ms);
end
$$;
comment on function private.record_contact(uuid, private.header, timestamptz, bigint, timestamptz) is
  'Records a batch''s header as its device''s last contact; p_oldest is when the oldest of its events occurred, null where it has none.';

create function private.forget_devices()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A device's id is whatever the caller says. Of what somebody else is writing just now nothing is waited for.
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
  'Row trigger: a learner has at most fifty devices on record. The one seen longest ago gives way, and is on record again with its next contact; '
  'a revoked one never does, or making up ids would let it back in.';

-- Only for a device that is new: the contacts of all others are updates.
create trigger device_forget_others after insert on learner.device for each row execute function private.forget_devices();

create function private.require_welcome(p_user uuid, p_device uuid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from learner.device d where d.user_id = p_user and d.device_id = p_device and d.revoked_at is not null) then
    perform private.raise_error('CR082', 'This device was signed off by its learner or by support.');
  end if;
end
$$;
comment on function private.require_welcome(uuid, uuid) is 'Passes unless the device was revoked; else raises device_revoked (CR082).';

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
comment on function private.devices_of(uuid, uuid) is 'A learner''s devices, or one of them, as list_devices() shows them.';

create function private.learner_acted_on(p_learner uuid)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_learner is null and auth.uid() is null then
    perform private.raise_error('CR022', 'This needs a signed-in learner.');
  end if;
  if p_learner is distinct from auth.uid() and p_learner is not null then
    perform private.require_role('support', 'admin');
  end if;
  return coalesce(p_learner, auth.uid());
end
$$;
comment on function private.learner_acted_on(uuid) is 'Whose devices a call is about: the caller''s own, or, for support and admins, those of the learner named.';

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
  if v_learner is distinct from auth.uid() then
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
  -- Who has the tablet may well have its learner's token; so only support takes a revocation back.
  if not p_revoked then
    perform private.require_role('support', 'admin');
  end if;
  perform from learner.state s where s.user_id = v_learner for update;
  select d.revoked_at into v_since from learner.device d where d.user_id = v_learner and d.device_id = p_device;
  if not found then
    perform private.raise_error('CR084', 'This learner has no such device.', p_device::text);
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
  'The caller''s devices, last seen first: what runs there, how many content versions it is behind, how long its oldest event waited (ms), '
  'how far its clock is off (ms), and since when it is revoked. Support and admins may name a learner, which is audited. Errors: forbidden.';

create function public.revoke_device(device uuid, reason text default null, learner uuid default null)
returns json
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$ select private.set_revoked(learner, device, true, reason) $$;
comment on function public.revoke_device(uuid, text, uuid) is
  'Signs a device off: from then on nothing is taken from it nor given to it, and it is told so; what it holds stays on it. Returns the device. '
  'Of the caller, or, for support and admins, of a learner. Audited. Errors: forbidden, device_unknown.';

create function public.restore_device(device uuid, learner uuid, reason text default null)
returns json
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$ select private.set_revoked(learner, device, false, reason) $$;
comment on function public.restore_device(uuid, uuid, text) is
  'Takes a revocation back: the device sends what it kept. Returns the device. Support and admins; audited. Errors: forbidden, device_unknown.';

grant execute on function private.list_devices(uuid), private.set_revoked(uuid, uuid, boolean, text),
  public.list_devices(uuid), public.revoke_device(uuid, text, uuid), public.restore_device(uuid, uuid, text) to authenticated, service_role;
