-- What:  postgres manages policies and drops triggers on a few tables that it does not own.
-- Why:   hosted's supautils extension lets it (policy_grants, drop_trigger_grants); plain PostgreSQL asks for the
--        owner. So each of these tables belongs to postgres for the length of one such command, and to its owner
--        before and after. The catalogue is written directly, because ALTER TABLE … OWNER would fold the grants made
--        to and by postgres into the owner's; an error takes this back with everything else.
-- Locks: runs once, in a cluster that nobody else uses yet.
-- Undo:  drop the event triggers.

create function storage.lend_tables() returns event_trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update pg_catalog.pg_class c
     set relowner = case tg_event when 'ddl_command_start' then 'postgres'::regrole else lent.owner::regrole end
    from (values
      ('auth.users', 'supabase_auth_admin'),
      ('auth.identities', 'supabase_auth_admin'),
      ('auth.sessions', 'supabase_auth_admin'),
      ('storage.buckets', 'supabase_storage_admin'),
      ('storage.objects', 'supabase_storage_admin')
    ) as lent (name, owner)
   where c.oid = lent.name::regclass;
end
$$;
revoke execute on function storage.lend_tables() from public;
create event trigger tables_lent on ddl_command_start
  when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY', 'DROP TRIGGER')
  execute function storage.lend_tables();
create event trigger tables_returned on ddl_command_end
  when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY', 'DROP TRIGGER')
  execute function storage.lend_tables();
