begin;
select plan(5);

select tests.a_release();
select tests.send(tests.attempt(10, 1), tests.progress(11, 1, 80, jsonb_build_object('completed', array[tests.question(1)])),
  tests.progress(12, 2, 60));

select is(tests.send(tests.reset(20, 1, 1)), array['applied'], 'I5: a reset is applied');
select results_eq('select reset_count, reset_event, mastery, completed, attempts, correct, practiced_at
  from learner.skill_progress where user_id = tests.learner() and skill_id = tests.skill(1)',
  $$ values (1, tests.event_id(20), 0::smallint, '{}'::uuid[], 0, 0, null::timestamptz) $$, 'I5: a reset clears mastery, completed questions and counters');
select is((select mastery from learner.skill_progress where user_id = tests.learner() and skill_id = tests.skill(2)), 60::smallint,
  'I5: a reset does not change another skill');
select tests.send(tests.attempt(21, 1, tests.in_reset(1, 20)), tests.progress(22, 1, 10, tests.in_reset(1, 20)));
select results_eq('select mastery, attempts, correct from learner.skill_progress where user_id = tests.learner() and skill_id = tests.skill(1)',
  'values (10::smallint, 1, 1)', 'I5: progress grows again after a reset');
select is((select count(*) from learner.attempt where user_id = tests.learner()), 2::bigint, 'I6: attempts from before a reset are kept');

select * from finish();
rollback;
