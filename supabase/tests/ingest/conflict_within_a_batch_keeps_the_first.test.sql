begin;
select plan(2);

select tests.a_release();

select is(tests.send(tests.progress(10, 1, 30), tests.progress(10, 1, 30), tests.progress(10, 1, 60), tests.progress(11, 1, 20)),
  array['applied', 'duplicate', 'quarantined id_conflict', 'applied'], 'I4: the first of two conflicting events in a batch is applied');
select is((select mastery from learner.skill_progress where user_id = tests.learner()), 30::smallint, 'I5: the second of two conflicting events never changes progress');

select * from finish();
rollback;
