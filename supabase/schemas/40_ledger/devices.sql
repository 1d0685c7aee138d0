-- What:  devices: the limit per learner, and learner.device_session, the sessions that they were seen with.
-- Why:   learners and support ask whether a device is current, and a revocation must find its sessions (O2, U8).

create function private.note_session(p_user uuid, p_session uuid, p_device uuid, p_at timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  select count(*) into v_count from learner.device_session s where s.user_id = p_user and s.session_id = p_session;
  if v_count = 0 then
    -- A new session. Those that have ended meanwhile are refused anyway, so the table is as small as the learner's sessions. Of sessions in another
    -- project's Auth nothing but the age is known.
    delete from learner.device_session s
    where s.user_id = p_user and case when (select t.sessions_elsewhere from ops.session_setting t) then s.seen_at < p_at - interval '1 year'
      else s.session_id <> all (private.open_sessions(p_user)) end;
  end if;
  -- A session has one device, or a few after restores. The first twenty stay, so that made-up ids hide none.
  if v_count < private.most_devices_of_session() then
    insert into learner.device_session (user_id, session_id, device_id, seen_at) values (p_user, p_session, p_device, p_at) on conflict do nothing;
  end if;
end
$$;
comment on function private.note_session(uuid, uuid, uuid, timestamptz) is 'Remembers that a session was seen with a device.';

create function private.most_devices_of_session()
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select 20 $$;
comment on function private.most_devices_of_session() is 'The most devices that a session is remembered with.';

create function private.note_device_session()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A move copies the sessions themselves.
  if private.is_here(new.user_id) then
    perform private.note_session(new.user_id, new.session_id, new.device_id, new.last_seen_at);
  end if;
  return null;
end
$$;
comment on function private.note_device_session() is 'Row trigger: remembers the session of a device''s contact.';

-- Rarely run: a device keeps its session for weeks.
create trigger device_new_session after insert on learner.device
  for each row when (new.session_id is not null) execute function private.note_device_session();
create trigger device_other_session after update of session_id on learner.device
  for each row when (new.session_id is distinct from old.session_id and new.session_id is not null) execute function private.note_device_session();

create function private.forget_devices()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A move copies every device: also those above the limit, which a restored device may be.
  if not private.is_here(new.user_id) then
    return null;
  end if;
  -- A device's id is chosen by the caller, a session is not. So the first device of a session stays longest: made-up ids replace each
  -- other. Rows that another transaction holds are skipped.
  -- An array, because a plan may run a subquery after `in` for each row, and then its limit counts anew.
  delete from learner.device d
  where d.user_id = new.user_id and d.device_id = any (array(
    select k.device_id from learner.device k
    where k.user_id = new.user_id and k.revoked_at is null and k.device_id <> new.device_id
    order by exists (
      select from learner.device_session s
      where s.user_id = k.user_id and s.device_id = k.device_id and not exists (
        select from learner.device_session f
        where f.user_id = s.user_id and f.session_id = s.session_id and (f.seen_at, f.device_id) < (s.seen_at, s.device_id))),
      k.last_seen_at, k.device_id
    limit greatest((select count(*) from learner.device c where c.user_id = new.user_id and c.revoked_at is null) - 50, 0)
    for update skip locked));
  return null;
end
$$;
comment on function private.forget_devices() is
  'Row trigger: keeps at most fifty live devices per learner. The one seen longest ago goes, before it those that are the first device of no '
  'session. Its next contact adds it again. Revoked devices are not counted, and stay: made-up ids must not push a revocation out.';

-- Runs for new devices only: contacts of known devices are updates.
create trigger device_forget_others after insert on learner.device for each row execute function private.forget_devices();

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
