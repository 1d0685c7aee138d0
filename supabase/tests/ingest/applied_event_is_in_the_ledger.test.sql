begin;
select plan(4);

select tests.a_release();

select is(tests.send(tests.attempt(10, 3, tests.in_reset(2, 5) || '{"note": "kept"}')), array['applied'], 'I4: an event is applied');
select results_eq(
  $$ select event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, head_version, session_id, skill_id, question_id, reset_count, reset_event
     from learner.event where user_id = tests.learner() $$,
  $$ values (tests.event_id(10), 'attempt.recorded', 1::smallint, tests.device(), '2025-11-22 10:00:00+00'::timestamptz, 60::smallint, 1,
       tests.event_id(900), tests.skill(2), tests.question(3), 2, tests.event_id(5)) $$,
  'I4: the ledger has the fields of an applied event');
select is((select body from learner.event where user_id = tests.learner()), tests.attempt(10, 3,
  tests.in_reset(2, 5) || '{"note": "kept"}')::jsonb -> 'body',
  'I7: the ledger has the whole body of an applied event, unknown fields included');
select ok((select received_at between now() and clock_timestamp() from learner.event where user_id = tests.learner()),
  'I6: the ledger has the arrival time of an applied event');

select * from finish();
rollback;
