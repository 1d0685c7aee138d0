-- Catalogue queries about tables of settings. Operators edit them by hand; jobs and batches depend on them.

create view tests.setting_table as
  select t.oid, t.name, t.table_name,
         -- A check of its key limits the table to one row.
         exists (select from pg_catalog.pg_constraint c where c.conrelid = t.oid and c.contype = 'c' and c.conname = t.table_name || '_one_row') as is_one_row
    from tests.product_table t
   where t.relkind = 'r' and (t.table_name ~ '_setting$' or t.name = 'ops.steering');
comment on view tests.setting_table is 'Tables of settings: <concept>_setting, and ops.steering.';

create function tests.settings_without_trail() returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select s.name || ' ' || op.name
    from tests.setting_table s
   -- The bits of pg_trigger.tgtype. Bit 1 means for each row, bit 2 means before the change.
   cross join (values ('insert', 4), ('delete', 8), ('update', 16), ('truncate', 32)) op (name, bit)
   cross join lateral (
     select coalesce(pg_catalog.bool_or(g.tgfoid = 'private.audit_change()'::regprocedure and g.tgtype & 3 = 0), false) as is_audited,
            coalesce(pg_catalog.bool_or(g.tgfoid = 'private.forbid_change()'::regprocedure and g.tgtype & 3 = 2), false) as is_refused
       from pg_catalog.pg_trigger g
      where g.tgrelid = s.oid and g.tgtype & op.bit <> 0 and g.tgenabled = 'O' and g.tgqual is null
   ) has
   where not case
     when op.name = 'update' then has.is_audited
     when op.name = 'truncate' then has.is_refused
     when s.is_one_row then op.name = 'insert' or has.is_refused
     else has.is_audited or has.is_refused
   end
$$;
comment on function tests.settings_without_trail() is
  'Returns settings that can be changed without an audit entry, and single rows of settings that can be removed.';
