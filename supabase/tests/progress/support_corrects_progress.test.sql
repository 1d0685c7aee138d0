begin;
select plan(10);

select tests.a_release();
select tests.send(tests.progress(10, 1, 95, jsonb_build_object('completed', array[tests.question(1), tests.question(2)])), tests.attempt(11, 1));

select tests.authenticate(tests.learner(9), 'support');
select is(public.correct_progress(tests.learner(), tests.skill(1), 40, array[tests.question(1)], 'the app counted twice') ->> 'status', 'applied',
  'U5: support corrects');
select tests.reset_role();
create temporary view mine as select reset_count, mastery, completed, attempts from learner.skill_progress where user_id = tests.learner();
select results_eq('table mine', $$ values (1, 40::smallint, array[tests.question(1)], 0) $$, 'U5: to what it should have been');
select tests.send(tests.progress(12, 1, 99), tests.attempt(13, 1));
select results_eq('table mine', $$ values (1, 40::smallint, array[tests.question(1)], 0) $$, 'I5: whatever of before still arrives');
select results_eq($$ select type, reset_count from learner.event where user_id = tests.learner() and reset_count = 1 $$,
  $$ values ('progress.reset', 1) $$, 'I6: it is an event like any other');
select cmp_ok((select event_id from learner.event where user_id = tests.learner() and reset_count = 1), '>', private.ulid_floor(now() - interval '1 minute'),
  'I4: with an id of its time');
select is((select (before ->> 'mastery', after ->> 'mastery', after ->> 'reason', actor)::text from ops.audit where action = 'correct_progress'),
  format('(95,40,"the app counted twice",%s)', tests.learner(9)), 'O1: on record with both sides');

select tests.authenticate(tests.learner(9), 'support');
select is((public.correct_progress(tests.learner(), tests.skill(1), 30)) ->> 'status', 'applied', 'U5: and again, by a greater reset');
select is(public.correct_progress(tests.learner(), tests.skill(1), 101) ->> 'field', 'body.base', 'I7: the rules are those of every event');
select tests.authenticate(tests.learner());
select throws_ok('select public.correct_progress(tests.learner(), tests.skill(1), 100)', 'CR001', null, 'I9: a learner does not');
select tests.reset_role();
select results_eq('table mine', $$ values (2, 30::smallint, '{}'::uuid[], 0) $$, 'U5: the last correction stands');

select * from finish();
rollback;
