begin;
select plan(3);

select tests.a_release();
select tests.send(tests.event(11, 'session.ended', jsonb_build_object('session_id', tests.ulid(900), 'reason', 'completed'),
  jsonb_build_object('device_id', tests.device(2))));

select results_eq('select started_at, device_id, end_reason from learner.session where user_id = tests.learner()',
  $$ values (null::timestamptz, tests.device(2), 'completed') $$, 'I6: a session whose end arrives first has no start');
select tests.send(tests.event(10, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)));
select results_eq('select started_event, device_id, ended_event, end_reason from learner.session where user_id = tests.learner()',
  $$ values (tests.event_id(10), tests.device(1), tests.event_id(11), 'completed') $$, 'I6: a start that arrives late completes the row of its session');

select tests.send(
  tests.event(12, 'session.ended', jsonb_build_object('session_id', tests.ulid(901), 'reason', 'completed'),
    jsonb_build_object('device_id', tests.device(2))),
  tests.event(13, 'session.started', jsonb_build_object('session_id', tests.ulid(901), 'content_version', 1)));
select is((select device_id from learner.session where user_id = tests.learner() and session_id = tests.event_id(901)), tests.device(1),
  'I6: a session belongs to the device that started it, even when its end comes first in the batch');

select * from finish();
rollback;
