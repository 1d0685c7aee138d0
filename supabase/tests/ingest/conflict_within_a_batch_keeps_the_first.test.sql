begin;
select plan(2);

select tests.a_release();

select is(tests.send(tests.progress(10, 1, 30), tests.progress(10, 1, 30), tests.progress(10, 1, 60), tests.progress(11, 1, 20)),
  array['applied', 'duplicate', 'quarantined id_conflict', 'applied'], 'I4: the first of a batch counts');
select is((select mastery from learner.skill_progress where user_id = tests.learner()), 30::smallint, 'I5: the other one never');

select * from finish();
rollback;
