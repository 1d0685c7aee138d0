-- What:  carrel_definer, the role that owns Carrel's security definers, and the rights it gives them.
-- Why:   only these functions write as this role. A person writes as postgres in Studio, a console, a DO block or a function.
--        So `current_user` separates Carrel's writes from edits by hand (O1). 99_rights/definers.sql sets the owners.
do $$
begin
  if not exists (select from pg_roles where rolname = 'carrel_definer') then
    -- bypassrls, because every table has RLS and its policies are for callers of the API.
    create role carrel_definer nologin bypassrls;
  end if;
end
$$;
-- Migrations may replace the role's functions. SET ROLE to this role is not allowed.
grant carrel_definer to current_user with inherit true, set false;

-- Rights in Carrel's own schemas only. Narrow helpers that postgres owns reach the platform schemas (auth, vault, net, realtime, cron).
grant usage on schema content, learner, ops, private to carrel_definer;
alter default privileges in schema content, learner, ops, private grant select, insert, update, delete on tables to carrel_definer;
alter default privileges in schema ops, private grant execute on functions to carrel_definer;
