begin;
select plan(6);

create temporary table parent on commit drop as select * from private.partitioned_tables();
select is(ops.ensure_partitions('2040-01-31 23:00+00', 1), (select 2 * count(*)::integer from parent), 'I6: ensure_partitions creates two months for every partitioned table');
select is(ops.ensure_partitions('2040-01-31 23:00+00', 1), 0, 'I6: a second ensure_partitions creates nothing');
select is(ops.ensure_partitions('2040-02-01', 1), (select count(*)::integer from parent), 'I6: ensure_partitions for the next month creates one month for every table');
select set_eq(
  $$ select i.inhrelid::regclass::text from pg_inherits i where i.inhrelid::regclass::text ~ '_2040_' and i.inhrelid::regclass::text !~ 'pkey|idx' $$,
  $$ select format('%s.%s_2040_%s', schema, name, month) from parent,
    unnest(array['01', '02', '03']) month $$,
  'I6: partitions are named after their months');
select set_has('select schema, name, key, is_ulid from parent', $$ values ('learner', 'event', 'event_id', true),
  ('learner', 'attempt', 'event_id', true), ('learner', 'batch', 'received_at', false) $$, 'I6: ledger, attempts and batches are partitioned');
select is_empty($$
  select p.name from parent p
  where (select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = format('%I.%I', p.schema, p.name)::regclass and c.relname ~ '_20[23]\d_\d\d$') < 13 $$,
  'I6: the migration created the partitions of its month and of the coming year');

select * from finish();
rollback;
