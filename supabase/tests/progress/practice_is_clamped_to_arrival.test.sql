begin;
select plan(3);

select tests.a_release();
select tests.send(tests.attempt(10, 1, '{}', '{"occurred_at": "2025-01-01T00:00:00Z"}'),
  tests.attempt(11, 1, '{}', '{"occurred_at": "2025-03-01T00:00:00Z"}'),
  tests.attempt(12, 1, '{}', '{"occurred_at": "2025-02-01T00:00:00Z"}'));
select is((select practiced_at from learner.skill_progress where user_id = tests.learner()), '2025-03-01 00:00:00+00',
  'I5: practiced_at is the time of the last practice');

select tests.send(tests.attempt(13, 1, '{}', '{"occurred_at": "2999-01-01T00:00:00Z"}'));
select is((select practiced_at from learner.skill_progress where user_id = tests.learner()),
  (select received_at + interval '1 day' from learner.event where user_id = tests.learner() and event_id = tests.event_id(13)),
  'I5: practiced_at is at most one day after arrival');
select is((select occurred_at from learner.attempt where user_id = tests.learner() and event_id = tests.event_id(13)), '2999-01-01 00:00:00+00',
  'I6: the attempt keeps the time that the device sent');

select * from finish();
rollback;
