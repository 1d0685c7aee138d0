begin;
select plan(2);

select tests.a_release();
select tests.send(tests.progress(10, 1, 80), tests.attempt(21, 1, tests.in_reset(1, 20)), tests.progress(22, 1, 10, tests.in_reset(1, 20)));

select results_eq('select reset_count, reset_event, mastery, attempts from learner.skill_progress where user_id = tests.learner()',
  $$ values (1, tests.event_id(20), 10::smallint, 1) $$, 'I5: an event may arrive before the reset that it names');
select tests.send(tests.reset(20, 1, 1, '{"base": {"mastery": 30}}'));
select results_eq('select reset_count, mastery, attempts from learner.skill_progress
  where user_id = tests.learner()', 'values (1, 30::smallint, 1)',
  'I5: a reset that arrives late merges into the progress since');

select * from finish();
rollback;
