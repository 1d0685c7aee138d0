begin;
select plan(1);

select tests.a_release();
select tests.send(tests.attempt(10, 3, tests.in_reset(2, 5) || '{"answer": {"choice": 0, "marked": true}, "duration_ms": 2.5e3}', '{"utc_offset_minutes": -60}'));

select results_eq(
  $$ select event_id, session_id, skill_id, question_id, device_id, content_version, content_state, answer, claimed_correct, graded_correct, duration_ms,
       reset_count, reset_event, occurred_at, utc_offset_minutes, voided_at
     from learner.attempt where user_id = tests.learner() $$,
  $$ values (tests.event_id(10), tests.event_id(900), tests.skill(2), tests.question(3),
    tests.device(), 1, 'current', '{"choice": 0, "marked": true}'::jsonb, true, false,
       2500, 2, tests.event_id(5), '2025-11-22 10:00:00+00'::timestamptz, -60::smallint, null::timestamptz) $$,
  'I6: an attempt has the fields of its event');

select * from finish();
rollback;
