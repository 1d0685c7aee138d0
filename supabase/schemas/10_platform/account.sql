-- What:  account_of(), the account and the session behind a token, as they are now, and open_sessions().
-- Why:   a token's claims are up to an hour old. Someone who was signed out, banned, deleted or lost their role still holds it (I9).
create type private.account as (opened_at timestamptz, app_role text, is_anonymous boolean);
comment on type private.account is
  'An account. opened_at is when the session was opened; null if it has ended, or if the account is banned or deleted.';

create function private.account_of(p_user uuid, p_session uuid)
returns private.account
language plpgsql -- rather than sql, which plans at every call
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account private.account;
begin
  select
    (select coalesce(s.created_at, '-infinity') from auth.sessions s
     where s.id = p_session and s.user_id = u.id and coalesce(s.not_after, 'infinity') > clock_timestamp()
       and u.deleted_at is null and coalesce(u.banned_until, '-infinity') <= clock_timestamp()),
    coalesce(u.raw_app_meta_data ->> 'role', 'learner'), u.is_anonymous
  into v_account
  from auth.users u
  where u.id = p_user;
  return v_account;
end
$$;
comment on function private.account_of(uuid, uuid) is
  'The account of a user with one of its sessions. Null without an account. Owned by postgres, because carrel_definer has no rights in the schema auth.';

create function private.open_sessions(p_user uuid)
returns uuid[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(select s.id from auth.sessions s where s.user_id = p_user);
end
$$;
comment on function private.open_sessions(uuid) is 'The ids of a user''s sessions. Owned by postgres, as account_of() is.';
