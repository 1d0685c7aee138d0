-- What:  list_devices(), revoke_device() and restore_device(), for the learner or support.
-- Why:   a stolen tablet must neither write nor read any more, and its learner can see to that (O2, U8).

create function private.list_devices(p_learner uuid, p_reason text)
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
    perform private.require_reason(p_reason);
    perform private.audit('list_devices', 'learner.state', v_learner::text, null, jsonb_build_object('reason', p_reason));
  end if;
  return query select * from private.devices_of(v_learner, null);
end
$$;
comment on function private.list_devices(uuid, text) is 'The core of list_devices().';

create function private.set_revoked(p_learner uuid, p_device uuid, p_revoked boolean, p_reason text)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_learner uuid;
  v_now timestamptz;
  v_since timestamptz;
  v_is_known boolean;
begin
  -- A thief of the tablet may have the learner's token, so only support can lift a revocation.
  if not p_revoked then
    perform private.require_role('support', 'admin');
  end if;
  v_learner := private.learner_acted_on(p_learner);
  if p_device is null then
    perform private.raise_error('malformed_request', '`device` is required.', 'device');
  end if;

  -- 1 The learner's lock, also for a learner who has sent nothing. A misspelt learner gets no row.
  if p_revoked and (private.account_of(v_learner, null)).app_role is not null then
    insert into learner.state (user_id) values (v_learner) on conflict do nothing;
  end if;
  perform from learner.state s where s.user_id = v_learner for update;
  if not found then
    perform private.raise_error('device_unknown', p_info => p_device::text);
  end if;
  perform private.refuse_absent(v_learner);
  perform private.refuse_during_upgrade();
  -- Again under the lock: of two revocations at the same time, the first one counts.
  perform private.learner_acted_on(p_learner);
  v_now := clock_timestamp();
  select d.revoked_at into v_since from learner.device d where d.user_id = v_learner and d.device_id = p_device;
  v_is_known := found;

  -- 2 A device that is not on record yet is revoked before its first contact.
  if not v_is_known and not p_revoked then
    perform private.raise_error('device_unknown', p_info => p_device::text);
  end if;
  -- Only made-up ids are without a bound: the devices on record can always be revoked.
  if not v_is_known and v_learner = private.caller_id()
    and (select count(*) >= 200 from learner.device d where d.user_id = v_learner and d.revoked_at = d.first_seen_at)
  then
    perform private.raise_error('revocations_full', p_info => '200');
  end if;
  if (v_since is not null) <> p_revoked then
    -- Who was never seen is revoked at the time of the first sight.
    insert into learner.device as d (user_id, device_id, first_seen_at, last_seen_at, revoked_at, revoking_session)
    values (v_learner, p_device, v_now, v_now, case when p_revoked then v_now end,
      case when p_revoked and v_learner = private.caller_id() then private.caller_session() end)
    on conflict (user_id, device_id) do update set revoked_at = excluded.revoked_at, revoking_session = excluded.revoking_session;
    perform private.audit(case when p_revoked then 'revoke_device' else 'restore_device' end, 'learner.state', v_learner::text, null,
      jsonb_strip_nulls(jsonb_build_object('device_id', p_device, 'revoked_at', v_since, 'reason', left(p_reason, 500))));
  end if;
  return (select to_json(d) from private.devices_of(v_learner, p_device) d);
end
$$;
comment on function private.set_revoked(uuid, uuid, boolean, text) is 'The core of revoke_device() and restore_device().';

create function public.list_devices(learner uuid default null, reason text default null)
returns table (
  device_id uuid, platform text, app_version text, contract_version integer, content_version integer, versions_behind integer,
  first_seen_at timestamptz, last_seen_at timestamptz, queue_lag_ms bigint, clock_skew_ms bigint, revoked_at timestamptz)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.list_devices(learner, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.list_devices(uuid, text) is
  'The caller''s devices, last seen first: app and platform, content versions behind, wait of the oldest event (ms), '
  'clock skew (ms), and the time of revocation. Support and admins may name a learner, with a reason; this is audited. Errors: forbidden, support_invalid.';

create function public.revoke_device(device uuid, reason text default null, learner uuid default null)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.set_revoked(learner, device, true, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.revoke_device(uuid, text, uuid) is
  'Revokes a device, on record or not: it can no longer push or pull, nor can any session opened before that is not known to be another device''s. '
  'The calling session stays. The data on the device stays. Returns the device. For the caller''s devices, at most 200 that were never seen, or, for '
  'support and admins, a learner''s. Audited. Errors: malformed_request, forbidden, session_ended, device_revoked (the calling session), '
  'device_unknown (no such learner), erased, revocations_full.';

create function public.restore_device(device uuid, learner uuid, reason text default null)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.set_revoked(learner, device, false, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.restore_device(uuid, uuid, text) is
  'Lifts a revocation, so that the device sends what it kept. Returns the device. Support and admins; audited. Errors: malformed_request, forbidden, device_unknown.';

grant execute on function private.list_devices(uuid, text), private.set_revoked(uuid, uuid, boolean, text),
  public.list_devices(uuid, text), public.revoke_device(uuid, text, uuid), public.restore_device(uuid, uuid, text) to authenticated, service_role;
