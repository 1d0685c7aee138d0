begin;
select plan(1);

select tests.a_release();
select tests.send(tests.attempt(10, 1), tests.attempt(11, 2, '{"answer": {"choice": 0}}'), tests.attempt(12, 3));
select tests.send(tests.attempt(13, 1), tests.attempt(10, 1));

select results_eq('select skill_id, attempts, correct, mastery from learner.skill_progress where user_id = tests.learner() order by skill_id',
  $$ values (tests.skill(1), 3, 2, 0::smallint), (tests.skill(2), 1, 1, 0::smallint) $$,
  'I5: attempts and correct answers are counted for each skill, without duplicates');

select * from finish();
rollback;
