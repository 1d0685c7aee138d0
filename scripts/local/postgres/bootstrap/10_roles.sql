-- What:  the roles of a hosted project, with its memberships and time limits. Every login role has the local password.
-- Why:   what a migration or a service may do here must be what it may do on hosted.
-- Locks: runs once, in a cluster that nobody else uses yet.
-- Undo:  initdb again.

-- 1. The project's owner: may do almost everything, but is no superuser. Runs all migrations.
create role postgres login createdb createrole replication bypassrls password 'postgres';
alter role postgres set search_path = "$user", public, extensions;
alter role supabase_admin set search_path = "$user", public, auth, extensions;

-- 2. API roles, which the REST service becomes for one transaction at a time. Hosted also preloads safeupdate for
--    authenticator; that library is not in the package, so the REST stand-in refuses such commands itself.
create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
create role authenticator login noinherit password 'postgres';
grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to postgres with admin option;

-- 3. Owners of the managed services' tables; postgres is a member of none of them.
create role supabase_auth_admin login noinherit createrole password 'postgres';
create role supabase_storage_admin login noinherit createrole password 'postgres';
create role supabase_realtime_admin login noinherit password 'postgres';
alter role supabase_auth_admin set search_path = 'auth';
alter role supabase_storage_admin set search_path = 'storage';

-- 4. What postgres may look at beyond its own.
grant pg_monitor, pg_read_all_data, pg_signal_backend, pg_create_subscription to postgres with admin option;

-- 5. Time limits; the server's own is 2 minutes (settings.ts).
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';

-- 6. Through the database, postgres is also the owner of the schema public (pg_database_owner).
alter database postgres owner to postgres;
-- What the API exposes; read by the CLI's advisors.
alter database postgres set pgrst.db_schemas = 'public';
