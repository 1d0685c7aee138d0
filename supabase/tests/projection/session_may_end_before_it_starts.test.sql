begin;
select plan(3);

select tests.a_release();
select tests.send(tests.event(11, 'session.ended', jsonb_build_object('session_id', tests.ulid(900), 'reason', 'completed'),
  jsonb_build_object('device_id', tests.device(2))));

select results_eq('select started_at, device_id, end_reason from learner.session where user_id = tests.learner()',
  $$ values (null::timestamptz, tests.device(2), 'completed') $$, 'I6: the end arrived first');
select tests.send(tests.event(10, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)));
select results_eq('select started_event, device_id, ended_event, end_reason from learner.session where user_id = tests.learner()',
  $$ values (tests.event_id(10), tests.device(1), tests.event_id(11), 'completed') $$, 'I6: the start completes the same row');

select tests.send(
  tests.event(12, 'session.ended', jsonb_build_object('session_id', tests.ulid(901), 'reason', 'completed'),
    jsonb_build_object('device_id', tests.device(2))),
  tests.event(13, 'session.started', jsonb_build_object('session_id', tests.ulid(901), 'content_version', 1)));
select is((select device_id from learner.session where user_id = tests.learner() and session_id = tests.event_id(901)), tests.device(1),
  'I6: its device is the one that started it, also where both come in one batch');

select * from finish();
rollback;
