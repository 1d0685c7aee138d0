begin;
select plan(11);

select tests.a_release();
create function pg_temp.told(p_n integer, p_id uuid, p_type text default 'app.recovered') returns text language plpgsql as $$
begin
  return tests.event(p_n, p_type, '{"code": "x", "duration_ms": 1}', jsonb_build_object('id', private.uuid_to_ulid(p_id)));
end $$;
create function pg_temp.id(p_n integer) returns uuid language sql as $$ select (left(private.ulid_floor(now())::text, 35) || p_n)::uuid $$;
-- Two of this month, and one of a clock of 1970.
select tests.send(pg_temp.told(1, '00000000-0000-0000-0000-000000000001'), pg_temp.told(2, pg_temp.id(1)), pg_temp.told(3, pg_temp.id(2)));
select ops.drop_old_telemetry(date_trunc('month', now()) + interval '1 month 181 days');
select is((select count(*) from ops.telemetry), 0::bigint, 'O5: telemetry is deleted after its time');
select is(tests.send(pg_temp.told(2, pg_temp.id(1)), pg_temp.told(3, pg_temp.id(2))), array['duplicate', 'duplicate'],
  'I4: telemetry that arrives again after it was deleted is a duplicate');
select is((select count(*) from ops.telemetry), 0::bigint, 'I4: telemetry that arrives again after it was deleted is not stored');
select is(tests.send(pg_temp.told(2, pg_temp.id(1)), tests.attempt(5, 1), pg_temp.told(2, pg_temp.id(3))), array['duplicate', 'applied', 'applied'],
  'I4: newer telemetry and answers in the same batch apply');
select is(tests.send(pg_temp.told(2, pg_temp.id(3))), array['duplicate'], 'I4: telemetry that is stored is a duplicate as before');
select is(tests.send(replace(pg_temp.told(2, (left(pg_temp.id(1)::text, 35) || '0')::uuid), tests.device()::text, tests.device(2)::text)), array['applied'],
  'U9: telemetry of another device that has not been here applies');
select is(tests.send(pg_temp.told(1, '00000000-0000-0000-0000-000000000001')), array['duplicate'], 'I4: deleted telemetry of a wrong clock is a duplicate');
-- A clock that is years ahead must not turn what comes later into duplicates.
select tests.send_for(2, tests.event(1, 'app.recovered', '{"code": "x", "duration_ms": 1}', '{"id": "7YYYYYYYYYYYYYYYYYYYYYYYYY"}'));
select ops.drop_old_telemetry(now() + interval '181 days');
select is((select count(*) from ops.telemetry where user_id = tests.learner(2)), 0::bigint, 'O5: telemetry of a clock that is ahead is deleted after its time');
select is(tests.send_for(2, pg_temp.told(2, pg_temp.id(7))), array['applied'], 'U9: telemetry with a right time applies after a wrong one was deleted');
select is((select count(*) from ops.telemetry_horizon), 2::bigint, 'O5: one row a device remembers what was deleted');
select ops.erase_learner(tests.learner(1));
select is_empty($$ select from ops.telemetry_horizon where user_id = tests.learner(1) $$, 'O5: an erasure deletes that row');

select * from finish();
rollback;
