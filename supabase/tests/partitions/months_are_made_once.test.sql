begin;
select plan(6);

create temporary table parent on commit drop as select * from private.partitioned_tables();
select is(ops.ensure_partitions('2040-01-31 23:00+00', 1), (select 2 * count(*)::integer from parent), 'I6: two months of every table');
select is(ops.ensure_partitions('2040-01-31 23:00+00', 1), 0, 'I6: again, nothing is left to make');
select is(ops.ensure_partitions('2040-02-01', 1), (select count(*)::integer from parent), 'I6: a month later, one month');
select set_eq(
  $$ select i.inhrelid::regclass::text from pg_inherits i where i.inhrelid::regclass::text ~ '_2040_' and i.inhrelid::regclass::text !~ 'pkey|idx' $$,
  $$ select format('%s.%s_2040_%s', schema, name, month) from parent,
    unnest(array['01', '02', '03']) month $$,
  'I6: named after their months');
select set_has('select schema, name, key, is_ulid from parent', $$ values ('learner', 'event', 'event_id', true),
  ('learner', 'attempt', 'event_id', true), ('learner', 'batch', 'received_at', false) $$, 'I6: among them the ledger, attempts and batches');
select is(ops.ensure_partitions(), 0, 'I6: the coming year was made by the migration');

select * from finish();
rollback;
