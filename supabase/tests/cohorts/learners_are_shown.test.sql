begin;
select plan(14);

select tests.a_cohort();
update auth.users set email = 'one@example.com' where id = tests.learner(1);
create function pg_temp.seen(p_call text) returns setof text language sql as $$
  select tests.seen_by(tests.learner(21), 'instructor', p_call) $$;
create function pg_temp.today(p_ago integer) returns jsonb language sql as $$
  select jsonb_build_object('occurred_at', to_char((now() - make_interval(days => p_ago)) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'utc_offset_minutes', 0) $$;

-- The first screen.
select results_eq($$ select pg_temp.seen('select email, attempts, accuracy, first_accuracy, tries_to_success, outdated, sync_state, needs_help from public.cohort_learners(tests.domain(1))') $$,
  $$ values ('(one@example.com,5,0.6000,0.5000,2.00,1,recently_synced,{stopped})'), ('(,3,0.6667,0.5000,1.00,1,recently_synced,{stopped})'),
      ('(,2,0.5000,0.5000,1.00,0,recently_synced,{stopped})') $$, 'O3: a row for each learner with accuracy, sync state and reasons to help');
select is((select count(*) from ops.audit where action = 'cohort_learners' and actor = tests.learner(21) and object_id = tests.domain(1)::text), 1::bigint,
  'O1: a look at the learners of a cohort is audited');

-- Activity.
select tests.send_for(3, tests.attempt(70, 5, '{}', pg_temp.today(0)), tests.attempt(71, 5, '{}', pg_temp.today(1)), tests.attempt(72, 5, '{}', pg_temp.today(3)), tests.attempt(73, 5, '{}', pg_temp.today(40)));
select results_eq($$ select pg_temp.seen('select last_day, streak, longest_streak, days_28, needs_help from public.cohort_learners(tests.domain(1)) where learner_id = tests.learner(3)') $$,
  $$ select format('(%s,2,2,3,{})', (now() at time zone 'utc')::date) $$, 'O3: last day, streaks and days of practice of a learner who is active');
select results_eq('select streak, longest_streak, last_day from learner.practice p, private.streaks(p.days) where user_id = tests.learner(3)',
  $$ values (2, 2, (now() at time zone 'utc')::date) $$, 'U4: these are the streaks that the learner sees');

-- Help.
select results_eq($$ select pg_temp.seen('select learner_id, reason, since from public.needs_help(tests.domain(1))') $$,
  $$ select format('(%s,%s,"2025-11-23 00:00:00+00")', tests.learner(n), 'stopped') from generate_series(1, 2) n union all select format('(%s,,)', tests.learner(3)) $$,
  'O3: who stopped is listed with the day after the last one; the last row only says where the next page begins');
select tests.send_for(3, tests.attempt(80, 6, '{"answer": {"choice": 0}}', pg_temp.today(2)), tests.attempt(81, 6, '{"answer": {"choice": 0}}', pg_temp.today(1)));
select is_empty($$ select pg_temp.seen('select from public.needs_help(tests.domain(1)) where learner_id = tests.learner(3) and reason is not null') $$, 'O3: two wrong answers are no repeated failure');
select tests.send_for(3, tests.attempt(82, 6, '{"answer": {"choice": 0}}', pg_temp.today(0)));
select results_eq($$ select pg_temp.seen('select reason, skill_key, question_key, failures from public.needs_help(tests.domain(1)) where learner_id = tests.learner(3)') $$,
  $$ values ('(repeated_failure,skill-3,question-6,3)') $$, 'O3: three wrong answers in a row are a repeated failure');
select private.void_record(tests.learner(3), 'attempt', tests.ulid(81), 'a friend had the tablet', true);
select is_empty($$ select pg_temp.seen('select from public.needs_help(tests.domain(1)) where reason = ''repeated_failure''') $$, 'O3: a voided answer is no failure');
select private.void_record(tests.learner(3), 'attempt', tests.ulid(81), 'it was the learner', false);
update ops.cohort_setting set help_failures = 4;
select is_empty($$ select pg_temp.seen('select from public.needs_help(tests.domain(1)) where reason = ''repeated_failure''') $$, 'O3: the number of failures is a setting');
update ops.cohort_setting set help_failures = 3;
select tests.send_for(3, tests.reset(83, 3, 1));
select is_empty($$ select pg_temp.seen('select from public.needs_help(tests.domain(1)) where reason = ''repeated_failure''') $$, 'O3: a reset ends a repeated failure');
select tests.send_for(2, 'broken');
select results_eq($$ select pg_temp.seen('select reason, detail from public.needs_help(tests.domain(1)) where reason = ''unable_to_sync''') $$,
  $$ values ('(unable_to_sync,"unable_to_sync: invalid_json")') $$, 'O3: a learner whose work does not arrive needs help');

-- One learner, and all by skill.
select results_eq($$ select pg_temp.seen('select question_key, attempts, correct, first_correct, tries_to_success, outdated, last_correct from public.learner_answers(tests.learner(1))') $$,
  $$ values ('(question-1,4,2,f,3,1,t)'), ('(question-2,1,1,t,1,0,t)') $$, 'O3: one learner by question');
select set_has($$ select summary from public.support_timeline(tests.learner(1), 'a test') $$, $$ values ('learner_answers by instructor') $$, 'O1: a look at one learner is on the learner''s timeline');
select results_eq($$ select pg_temp.seen('select learner_id, skill_key, attempts, correct from public.cohort_progress(tests.domain(1), page_rows => 2)') $$,
  $$ select format('(%s,%s,%s,%s)', x.user_id, k.key, x.attempts, x.correct) collate "default" from learner.skill_progress x join content.skill k on k.id = x.skill_id
     where x.user_id in (tests.learner(1), tests.learner(2), tests.learner(3)) order by x.user_id, x.skill_id limit 2 $$, 'O3: progress by learner and skill, as devices show it');

select * from finish();
rollback;
