begin;
select plan(8);

select tests.a_release();
-- A clock that thinks it is 1970, and this month.
select tests.send(tests.event(1, 'app.recovered', '{"code": "x", "duration_ms": 1}', '{"id": "00000000000000000000000001"}'),
  tests.event(2, 'app.recovered', '{"code": "x", "duration_ms": 1}',
    jsonb_build_object('id', private.uuid_to_ulid(private.ulid_floor(now())))));
select is((select count(*) from ops.telemetry_default), 1::bigint, 'U9: a wrong clock''s event is kept as well');

select is(ops.drop_old_telemetry(), 0, 'O5: nothing goes before its time');
select is((select count(*) from ops.telemetry), 2::bigint, 'O5: and nothing is lost');
update ops.telemetry set received_at = now() - interval '181 days' where event_id = private.ulid_to_uuid('00000000000000000000000001');
select is(ops.drop_old_telemetry(), 0, 'O5: no month is old enough');
select is((select count(*) from ops.telemetry), 1::bigint, 'O5: but what arrived half a year ago goes, whatever time it claims');
select is(ops.drop_old_telemetry(date_trunc('month', now()) + interval '1 month 180 days'), 1, 'O5: a month goes when its last day is old');
select is((select count(*) from ops.telemetry), 0::bigint, 'O5: with its rows');

select tests.authenticate(tests.learner());
select throws_ok('select ops.drop_old_telemetry()', '42501', null, 'I9: not by a learner');

select * from finish();
rollback;
