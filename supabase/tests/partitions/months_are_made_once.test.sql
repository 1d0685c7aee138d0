begin;
select plan(5);

select is(ops.ensure_partitions('2040-01-31 23:00+00', 1), 8, 'I6: two months of four tables');
select is(ops.ensure_partitions('2040-01-31 23:00+00', 1), 0, 'I6: again, nothing is left to make');
select is(ops.ensure_partitions('2040-02-01', 1), 4, 'I6: a month later, one month');
select set_eq(
  $$ select i.inhrelid::regclass::text from pg_inherits i where i.inhrelid::regclass::text ~ '_2040_' and i.inhrelid::regclass::text !~ 'pkey|idx' $$,
  $$ select format('%s_2040_%s', name, month) from unnest(array['learner.event', 'learner.attempt', 'learner.batch', 'ops.telemetry']) name,
    unnest(array['01', '02', '03']) month $$,
  'I6: named after their months');
select is(ops.ensure_partitions(), 0, 'I6: the coming year was made by the migration');

select * from finish();
rollback;
