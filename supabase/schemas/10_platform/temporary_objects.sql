-- What:  only Carrel's definers and the database's owner create temporary objects. Calls of platform functions refuse foreign ones.
-- Why:   a caller can create a type or a table in its session's pg_temp. PostgreSQL finds it before all others for names without a schema,
--        unless the search path names pg_catalog before pg_temp. A definer that finds it runs the caller's code with the definer's rights.
do $$
begin
  execute format('revoke temporary on database %I from public', current_database());
  -- Publishing collects its candidate in temporary tables.
  execute format('grant temporary on database %I to carrel_definer', current_database());
end
$$;

create function private.refuse_temporary_objects()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Carrel's functions pin pg_catalog before pg_temp. A function of the platform may have an empty path, or one without pg_temp.
  if pg_my_temp_schema() <> 0 and exists (
    select from (
      select c.relowner from pg_class c where c.relnamespace = pg_my_temp_schema()
      union all
      select t.typowner from pg_type t where t.typnamespace = pg_my_temp_schema()
    ) planted (owner)
    join pg_roles r on r.oid = planted.owner
    where not r.rolsuper and r.rolname not in (current_user, 'carrel_definer'))
  then
    perform private.raise_error('forbidden', 'Temporary objects of another role are in this session.');
  end if;
end
$$;
comment on function private.refuse_temporary_objects() is
  'Raises forbidden if another role has temporary tables or types in this session. Helpers call it before they call a function of the platform, '
  'which could find these objects by their names.';
