begin;
select plan(3);

select tests.a_release();

select results_eq('select question_id, version, skill_id, type, answer from content.answer_key order by question_id',
  $$ select tests.question(n), 1, tests.skill((n + 1) / 2), 'single_choice', '{"choice": 1}'::jsonb from generate_series(1, 6) n $$,
  'I3: every published question has an answer key');
update content.question set answer = '{"choice": 2}' where id = tests.question(1);
update content.question set skill_id = tests.skill(3) where id = tests.question(2);
update content.question set status = 'withdrawn' where id = tests.question(3);
select tests.publish();
select results_eq('select question_id, skill_id, type, answer from content.answer_key where version = 2 order by question_id',
  $$ values (tests.question(1), tests.skill(1), 'single_choice', '{"choice": 2}'::jsonb),
            (tests.question(2), tests.skill(3), 'single_choice', '{"choice": 1}'),
            (tests.question(3), tests.skill(2), null, null) $$,
  'I3: a release writes a key for a new answer, a new skill and a withdrawn question');
select is((select answer from content.answer_key where question_id = tests.question(1) and version = 1), '{"choice": 1}',
  'I3: the answer key of an older version stays');

select * from finish();
rollback;
