-- What:  who may use objects that are created from now on.
-- Why:   since 2026 a new project has no default privileges for what postgres creates in public: no API role,
--        service_role included, can touch it without an explicit grant. Functions are the exception that PostgreSQL
--        itself makes: PUBLIC may execute them until that is revoked. So there is nothing to write here for postgres,
--        and default_privileges.test.ts holds it to that.
-- Locks: runs once, in a cluster that nobody else uses yet.
-- Undo:  alter default privileges … revoke.

-- What an extension of supabase_admin brings into the schema extensions is for postgres to use and to pass on.
alter default privileges for role supabase_admin in schema extensions
  grant all on tables to postgres with grant option;
alter default privileges for role supabase_admin in schema extensions
  grant all on sequences to postgres with grant option;
alter default privileges for role supabase_admin in schema extensions
  grant all on routines to postgres with grant option;
