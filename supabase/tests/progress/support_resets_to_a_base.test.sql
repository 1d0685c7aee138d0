begin;
select plan(3);

select tests.a_release();
select tests.send(tests.progress(10, 1, 90), tests.attempt(11, 1));

select tests.send(tests.reset(20, 1, 1, jsonb_build_object('base', jsonb_build_object('mastery', 55, 'completed',
  array[tests.question(2), tests.question(1)]))));
select results_eq('select mastery, completed, attempts from learner.skill_progress where user_id = tests.learner()',
  $$ values (55::smallint, array[tests.question(1), tests.question(2)], 0) $$, 'I5: a reset may set mastery and completed questions');
select tests.send(tests.progress(21, 1, 40, tests.in_reset(1, 20)));
select is((select mastery from learner.skill_progress where user_id = tests.learner()), 55::smallint, 'I5: a smaller mastery does not lower the values of a reset');
select tests.send(tests.reset(30, 1, 2, '{"base": {"mastery": 10, "completed": null}}'));
select results_eq('select mastery, completed from learner.skill_progress where user_id = tests.learner()',
  $$ values (10::smallint, '{}'::uuid[]) $$,
  'I5: a greater reset may lower mastery and completed questions');

select * from finish();
rollback;
