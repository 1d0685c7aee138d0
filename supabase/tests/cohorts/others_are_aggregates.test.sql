begin;
select plan(17);

-- Cohort one has learners 1 to 3. Learners 31 to 34 are others, and answer question 5.
select tests.a_cohort();
select tests.send_for(n, tests.attempt(60, 5), tests.attempt(61, 5, '{"answer": {"choice": 0}}')) from generate_series(31, 34) n;
select tests.send(tests.attempt(60, 5)), tests.send_for(2, tests.attempt(60, 5));
create function pg_temp.seen(p_call text, p_role text default 'instructor') returns setof text language sql as $$
  select tests.seen_by(case p_role when 'admin' then tests.learner(24) else tests.learner(21) end, p_role, p_call) $$;

select is_empty($$ select pg_temp.seen('select * from public.accuracy(''question'')') $$, 'O3: before the first recount there are no figures of all learners');
select ops.recount_answers();
select results_eq($$ select pg_temp.seen('select key, learners, attempts, correct from public.accuracy(''question'', question => tests.question(5))', 'admin') $$,
  $$ values ('(question-5,6,10,6)') $$, 'O3: an admin sees the exact figures of all learners');
select is_empty($$ select pg_temp.seen('select * from public.accuracy(''question'')') $$,
  'O3: six learners, of whom two are the instructor''s own, are only four others, so no figure is shown');
select is_empty($$ select pg_temp.seen('select * from public.answer_choices(tests.question(5))') $$, 'O3: choices of four others are not shown');

-- A fifth other learner.
select tests.send_for(35, tests.attempt(60, 5));
select is(ops.recount_answers(), 0, 'O3: figures of all learners do not follow each answer');
select is_empty($$ select pg_temp.seen('select * from public.accuracy(''question'')') $$, 'O3: the figures of all learners stay until the next recount');
update private.answer_pass set shown_at = shown_at - interval '25 hours';
select cmp_ok(ops.recount_answers(), '>=', 8, 'O3: the next recount is a day later');
select results_eq($$ select pg_temp.seen('select key, learners, attempts, correct, accuracy, first_attempts, first_accuracy, outdated, skipped from public.accuracy(''question'')') $$,
  $$ values ('(question-5,5,10,,0.64,5,1.00,0,0)') $$, 'O3: five others are shown, with counts rounded down to a multiple of five and shares in whole percent');
select results_eq($$ select pg_temp.seen('select choice, learners, attempts, share from public.answer_choices(tests.question(5))') $$,
  $$ values ('(*,10,10,1.00)') $$, 'O3: a choice of four others is merged with the next one, so that it can''t be subtracted');
select results_eq($$ select pg_temp.seen('select by.key from public.accuracy(''skill'') by') $$, $$ values ('(skill-3)') $$, 'O3: skills of fewer than five others are not shown');

-- An overlapping cohort of others can't be asked for, so that no two groups differ by one learner.
insert into ops.cohort (id, name) values (tests.domain(2), 'two');
insert into ops.cohort_member (cohort_id, user_id) select tests.domain(2), tests.learner(n) from generate_series(31, 35) n;
select is(tests.raised($$ select pg_temp.seen('select * from public.accuracy(''question'', tests.domain(2))') $$), 'CR090 ' || tests.domain(2), 'O3: another cohort is no group of its own, however large it is');
select tests.reset_role();
select is(tests.raised($$ select pg_temp.seen('select * from public.cohort_learners()') $$), 'CR044 cohort', 'O3: an instructor can''t list all learners');
select tests.reset_role();
select is(tests.raised($$ select pg_temp.seen('select * from public.learner_answers(tests.learner(31))') $$), 'CR001 learner', 'O3: an instructor can''t look at another learner');
select tests.reset_role();
select is(tests.raised($$ select pg_temp.seen('select * from public.learner_answers(tests.learner(99))') $$), 'CR001 learner', 'O3: a learner who does not exist is answered in the same way');
select tests.reset_role();
-- The setting.
update ops.cohort_setting set least_learners = 6;
select is_empty($$ select pg_temp.seen('select * from public.accuracy(''question'')') $$, 'O3: the least number of others is a setting');
update ops.cohort set archived_at = now() where id = tests.domain(1);
select is_empty($$ select pg_temp.seen('select * from public.accuracy(''question'')') $$, 'O3: the learners of an archived cohort are still none of the others');
select tests.send_for(21, tests.attempt(60, 5));
select ops.recount_answers(p_again => true);
select is_empty($$ select pg_temp.seen('select * from public.accuracy(''question'')') $$, 'O3: an instructor who studies is none of the others');

select * from finish();
rollback;
