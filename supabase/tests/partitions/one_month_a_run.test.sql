begin;
select plan(9);
-- The migrations may have run in the month before.
select ops.ensure_partitions();

select is(ops.maintain_partitions(), null, 'I6: maintain_partitions creates nothing for the coming year');
select is((select (failures, last_error)::text from ops.job where name = 'partitions'), '(0,)', 'O4: a run of maintain_partitions is recorded');

create function pg_temp.month(p_ahead integer) returns text
language sql
as $$ select to_char(now() at time zone 'utc' + make_interval(months => p_ahead), 'YYYY_MM') $$;
select is(ops.maintain_partitions(13), 'learner.attempt_' || pg_temp.month(13), 'I6: the first run creates the missing month of the first table only');
select is(ops.maintain_partitions(13), 'learner.batch_' || pg_temp.month(13), 'I6: the second run creates the missing month of the second table');
select is(ops.maintain_partitions(13), 'learner.event_' || pg_temp.month(13), 'I6: the third run creates the missing month of the third table');
select is((select detail ->> 'made' from ops.job where name = 'partitions'), 'learner.event_' || pg_temp.month(13), 'O4: the partition that a run created is recorded');

-- A materialized view in place of the default partition cannot be locked.
drop table learner.event_default;
create materialized view learner.event_default as select * from learner.event limit 0;
create temporary table made on commit drop as
  select n, ops.maintain_partitions(15) as name from generate_series(1, 2 * (select count(*)::integer from private.partitioned_tables())) n;
select set_eq('select name from made where name !~ pg_temp.month(13)', $$
  select format('%s.%s_%s', t.schema, t.name, pg_temp.month(ahead)) from private.partitioned_tables() t, generate_series(14, 15) ahead where t.name <> 'event' $$, 'I6: a broken table does not stop the others from getting their months');
select matches((select last_error from ops.job where name = 'partitions'), '^.+ \([0-9A-Z]{5}\)$', 'O4: a failing run records its error');
select cmp_ok((select failures from ops.job where name = 'partitions'), '>', 1, 'O4: failing runs are counted');

select * from finish();
rollback;
