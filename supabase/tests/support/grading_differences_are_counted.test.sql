begin;
select plan(6);

select tests.a_release();
-- The right choice of every question is 1.
select tests.send(tests.attempt(10, 1), tests.attempt(11, 1, '{"answer": {"choice": 0}}'), tests.attempt(12, 2, '{"correct": false}'),
  tests.attempt(13, 2, '{"correct": false, "answer": {"choice": 0}}'));
select tests.send_for(2, tests.attempt(20, 1, '{"answer": {"choice": 0}}'), tests.attempt(21, 1, '{"answer": {"choice": 2}}'));
select tests.send_for(3, tests.attempt(30, 3, '{"answer": {"choice": 0}}'));
update learner.attempt set voided_at = now() where user_id = tests.learner(3);

select tests.authenticate(tests.learner(9), 'instructor');
select results_eq('select question_id, content_version, graded_right, graded_wrong, learners, app_versions from public.grading_differences()',
  $$ values (tests.question(1), 1, 0::bigint, 3::bigint, 2::bigint, '{1.4.0}'::text[]),
            (tests.question(2), 1, 1::bigint, 0::bigint, 1::bigint, '{1.4.0}') $$, 'O3: grading_differences lists questions by number of differences, without voided attempts');
select is((select question_key is not null and last_at = '2025-11-22 10:00+00' from public.grading_differences(page_rows => 1)), true, 'O3: grading_differences has the key of the question and the time of the last attempt');
select is_empty($$ select from public.grading_differences(since => '2025-11-23') $$, 'O3: grading_differences can be limited to attempts since a time');
select isnt_empty($$ select from public.grading_differences(since => '2025-11-22') $$, 'O3: grading_differences compares the time with that of the attempt''s id');
select tests.authenticate(tests.learner());
select throws_ok('select public.grading_differences()', 'CR001', null, 'I9: a learner cannot read grading_differences');
select tests.authenticate_anon();
select throws_ok('select public.grading_differences()', '42501', null, 'I9: anon cannot read grading_differences');

select * from finish();
rollback;
