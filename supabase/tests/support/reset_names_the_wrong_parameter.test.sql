begin;
select plan(9);

select tests.a_release();
select tests.send(tests.progress(10, 1, 40));
select tests.authenticate(tests.learner(3), 'support');

create function pg_temp.complaint(p_skill uuid, p_mastery integer, p_completed uuid[]) returns text
language sql
as $$ select tests.raised(format('select public.support_reset_progress(%L, %L, %L, %L, %L)', tests.learner(), p_skill, 'why', p_mastery, p_completed)) $$;

select is(pg_temp.complaint(skill, mastery, completed), 'CR071 ' || named, format('O2: a correction with %s names `%s`', what, named))
from (values
  ('an unknown skill', tests.skill(99), 5, '{}'::uuid[], 'skill'),
  ('no skill', null, 5, '{}', 'skill'),
  ('an unknown question', tests.skill(1), 5, array[tests.question(99)], 'completed'),
  ('an unknown question among others', tests.skill(1), 5, array[tests.question(1), tests.question(99)], 'completed'),
  ('a null among the questions', tests.skill(1), 5, array[tests.question(1), null], 'completed'),
  ('1001 questions', tests.skill(1), 5, array_fill(tests.question(1), array[1001]), 'completed'),
  ('a mastery of 101', tests.skill(1), 101, '{}', 'mastery'),
  ('no mastery', tests.skill(1), null, '{}', 'mastery')) c (what, skill, mastery, completed, named);
select tests.reset_role();
select is((select mastery from learner.skill_progress where user_id = tests.learner()), 40::smallint, 'O2: a refused correction changes nothing');

select * from finish();
rollback;
