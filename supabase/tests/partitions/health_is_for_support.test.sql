begin;
select plan(5);
-- The migrations may have run in the month before.
select ops.ensure_partitions();

select results_eq($$ select table_name, months_ahead, default_rows from ops.partition_health() where table_name like 'learner.%' $$,
  $$ values ('learner.attempt', 12, 0::bigint), ('learner.batch', 12, 0::bigint), ('learner.event', 12, 0::bigint) $$, 'O4: a healthy database has partitions for twelve months ahead');
do $$ begin
  execute format('drop table learner.batch_%s', to_char(now() at time zone 'utc' + interval '2 months', 'YYYY_MM'));
end $$;
select is((select months_ahead from ops.partition_health() where table_name = 'learner.batch'), 1, 'O4: a missing month ends the count of months ahead');
select is(private.months_ahead('learner', 'nothing'), -1, 'O4: an unknown table has -1 months ahead');

select tests.authenticate(tests.learner());
select throws_ok('select ops.partition_health()', '42501', null, 'I9: a learner cannot read partition_health');
select throws_ok('select ops.maintain_partitions()', '42501', null, 'I9: a learner cannot run maintain_partitions');

select * from finish();
rollback;
