begin;
select plan(2);

select tests.a_release();
select tests.send(
  tests.event(10, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1, 'skill_id', tests.skill(1))),
  tests.event(11, 'session.ended', jsonb_build_object('session_id',
    tests.ulid(900), 'reason', 'timed_out'), '{"occurred_at": "2025-11-22T10:30:00Z"}'));

select results_eq(
  'select session_id, skill_id, device_id, content_version, started_at, started_event, ended_at, ended_event, end_reason
    from learner.session where user_id = tests.learner()',
  $$ values (tests.event_id(900), tests.skill(1), tests.device(), 1, '2025-11-22 10:00:00+00'::timestamptz,
    tests.event_id(10), '2025-11-22 10:30:00+00'::timestamptz,
       tests.event_id(11), 'timed_out') $$,
  'I6: a session is one row made from its start and its end');
select tests.send(tests.event(12, 'session.started', jsonb_build_object('session_id', tests.ulid(901), 'content_version', 1)));
select results_eq('select skill_id, ended_at, end_reason from learner.session
  where user_id = tests.learner() and session_id = tests.event_id(901)',
  'values (null::uuid, null::timestamptz, null)', 'I6: a session without an end is open, and its skill is optional');

select * from finish();
rollback;
