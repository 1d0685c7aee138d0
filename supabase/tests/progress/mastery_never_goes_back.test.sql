begin;
select plan(4);

select tests.a_release();

select tests.send(tests.progress(10, 1, 40));
select is((select mastery from learner.skill_progress where user_id = tests.learner()), 40::smallint, 'I5: mastery starts with the first value');
select tests.send(tests.progress(11, 1, 30));
select is((select mastery from learner.skill_progress where user_id = tests.learner()), 40::smallint,
  'I5: a later but smaller mastery changes nothing');
select tests.send(tests.progress(9, 1, 70), tests.progress(12, 1, 60));
select is((select mastery from learner.skill_progress where user_id = tests.learner()), 70::smallint,
  'I5: the greatest mastery wins, whenever it was made');
select is((select (attempts, correct)::text from learner.skill_progress where user_id = tests.learner()), '(0,0)',
  'I5: progress events do not count as attempts');

select * from finish();
rollback;
