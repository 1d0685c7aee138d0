begin;
select plan(4);

select tests.a_release();
-- Two devices reset the same skill independently.
select tests.send(tests.reset(20, 1, 1), tests.progress(21, 1, 50, tests.in_reset(1, 20)));
select tests.send(tests.reset(30, 1, 1), tests.progress(31, 1, 20, tests.in_reset(1, 30)));

select results_eq('select reset_event, mastery from learner.skill_progress where user_id = tests.learner()',
  $$ values (tests.event_id(30), 20::smallint) $$,
  'I5: the later reset wins at equal counts');
select tests.send(tests.progress(22, 1, 90, tests.in_reset(1, 20)));
select is((select mastery from learner.skill_progress where user_id = tests.learner()), 20::smallint,
  'I5: progress under the losing reset is dropped');
select tests.send(tests.reset(10, 1, 2), tests.progress(11, 1, 5, tests.in_reset(2, 10)), tests.progress(32, 1, 99, tests.in_reset(1, 30)));
select results_eq('select reset_count, reset_event, mastery from learner.skill_progress where user_id = tests.learner()',
  $$ values (2, tests.event_id(10), 5::smallint) $$, 'I5: a greater reset count wins over a later event');

select tests.send(tests.progress(41, 2, 50, tests.in_reset(1, 40)), tests.progress(51, 2, 20, tests.in_reset(1, 50)));
select results_eq(
  'select reset_event, mastery from learner.skill_progress where user_id = tests.learner() and skill_id = tests.skill(2)',
  $$ values (tests.event_id(50), 20::smallint) $$, 'I5: the greater reset pair wins within one batch');

select * from finish();
rollback;
