begin;
select plan(5);
-- The migrations may have run in the month before.
select ops.ensure_partitions();

-- More rows of unset clocks than are counted, older than the rows of a month that needs a partition.
create function pg_temp.strays(p_at timestamptz, p_from integer, p_count integer) returns void
language sql
as $$
  insert into ops.telemetry
  select tests.learner(), (left(private.ulid_floor(p_at)::text, 24) || lpad(n::text, 12, '0'))::uuid, 'cache.checked', 1, tests.device(), p_at, 0, '{}', p_at
  from generate_series(p_from, p_from + p_count - 1) n
$$;
create temporary table month on commit drop as
  select m.at, to_char(m.at at time zone 'utc', 'YYYY-MM') as name, to_char(m.at at time zone 'utc', '"ops.telemetry_"YYYY_MM') as partition
  from (select (date_trunc('month', now() at time zone 'utc') - interval '5 months') at time zone 'utc' as at) m;
select pg_temp.strays('1970-01-01 00:00+00', 1, 200001);
select pg_temp.strays(at, 1, 1000) from month;

select results_eq($$ select default_months, default_rows, cut from ops.partition_health() where table_name = 'ops.telemetry' $$,
  $$ select jsonb_build_object(name, 1000), 200000::bigint, '{all}'::text[] from month $$, 'O4: partition_health shows the month and says that it did not count all rows');
select is(ops.maintain_partitions(), (select partition from month), 'O6: a month with many rows in the default partition gets its own partition');
select is((select count(*) from ops.telemetry t, month m where t.tableoid = m.partition::regclass), 1000::bigint, 'O6: a new partition takes the rows of its month from the default partition');
select is(ops.maintain_partitions(), null, 'O6: rows of 1970 get no partition');

select set_eq($$ select c.relname::text from pg_index x join pg_class c on c.oid = x.indrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[0]
    join private.partitioned_tables() t on c.relname = t.name || '_default' and a.attname = t.key $$,
  $$ select name || '_default' from private.partitioned_tables() $$, 'O6: every default partition has an index that finds its months');

select * from finish();
rollback;
