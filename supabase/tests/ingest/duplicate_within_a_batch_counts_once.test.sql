begin;
select plan(2);

select tests.a_release();

select is(tests.send(tests.attempt(10, 1), tests.attempt(11, 1), tests.attempt(10, 1), tests.attempt(10, 1)),
  array['applied', 'applied', 'duplicate', 'duplicate'], 'I4: the first copy in a batch is applied, the others are duplicates');
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 2, 'I4: copies within a batch count once in progress');

select * from finish();
rollback;
