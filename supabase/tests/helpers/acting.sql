-- Helpers of pgTAP tests that act as a caller of the API. They set the role and the claims like REST does.
-- Both last until tests.reset_role() or the end of the transaction.
create schema tests;
comment on schema tests is 'Helpers and catalogue queries of the pgTAP tests. No migration creates this schema.';
grant usage on schema tests to anon, authenticated, service_role;

create function tests.become(p_role text, p_claims jsonb) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  -- auth.uid() would prefer the single-claim setting of older REST versions.
  select pg_catalog.set_config('request.jwt.claim.sub', '', true),
         pg_catalog.set_config('request.jwt.claim.role', '', true),
         pg_catalog.set_config('request.jwt.claims', coalesce(p_claims::text, ''), true),
         pg_catalog.set_config('role', p_role, true)
$$;
comment on function tests.become(text, jsonb) is 'Sets the role and the claims of a token.';

create table tests.signed_in (user_id uuid primary key);
comment on table tests.signed_in is 'The users who have signed in. A test may have ended their sessions since.';

create function tests.sign_in(p_user uuid, p_session uuid default pg_catalog.gen_random_uuid()) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into auth.users (id, aud, role, raw_app_meta_data, created_at, updated_at)
  values (p_user, 'authenticated', 'authenticated', '{}', pg_catalog.now(), pg_catalog.now()) on conflict do nothing;
  insert into auth.sessions (id, user_id, created_at, updated_at)
  values (p_session, p_user, pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp());
  insert into tests.signed_in (user_id) values (p_user) on conflict do nothing;
  return p_session;
end
$$;
comment on function tests.sign_in(uuid, uuid) is 'Signs a user in and returns the session. Creates the account if there is none.';

create function tests.session_of(p_user uuid) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_session constant uuid := pg_catalog.md5('session of ' || p_user)::uuid;
begin
  return case when exists (select from tests.signed_in s where s.user_id = p_user) then v_session else tests.sign_in(p_user, v_session) end;
end
$$;
comment on function tests.session_of(uuid) is 'Returns the session of the first sign-in of a user, which is opened if there was none.';

create function tests.set_app_role(p_user uuid, p_app_role text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
  update auth.users u set raw_app_meta_data = pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('role', p_app_role)) where u.id = p_user
$$;
comment on function tests.set_app_role(uuid, text) is 'Gives an account an app role, or takes it away.';

create function tests.token_of(p_user uuid, p_app_role text default null) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  v_session constant uuid := tests.session_of(p_user);
begin
  perform tests.set_app_role(p_user, p_app_role);
  return pg_catalog.jsonb_build_object(
    'sub', p_user,
    'session_id', v_session,
    'role', 'authenticated',
    'aud', 'authenticated',
    'app_metadata', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('role', p_app_role)),
    'user_metadata', '{}'::jsonb);
end
$$;
comment on function tests.token_of(uuid, text) is 'Returns the claims of a token of the user, whose account gets the app role.';

create function tests.authenticate(p_user uuid, p_app_role text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform tests.become('authenticated', tests.token_of(p_user, p_app_role));
end
$$;
comment on function tests.authenticate(uuid, text) is
  'Acts as a signed-in user. p_app_role is the app_metadata role: instructor, support, admin, or null for a learner.';

create function tests.authenticate_anon() returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$ select tests.become('anon', '{"role": "anon"}') $$;
comment on function tests.authenticate_anon() is 'Acts as a caller with a publishable key and no session.';

create function tests.authenticate_service() returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$ select tests.become('service_role', '{"role": "service_role"}') $$;
comment on function tests.authenticate_service() is 'Acts as a caller with a secret key.';

create function tests.reset_role() returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$ select tests.become('none', null) $$;
comment on function tests.reset_role() is 'Resets the role to postgres and removes the claims.';

create function tests.a_grant(p_n integer) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
  insert into ops.support_grant (staff_id, granted_by_role, reason, expires_at)
  values (('1ea40000-0000-4000-8000-' || pg_catalog.lpad(p_n::text, 12, '0'))::uuid, 'test', 'test', pg_catalog.clock_timestamp() + interval '1 hour')
$$;
comment on function tests.a_grant(integer) is 'Lets learner p_n, who is staff in this test, read the content of answers.';

-- pgTAP compares sets in temporary tables, which the caller creates. Without tests only Carrel's definers may create any.
do $$ begin execute format('grant temporary on database %I to anon, authenticated, service_role', current_database()); end $$;

-- Every role may call the helpers, whatever default privileges the migrations set.
grant execute on all functions in schema tests to anon, authenticated, service_role;
