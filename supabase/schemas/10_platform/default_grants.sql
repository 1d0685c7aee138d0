-- What:  revoke_default_grants(), the first statement of every migration.
-- Why:   a project made before 30 May 2026 grants all rights on new objects of `public` to the API's roles. Every grant of Carrel is explicit,
--        so that old and new projects have the same catalogue.
create function private.revoke_default_grants()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Without `in schema`: PUBLIC's default EXECUTE is not in any schema's list, so it can only be revoked this way.
  alter default privileges revoke all on tables from public, anon, authenticated, service_role;
  alter default privileges revoke all on sequences from public, anon, authenticated, service_role;
  alter default privileges revoke all on functions from public, anon, authenticated, service_role;
  -- A schema's list only adds rights. The owner has all rights without it.
  alter default privileges in schema public, content, learner, ops, private revoke all on tables from public, anon, authenticated, service_role, current_user;
  alter default privileges in schema public, content, learner, ops, private revoke all on sequences from public, anon, authenticated, service_role, current_user;
  alter default privileges in schema public, content, learner, ops, private revoke all on functions from public, anon, authenticated, service_role, current_user;
end
$$;
comment on function private.revoke_default_grants() is
  'For migrations: no role has rights on an object that the migrations'' role creates from now on, unless they are granted. Safe to repeat.';
revoke all on function private.revoke_default_grants() from public, anon, authenticated, service_role;

select private.revoke_default_grants();
-- Old projects may let every role create objects here, and the search path of consoles and jobs includes this schema.
revoke create on schema public from public, anon, authenticated, service_role;
