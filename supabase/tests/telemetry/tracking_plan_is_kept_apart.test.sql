begin;
select plan(12);

select tests.a_release();
create function pg_temp.checked(p_n integer, p_rows integer) returns text language sql
as $$ select tests.event(p_n, 'cache.checked', jsonb_build_object('content_version', 1, 'rows', p_rows, 'damaged', 0, 'duration_ms', 12)) $$;

select is(tests.send(tests.attempt(1, 1), pg_temp.checked(2, 5), tests.event(3, 'app.failed', '{"code": "disk.full", "fatal": false}'), tests.progress(4, 1, 10)),
  array['applied', 'applied', 'applied', 'applied'], 'U9: telemetry comes in the same batch as learning events');
select results_eq($$ select event_id, type, (body ->> 'rows')::integer from ops.telemetry where user_id = tests.learner() order by event_id $$,
  $$ values (tests.event_id(2), 'cache.checked', 5), (tests.event_id(3), 'app.failed', null) $$, 'U9: telemetry events are stored as telemetry');
select results_eq($$ select event_id from learner.event where user_id = tests.learner() order by event_id $$,
  $$ values (tests.event_id(1)), (tests.event_id(4)) $$, 'U9: telemetry events are not in the ledger');
select is(tests.send(pg_temp.checked(2, 5), pg_temp.checked(2, 6), pg_temp.checked(5, 1), pg_temp.checked(5, 1), pg_temp.checked(5, 2)),
  array['duplicate', 'quarantined id_conflict', 'applied', 'duplicate', 'quarantined id_conflict'], 'I4: each telemetry event counts once');
select is(tests.send(pg_temp.checked(1, 5), tests.attempt(2, 1), tests.attempt(6, 1)),
  array['quarantined id_conflict', 'quarantined id_conflict', 'applied'], 'I4: an id that the other table has is a conflict');
select is(tests.send(pg_temp.checked(7, 1), tests.attempt(7, 1)), array['applied', 'quarantined id_conflict'], 'I4: an id that a telemetry event has in the same batch is a conflict');
select is(tests.send(tests.attempt(9, 1), pg_temp.checked(9, 1), tests.attempt(9, 1)), array['applied', 'quarantined id_conflict', 'duplicate'],
  'I4: an id that a learning event has in the same batch is a conflict');
select is(tests.send(pg_temp.checked(9, 1), tests.attempt(9, 1), pg_temp.checked(7, 1), tests.attempt(7, 1)),
  array['quarantined id_conflict', 'duplicate', 'duplicate', 'quarantined id_conflict'], 'I4: conflicting events have the same results when they are sent again');
select is((select count(*) from ops.telemetry where user_id = tests.learner()), 4::bigint, 'I4: no telemetry event is stored twice');
select is((select count(*) from ops.quarantine where user_id = tests.learner() and code = 'id_conflict'), 6::bigint, 'U3: conflicting events are quarantined');
select is((select applied from learner.batch where user_id = tests.learner() order by received_at limit 1), 4, 'U9: a batch counts its telemetry events as applied');


select tests.send(pg_temp.checked(8, -1));
select tests.send(pg_temp.checked(8, 1));
select is((select (status, resolved_event)::text from ops.quarantine where user_id = tests.learner() and event_id = tests.event_id(8)),
  format('(superseded,%s)', tests.event_id(8)), 'U3: a corrected telemetry event supersedes the broken one');

select * from finish();
rollback;
