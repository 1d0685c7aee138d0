-- What:  whether a learner's token may push and pull: its session lives, and neither it nor the device is revoked.
-- Why:   a stolen tablet must neither write nor read any more, whatever it calls itself (U8).
create function private.is_ended_by(p_session uuid, p_device learner.device)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_devices uuid[];
  v_first timestamptz;
begin
  select array_agg(s.device_id), min(s.seen_at) into v_devices, v_first
  from learner.device_session s where s.user_id = p_device.user_id and s.session_id = p_session;
  return p_device.device_id = any (coalesce(v_devices, '{}'))
    or (p_device.revoking_session is distinct from p_session and (
      -- Not seen with any device before the revocation, or with more than are remembered: perhaps with this one.
      v_first is null or v_first > p_device.revoked_at or cardinality(v_devices) >= private.most_devices_of_session()));
end
$$;
comment on function private.is_ended_by(uuid, learner.device) is 'Whether the revocation of a device ends a session that was opened before it.';

create function private.session_refusal(p_user uuid, p_session uuid, p_device uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_opened timestamptz := private.session_opened_at(p_user, p_session);
begin
  if v_opened = '-infinity' then
    -- A session that was seen before a revocation is ended by it. One that was never seen counts as new.
    v_opened := coalesce((select min(s.seen_at) from learner.device_session s where s.user_id = p_user and s.session_id = p_session), clock_timestamp());
  end if;
  if v_opened is null then
    return case when p_session is null then 'unauthenticated' else 'session_ended' end;
  end if;
  -- The device's id is the caller's word, the session is not. So a revocation ends all sessions that were opened before it, but for those
  -- that are known to be another device's, and the one that asked for it. Whoever signs in again knows the learner's password.
  if exists (
    select from learner.device d
    where d.user_id = p_user and d.revoked_at is not null
      and (d.device_id = p_device or (v_opened <= d.revoked_at and private.is_ended_by(p_session, d))))
  then
    return 'device_revoked';
  end if;
  return null;
end
$$;
comment on function private.session_refusal(uuid, uuid, uuid) is
  'Why a token may not push and pull, a code of the registry, or null: its session has ended, it names none and the setting refuses that, '
  'the device is revoked, or a later revocation has ended the session.';

create function private.require_session(p_user uuid, p_session uuid, p_device uuid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_code constant text := private.session_refusal(p_user, p_session, p_device);
begin
  if v_code is not null then
    perform private.raise_error(v_code, case when v_code = 'unauthenticated' then 'The access token names no session.' end);
  end if;
end
$$;
comment on function private.require_session(uuid, uuid, uuid) is
  'Raises unauthenticated, session_ended or device_revoked unless the token may push and pull. p_device: null if the call names none.';

create function private.signed_in_learner()
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.session_refusal(private.caller_id(), private.caller_session(), null) is null then
    return private.caller_id();
  end if;
  return null;
end
$$;
comment on function private.signed_in_learner() is 'For policies: the caller, or null if the caller''s token may not pull.';
grant execute on function private.signed_in_learner() to authenticated;

create function private.learner_acted_on(p_learner uuid)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller constant uuid := private.caller_id();
  v_code text;
begin
  if p_learner is distinct from v_caller and p_learner is not null then
    perform private.require_role('support', 'admin');
    return p_learner;
  end if;
  if v_caller is null then
    perform private.raise_error('unauthenticated');
  end if;
  -- A session that a revocation has ended may not use up the learner's revocations.
  v_code := private.session_refusal(v_caller, private.caller_session(), null);
  if v_code is not null then
    perform private.raise_error(v_code);
  end if;
  return v_caller;
end
$$;
comment on function private.learner_acted_on(uuid) is
  'The learner of a call on devices: the caller, whose session must live and not be revoked, or, for support and admins, the named learner.';
