-- What:  whether a learner's token may push and pull: its session lives, and neither it nor the device is revoked.
-- Why:   a stolen tablet must neither write nor read any more, whatever it calls itself (U8).
create function private.session_refusal(p_user uuid, p_session uuid, p_device uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_opened constant timestamptz := private.session_opened_at(p_user, p_session);
begin
  if v_opened is null then
    return case when p_session is null then 'unauthenticated' else 'session_ended' end;
  end if;
  -- The device's id is the caller's word, the session is not. Whoever signs in again knows the learner's password.
  if exists (
    select from learner.device d
    where d.user_id = p_user and d.revoked_at is not null
      and (d.device_id = p_device or (p_session = any (d.sessions) and v_opened <= d.revoked_at)))
  then
    return 'device_revoked';
  end if;
  return null;
end
$$;
comment on function private.session_refusal(uuid, uuid, uuid) is
  'Why a token may not push and pull, a code of the registry, or null: its session has ended, it names none and the setting refuses that, '
  'the device is revoked, or the session was seen with a device that was revoked later.';

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
  -- A session that a revocation ended may list and revoke devices still: a learner may have begun with their own.
  v_code := nullif(private.session_refusal(v_caller, private.caller_session(), null), 'device_revoked');
  if v_code is not null then
    perform private.raise_error(v_code);
  end if;
  return v_caller;
end
$$;
comment on function private.learner_acted_on(uuid) is
  'The learner of a call on devices: the caller, whose session must live, or, for support and admins, the named learner.';
