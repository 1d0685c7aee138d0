-- Catalogue queries about the trail of changes by hand.

create function tests.changes_without_trail() returns table (name text, operation text)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select t.name, op.name
    from tests.product_table t
   -- The bits of pg_trigger.tgtype. Bit 1 means for each row, bit 2 means before the change.
   cross join (values ('insert', 4), ('delete', 8), ('update', 16), ('truncate', 32)) op (name, bit)
   where t.relkind in ('r', 'p')
     -- A check of its key refuses a second row.
     and not (op.name = 'insert' and exists (select from pg_catalog.pg_constraint c where c.conrelid = t.oid and c.conname = t.table_name || '_one_row'))
     and not exists (
       select from pg_catalog.pg_trigger g
        where g.tgrelid = t.oid and g.tgtype & op.bit <> 0 and g.tgenabled = 'O' and case g.tgfoid::regproc::text
          -- A refusal of all statements. Audits of rows have conditions, such as that the row has changed.
          when 'private.forbid_change' then g.tgtype & 3 = 2 and g.tgqual is null
          when 'private.audit_change' then g.tgtype & 3 = 0 and g.tgqual is null
          else g.tgfoid::regproc::text in ('private.audit_hand_edit', 'private.audit_schema', 'private.only_redact') and g.tgtype & 1 = 1
        end)
$$;
comment on function tests.changes_without_trail() is
  'Returns the changes of tables and partitions that are neither audited nor refused when a person makes them.';
