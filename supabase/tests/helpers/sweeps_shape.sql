-- Catalogue queries about names, comments and keys. Each returns the objects that break one rule.

create function tests.tables_without_comment() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select name from tests.product_table
   where relkind in ('r', 'p') and not relispartition
     and pg_catalog.obj_description(oid, 'pg_class') is null
$$;

create function tests.public_functions_without_comment() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select name from tests.product_function
   where schema_name = 'public' and pg_catalog.obj_description(oid, 'pg_proc') is null
$$;

create function tests.public_functions_that_refuse_nothing() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select f.name
    from tests.product_function f join pg_catalog.pg_proc p on p.oid = f.oid
   where f.schema_name = 'public'
     and p.prosrc !~ 'exception\s+when others or query_canceled then\s(.*\s)?perform private\.refuse\(sqlstate, sqlerrm(, \w+)?\);\s+raise;\s+end\s*$'
$$;

-- The rules on names exclude partitions, whose objects PostgreSQL names after those of the parent.
-- `<table>_check` is PostgreSQL's default name of a check and does not describe its rule.
create function tests.misnamed_constraints() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select t.name || ' ' || c.conname
    from tests.product_table t join pg_catalog.pg_constraint c on c.conrelid = t.oid
   where not t.relispartition and c.conparentid = 0 and c.contype <> 't'
     and (not pg_catalog.starts_with(c.conname, t.table_name || '_')
          or (c.contype = 'c' and c.conname ~ '_check\d*$'))
$$;

-- `<table>_<columns>_idx`. The condition of a partial index may follow the columns. The name of an index on an
-- expression is free.
create function tests.misnamed_indexes() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select t.name || ' ' || i.relname
    from tests.product_table t
    join pg_catalog.pg_index x on x.indrelid = t.oid
    join pg_catalog.pg_class i on i.oid = x.indexrelid
   cross join lateral (
     select coalesce(pg_catalog.string_agg(a.attname, '_' order by k.position), '')
       from pg_catalog.unnest(x.indkey) with ordinality as k (attnum, position)
       join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum
      where k.position <= x.indnkeyatts and x.indexprs is null
   ) as key (columns)
   where not t.relispartition
     and not exists (select from pg_catalog.pg_constraint c where c.conindid = x.indexrelid and c.conrelid = t.oid)
     -- A name has at most 63 characters.
     and not (pg_catalog.starts_with(i.relname, pg_catalog.left(t.table_name || '_' || key.columns, 59))
              and i.relname ~ '_idx$')
$$;

create function tests.misnamed_policies() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select name from tests.product_policy
   where not pg_catalog.starts_with(polname, table_name || '_' || case polcmd
           when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all'
         end || '_')
$$;

-- Every key starts with the learner, so that a learner's rows can move to another server together.
create function tests.learner_keys_without_user() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select t.name || ' has no primary key'
    from tests.product_table t
   where t.schema_name = 'learner' and t.relkind in ('r', 'p')
     and not exists (select from pg_catalog.pg_constraint c where c.conrelid = t.oid and c.contype = 'p')
  union all
  select t.name || ' ' || i.relname
    from tests.product_table t
    join pg_catalog.pg_index x on x.indrelid = t.oid and (x.indisunique or x.indisexclusion)
    join pg_catalog.pg_class i on i.oid = x.indexrelid
    left join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0]
   where t.schema_name = 'learner' and not t.relispartition
     and a.attname is distinct from 'user_id'
$$;

-- Without an index on its columns, a foreign key makes every delete of a referenced row read the whole table.
create function tests.foreign_keys_without_index() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select t.name || ' ' || c.conname
    from tests.product_table t
    join pg_catalog.pg_constraint c on c.conrelid = t.oid and c.contype = 'f' and c.conparentid = 0
   where not exists (
     select from pg_catalog.pg_index x
      where x.indrelid = t.oid and x.indisvalid and x.indpred is null
        and (select pg_catalog.array_agg(k.attnum order by k.attnum)
               from pg_catalog.unnest(x.indkey) with ordinality as k (attnum, position)
              where k.position <= pg_catalog.cardinality(c.conkey))
            = (select pg_catalog.array_agg(k order by k) from pg_catalog.unnest(c.conkey) k))
$$;
