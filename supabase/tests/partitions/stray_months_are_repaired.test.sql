begin;
select plan(7);
-- The migrations may have run in the month before.
select ops.ensure_partitions();

select tests.a_release();
create function pg_temp.attempts(p_from integer, p_month timestamptz, p_count integer) returns text[]
language sql
as $$
  select array_agg(tests.attempt(n, 1, '{}', jsonb_build_object('id',
    private.uuid_to_ulid((left(private.ulid_floor(p_month)::text, 24) || lpad(n::text, 12, '0'))::uuid))))
  from generate_series(p_from, p_from + p_count - 1) n
$$;
create temporary table month on commit drop as
  select date_trunc('month', now() at time zone 'utc') - interval '5 months' as at, to_char(now() at time zone 'utc' - interval '5 months', '"learner.event_"YYYY_MM') as event;
select tests.send(variadic pg_temp.attempts(1, at at time zone 'utc', 30)) from month;
select tests.send(variadic pg_temp.attempts(1, '1970-01-01 00:00+00', 40));
create temporary table before on commit drop as select * from learner.event where user_id = tests.learner();

select is(ops.maintain_partitions(p_stray_rows => 31), null, 'I4: few stray rows stay in the default partition');
select is((select default_months ->> to_char(at, 'YYYY-MM') from ops.partition_health(), month where table_name = 'learner.event'), '30',
  'O4: partition_health shows the stray rows by month');
select set_eq('select ops.maintain_partitions(p_stray_rows => 30) from generate_series(1, 2)',
  $$ select event from month union all select replace(event, 'event', 'attempt') from month $$, 'I4: many stray rows get a partition, one table for each run');
select is(ops.maintain_partitions(p_stray_rows => 30), null, 'I4: stray rows of 1970 stay in the default partition');
select is((select failures from ops.job where name = 'partitions'), 0, 'O4: a successful run clears the failures');
select results_eq('select tableoid::regclass::text, count(*) from learner.event where user_id = tests.learner() group by 1 order by 2',
  $$ select event, 30::bigint from month union all values ('learner.event_default', 40::bigint) $$, 'I4: stray rows move into the partition of their month');
select set_eq('select * from learner.event where user_id = tests.learner()', 'table before', 'I4: stray rows do not change when they move');

select * from finish();
rollback;
