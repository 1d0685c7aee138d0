-- What:  note_pull(), which records the contact of a device that pulls over RPC.
-- Why:   the function sync collects contacts in its isolate. Over RPC nothing else would list the device, or tie it to its session (O2, U8).

create function private.note_pull(p_user uuid, p_session uuid, p_device uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- As the function sync does: at most every half hour, or for another session. A replica can't write.
  if p_device is null or pg_is_in_recovery() or exists (
    select from learner.device d
    where d.user_id = p_user and d.device_id = p_device and d.session_id is not distinct from p_session
      and d.last_seen_at > clock_timestamp() - private.contact_interval() / 2)
  then
    return;
  end if;
  if current_setting('transaction_read_only') = 'on' then
    perform private.raise_error('malformed_request', 'A pull that names its `device` must be a POST, because its contact is recorded.', 'device');
  end if;
  perform private.record_contacts(json_build_array(json_build_object('learner', p_user, 'session', p_session, 'device', p_device)));
exception
  -- Somebody holds the device's row. The next pull records the contact.
  when lock_not_available then null;
end
$$;
comment on function private.note_pull(uuid, uuid, uuid) is 'Records the contact of a device that pulls over RPC, so that it is listed, hinted, and revoked with its session.';
