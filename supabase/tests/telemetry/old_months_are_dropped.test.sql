begin;
select plan(9);

select tests.a_release();
-- One event of a clock set to 1970, and one of this month.
select tests.send(tests.event(1, 'app.recovered', '{"code": "x", "duration_ms": 1}', '{"id": "00000000000000000000000001"}'),
  tests.event(2, 'app.recovered', '{"code": "x", "duration_ms": 1}',
    jsonb_build_object('id', private.uuid_to_ulid(private.ulid_floor(now())))));
select is((select count(*) from ops.telemetry_default), 1::bigint, 'U9: telemetry of a wrong clock is kept in the default partition');

select is(ops.drop_old_telemetry(), 0, 'O5: telemetry of the current month is not dropped');
select is((select count(*) from ops.telemetry), 2::bigint, 'O5: telemetry of the current month is still there');
update ops.telemetry set received_at = now() - interval '181 days' where event_id = private.ulid_to_uuid('00000000000000000000000001');
select is(ops.drop_old_telemetry(), 0, 'O5: no partition is dropped for a single old row');
select is((select count(*) from ops.telemetry), 1::bigint, 'O5: telemetry that arrived more than 180 days ago is deleted, whatever time it has');
-- The migrations may have run in the month before.
create temporary table over on commit drop as
  select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'ops.telemetry'::regclass and c.relname ~ '\d$' and c.relname <= to_char(now() at time zone 'utc', '"telemetry_"YYYY_MM');
select is(ops.drop_old_telemetry(date_trunc('month', now()) + interval '1 month 180 days'), (select count(*)::integer from over), 'O5: a partition is dropped when its last day is older than 180 days');
select is_empty('select relname from pg_class join over using (relname)', 'O5: exactly the partitions of the months that are over are dropped');
select is((select count(*) from ops.telemetry), 0::bigint, 'O5: a dropped partition takes its rows along');

select tests.authenticate(tests.learner());
select throws_ok('select ops.drop_old_telemetry()', '42501', null, 'I9: a learner cannot drop old telemetry');

select * from finish();
rollback;
