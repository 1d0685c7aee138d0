-- Catalogue queries about access. Each returns the objects that break one rule: none in a sweep, one in its self-test.
-- All of them read the product's schemas only, without the objects of extensions.

create function tests.product_schemas() returns name[]
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select array['public', 'content', 'learner', 'ops', 'private']::name[] $$;
comment on function tests.product_schemas() is 'The schemas whose objects come from the migrations.';

create view tests.product_table as
  select c.oid, n.nspname as schema_name, c.relname as table_name, c.relkind, c.relispartition,
         c.relrowsecurity, c.relacl, c.relowner, n.nspname || '.' || c.relname as name
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any (tests.product_schemas())
     and c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
     and not exists (select from pg_catalog.pg_depend d
                      where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
comment on view tests.product_table is 'Tables, views and sequences of the product.';

create view tests.product_function as
  select p.oid, n.nspname as schema_name, p.proname as function_name, p.prosecdef, p.proconfig, p.proacl,
         p.proowner, p.prokind,
         n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' as name
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
   where n.nspname = any (tests.product_schemas())
     and not exists (select from pg_catalog.pg_depend d
                      where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e');
comment on view tests.product_function is 'Functions of the product, named with their arguments.';

create function tests.tables_without_rls() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$ select name from tests.product_table where relkind in ('r', 'p') and not relrowsecurity $$;

create function tests.relations_granted_to_public() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select t.name || ' ' || lower(a.privilege_type)
    from tests.product_table t cross join pg_catalog.aclexplode(t.relacl) a
   where a.grantee = 0
  union all
  select t.name || '.' || c.attname || ' ' || lower(a.privilege_type)
    from tests.product_table t
    join pg_catalog.pg_attribute c on c.attrelid = t.oid
   cross join pg_catalog.aclexplode(c.attacl) a
   where a.grantee = 0
$$;

create function tests.functions_executable_by_public() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select f.name
    from tests.product_function f
   cross join pg_catalog.aclexplode(coalesce(f.proacl, pg_catalog.acldefault('f', f.proowner))) a
   where a.grantee = 0
$$;

create function tests.functions_without_pinned_search_path() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select name from tests.product_function
   where prokind <> 'a' and not coalesce('search_path=pg_catalog, pg_temp' = any (proconfig), false)
$$;

create function tests.definers_outside_private() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$ select name from tests.product_function where prosecdef and schema_name <> 'private' $$;

create function tests.definers_of_others() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select f.name from tests.product_function f
   where f.prosecdef and f.proowner <> 'carrel_definer'::regrole and f.oid not in (select h from private.platform_helpers() h)
$$;

-- A view without security_invoker reads with the rights of its owner and so bypasses row level security.
create function tests.views_with_owner_rights() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select t.name
    from tests.product_table t join pg_catalog.pg_class c on c.oid = t.oid
   where t.relkind = 'v'
     and not coalesce((select bool_or(o.option_value::boolean) from pg_catalog.pg_options_to_table(c.reloptions) o
                        where o.option_name = 'security_invoker'), false)
$$;

-- Policies live on the product's tables and on realtime.messages, where channels are authorised.
create view tests.product_policy as
  select p.oid, p.polname, p.polcmd, p.polroles, p.polqual, p.polwithcheck, p.polrelid, c.relname as table_name,
         n.nspname || '.' || c.relname || ' ' || p.polname as name
    from pg_catalog.pg_policy p
    join pg_catalog.pg_class c on c.oid = p.polrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any (tests.product_schemas() || array['realtime', 'storage']::name[]);
comment on view tests.product_policy is 'Policies of the product, named with their table.';

create function tests.policies_without_roles() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$ select name from tests.product_policy where polroles = array[0]::oid[] $$;

-- auth.uid() alone runs once for each row. `(select auth.uid())` runs once for each query, as an init plan.
create function tests.policies_evaluated_per_row() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select name
    from tests.product_policy
   cross join lateral (
     select coalesce(pg_catalog.pg_get_expr(polqual, polrelid), '') || ' ' ||
            coalesce(pg_catalog.pg_get_expr(polwithcheck, polrelid), '')
   ) as expression (text)
   where pg_catalog.regexp_replace(
           expression.text, 'SELECT\s+\(*(auth\.\w+|realtime\.topic|current_setting)\(', '', 'g')
         ~ '(auth\.\w+|realtime\.topic|current_setting)\('
$$;

create function tests.functions_open_to(p_role name) returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select name from tests.product_function
   where pg_catalog.has_function_privilege(p_role, oid, 'execute')
     and pg_catalog.has_schema_privilege(p_role, schema_name, 'usage')
$$;

create function tests.relations_open_to(p_role name) returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select name from tests.product_table
   where case relkind
           when 'S' then pg_catalog.has_sequence_privilege(p_role, oid, 'usage, select, update')
           else pg_catalog.has_table_privilege(p_role, oid, 'select, insert, update, delete, truncate, references, trigger')
                or pg_catalog.has_any_column_privilege(p_role, oid, 'select, insert, update, references')
         end
$$;
