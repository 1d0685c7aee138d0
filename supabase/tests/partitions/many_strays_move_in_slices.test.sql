begin;
select plan(17);
-- The migrations may have run in the month before.
select ops.ensure_partitions();

create temporary table month on commit drop as
  select m.at, m.at::date as first, to_char(m.at, 'YYYY_MM') as name
  from (select date_trunc('month', now() at time zone 'utc') - interval '5 months' as at) m;
create function pg_temp.strays(p_from integer, p_to integer) returns void
language sql
as $$
  insert into ops.telemetry
  select tests.learner(), (left(private.ulid_floor(m.at at time zone 'utc')::text, 24) || lpad(n::text, 12, '0'))::uuid, 'cache.checked', 1, tests.device(), m.at, 0, '{}', m.at
  from month m, generate_series(p_from, p_to) n
$$;
create temporary view place as
  select case when t.tableoid = 'ops.telemetry_default'::regclass then 'default' else 'month' end as partition, count(*)::integer as rows
  from ops.telemetry t group by 1;
create function pg_temp.run(p_slice integer default 20) returns text language sql
as $$ select ops.maintain_partitions(p_stray_rows => 30, p_slice_rows => p_slice) $$;
select pg_temp.strays(1, 50);
create temporary table before on commit drop as select * from ops.telemetry;

select is(pg_temp.run(), (select 'ops.telemetry_' || name from month), 'O6: a run names the month whose rows it moves');
select bag_eq('table place', $$ values ('month', 20), ('default', 30) $$, 'O6: the first run moves one slice of the month');
select is((select (failures, detail ->> 'rows')::text from ops.job where name = 'partitions'), '(0,20)', 'O4: a slice is a successful run, and the job records its rows');
select set_eq('table ops.telemetry', 'table before', 'I4: after the first slice every row is there once');
select ok(not private.has_month('ops', 'telemetry', (select first from month), true), 'O6: a month that is still being filled counts as missing');
select is((select default_months ->> replace(name, '_', '-') from ops.partition_health(), month where table_name = 'ops.telemetry'), '30',
  'O4: partition_health shows the rows that have not moved yet');

-- Events may arrive between two runs, in the moved part of the month and in the rest.
select pg_temp.strays(0, 0), pg_temp.strays(51, 55);
select bag_eq('table place', $$ values ('month', 21), ('default', 35) $$, 'O6: a new row goes to the part of the month that has moved, or stays in the default partition');
delete from ops.telemetry t using generate_series(30, 48) n where right(t.event_id::text, 12)::integer = n;
select is(pg_temp.run(), (select 'ops.telemetry_' || name from month), 'O6: an incomplete month goes on, even with fewer rows left than begin a month');
select bag_eq('table place', $$ values ('month', 37) $$, 'O6: the last slice empties the default partition');
select ok(private.has_month('ops', 'telemetry', (select first from month), true), 'O6: after the last slice the partition covers the month');
select is(pg_temp.run(), null, 'O6: a complete month is left alone');
select is((select count(*) from pg_trigger g, month m where g.tgrelid = format('ops.telemetry_%s', m.name)::regclass and g.tgname ~ '_stays$'), 1::bigint,
  'O6: a partition that grew keeps its own trigger against truncate');

-- Many rows of one key, as of a learner's batches that arrived in one transaction.
insert into learner.batch select tests.learner(n), m.at at time zone 'utc', tests.event_id(n), tests.device(), 0, 0, 0, 0, 0 from month m, generate_series(1, 40) n;
select is(pg_temp.run(), (select 'learner.batch_' || name from month), 'O6: rows with one key move together, however many they are');
select is((select count(*) from learner.batch b, month m where b.tableoid = format('learner.batch_%s', m.name)::regclass), 40::bigint, 'O6: a slice takes all rows of its last key');

-- A crash between two slices leaves a month that ensure_partitions() completes too.
update month set at = at - interval '1 month';
update month set first = at::date, name = to_char(at, 'YYYY_MM');
select pg_temp.strays(1, 50);
select pg_temp.run();
select is(ops.ensure_partitions((select at at time zone 'utc' from month), 0), (select count(*)::integer from private.partitioned_tables()), 'O6: ensure_partitions completes a month that is still being filled');
select is((select count(*) from ops.telemetry t, month m where t.tableoid = format('ops.telemetry_%s', m.name)::regclass), 50::bigint, 'O6: ensure_partitions moves all rows that are left');
select is(ops.ensure_partitions((select at at time zone 'utc' from month), 0), 0, 'O6: a second ensure_partitions changes nothing');

select * from finish();
rollback;
