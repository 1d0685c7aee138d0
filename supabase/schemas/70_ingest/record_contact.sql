-- What:  record_contact(): records the header of a batch as its device's last contact.
-- Why:   each sync shows the device's app and its clock skew (O2).

create function private.record_contact(p_user uuid, p_session uuid, p_header private.header, p_now timestamptz, p_skew bigint, p_oldest timestamptz, p_by_server boolean)
returns void
language plpgsql -- rather than sql, which plans at every call
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into learner.device as d (
    user_id, device_id, platform, app_version, contract_version, content_version, first_seen_at, last_seen_at, session_id, clock_skew_ms, queue_lag_ms)
  values (p_user, p_header.device_id, p_header.platform, p_header.app_version,
    -- If the server wrote the header, its time is the server's, and its contract version says nothing about the device.
    case when not p_by_server then p_header.contract_version end, p_header.content_version, p_now, p_now, p_session, p_skew,
    -- Both times are the device's, so clock skew has no effect.
    case when not p_by_server and p_oldest is not null then
      greatest(extract(epoch from p_header.sent_at - p_oldest) * 1000, 0)::bigint end)
  on conflict (user_id, device_id) do update set
    -- A field that is missing in this header keeps its last value.
    platform = coalesce(excluded.platform, d.platform), app_version = coalesce(excluded.app_version, d.app_version),
    contract_version = coalesce(excluded.contract_version, d.contract_version), content_version = coalesce(excluded.content_version, d.content_version),
    last_seen_at = excluded.last_seen_at, session_id = coalesce(excluded.session_id, d.session_id),
    clock_skew_ms = coalesce(excluded.clock_skew_ms, d.clock_skew_ms),
    queue_lag_ms = coalesce(excluded.queue_lag_ms, d.queue_lag_ms);
end
$$;
comment on function private.record_contact(uuid, uuid, private.header, timestamptz, bigint, timestamptz, boolean) is
  'Records a batch''s header as its device''s last contact. p_oldest is the time of its oldest applied event, or null.';
