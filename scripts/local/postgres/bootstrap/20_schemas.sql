-- What:  the schemas of a hosted project. `extensions` belongs to postgres, the managed ones to supabase_admin:
--        postgres may use those, and create nothing in them.
-- Why:   a migration that creates an object in a managed schema fails on hosted, so it must fail here.
-- Locks: runs once, in a cluster that nobody else uses yet.
-- Undo:  drop the schemas.

-- 1. public: everybody may look up names in it, only its owner creates.
revoke create on schema public from public;
grant usage on schema public to postgres, anon, authenticated, service_role;

-- 2. extensions.
create schema extensions authorization postgres;
grant usage on schema extensions to anon, authenticated, service_role;
create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;
create extension pg_stat_statements with schema extensions;

-- 3. Managed schemas. Without grant option: what postgres grants on them is a warning and no grant.
create schema auth;
grant usage on schema auth to postgres, anon, authenticated, service_role;
grant all on schema auth to supabase_auth_admin;

create schema storage;
grant usage on schema storage to postgres, anon, authenticated, service_role;
grant all on schema storage to supabase_storage_admin;

create schema realtime;
grant usage on schema realtime to postgres, anon, authenticated, service_role;
grant all on schema realtime to supabase_realtime_admin;

create schema vault;
grant usage on schema vault to postgres, service_role;
