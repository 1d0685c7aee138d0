begin;
select plan(3);

select tests.a_release();
select tests.send(tests.reset(20, 1, 1), tests.progress(21, 1, 10, tests.in_reset(1, 20)));
create temporary table before on commit drop as select * from learner.skill_progress where user_id = tests.learner();

select is(tests.send(tests.attempt(10, 1), tests.progress(11, 1, 90)), array['applied', 'applied'],
  'I5: events from before a reset are applied');
select set_eq('select * from learner.skill_progress where user_id = tests.learner()', 'table before',
  'I5: events from before a reset do not change progress');
select is((select count(*) from learner.attempt where user_id = tests.learner()), 1::bigint, 'I4: an attempt from before a reset is kept');

select * from finish();
rollback;
