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

create function tests.authenticate(p_user uuid, p_app_role text default null) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select tests.become('authenticated', pg_catalog.jsonb_build_object(
    'sub', p_user,
    'role', 'authenticated',
    'aud', 'authenticated',
    'app_metadata', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('role', p_app_role)),
    'user_metadata', '{}'::jsonb))
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

-- pgTAP compares sets in temporary tables, which the caller creates. Without tests only Carrel's definers may create any.
do $$ begin execute format('grant temporary on database %I to anon, authenticated, service_role', current_database()); end $$;

-- Every role may call the helpers, whatever default privileges the migrations set.
grant execute on all functions in schema tests to anon, authenticated, service_role;
