-- What:  carrel_definer, the role that owns Carrel's security definers, and the rights it gives them.
-- Why:   whatever these functions write is written by this role and by nobody else. So `current_user` tells Carrel's own writes from a
--        person's, who writes as postgres in Studio, a console, a DO block or a function (O1). 99_rights/definers.sql sets the owners.
do $$
begin
  if not exists (select from pg_roles where rolname = 'carrel_definer') then
    -- Every table has RLS, and its policies are for the callers of the API.
    create role carrel_definer nologin bypassrls;
  end if;
end
$$;
-- Migrations may replace the role's functions. Nobody becomes the role by a SET ROLE.
grant carrel_definer to current_user with inherit true, set false;

-- Its own schemas and nothing else: a platform schema (auth, vault, net, realtime, cron) is reached through narrow helpers that postgres owns.
grant usage on schema content, learner, ops, private to carrel_definer;
alter default privileges in schema content, learner, ops, private grant select, insert, update, delete on tables to carrel_definer;
alter default privileges in schema ops, private grant execute on functions to carrel_definer;
