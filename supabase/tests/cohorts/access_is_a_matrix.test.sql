begin;
select plan(12);

-- Cohort 1 has learner 1 and instructor 21, cohort 2 has learner 2 and instructor 22, cohort 3 is archived and has both instructors.
select tests.a_release();
select tests.send_for(n, tests.attempt(10, 1)) from generate_series(1, 8) n;
select tests.token_of(tests.learner(n), 'instructor') from generate_series(21, 22) n;
insert into ops.cohort (id, name, archived_at) values (tests.domain(1), 'one', null), (tests.domain(2), 'two', null), (tests.domain(3), 'three', now());
insert into ops.cohort_member (cohort_id, user_id) values (tests.domain(1), tests.learner(1)), (tests.domain(2), tests.learner(2)), (tests.domain(3), tests.learner(3));
insert into ops.cohort_staff (cohort_id, user_id) values (tests.domain(1), tests.learner(21)), (tests.domain(2), tests.learner(22)), (tests.domain(3), tests.learner(21));

create temporary table caller (name text, claims jsonb, acts_as text) on commit drop;
insert into caller values
  ('own', tests.token_of(tests.learner(21), 'instructor'), 'authenticated'), ('other', tests.token_of(tests.learner(22), 'instructor'), 'authenticated'),
  ('none', tests.token_of(tests.learner(23), 'instructor'), 'authenticated'), ('admin', tests.token_of(tests.learner(24), 'admin'), 'authenticated'),
  ('support', tests.token_of(tests.learner(25), 'support'), 'authenticated'), ('learner', tests.token_of(tests.learner(1)), 'authenticated'),
  ('service', '{"role": "service_role"}', 'service_role'), ('anon', '{"role": "anon"}', 'anon');

-- What each caller is answered: ok or the SQLSTATE. own: an instructor of cohort 1; other: of cohort 2; none: of no cohort.
create temporary table matrix (call text, own text, other text, none text, admin text, support text, learner text, service text, anon text) on commit drop;
insert into matrix values
  ($$ public.create_cohort('new') $$, 'CR001', 'CR001', 'CR001', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.set_cohort(tests.domain(1), 'renamed') $$, 'CR001', 'CR001', 'CR001', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.add_cohort_members(tests.domain(1), array[tests.learner(2)::text]) $$, 'CR001', 'CR001', 'CR001', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.remove_cohort_members(tests.domain(1), array[tests.learner(1)::text]) $$, 'CR001', 'CR001', 'CR001', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.add_cohort_staff(tests.domain(1), array[tests.learner(22)::text]) $$, 'CR001', 'CR001', 'CR001', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.remove_cohort_staff(tests.domain(1), array[tests.learner(21)::text]) $$, 'CR001', 'CR001', 'CR001', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.accuracy('question', tests.domain(1)) $$, 'ok', 'CR090', 'CR090', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.accuracy('question', tests.domain(3)) $$, 'CR090', 'CR090', 'CR090', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.accuracy('question', tests.domain(4)) $$, 'CR090', 'CR090', 'CR090', 'CR090', 'CR001', 'CR001', 'CR090', '42501'),
  ($$ public.accuracy('question') $$, 'ok', 'ok', 'ok', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.answer_choices(tests.question(1), tests.domain(1)) $$, 'ok', 'CR090', 'CR090', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.answer_choices(tests.question(1)) $$, 'ok', 'ok', 'ok', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.cohort_learners(tests.domain(1)) $$, 'ok', 'CR090', 'CR090', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.cohort_learners(tests.domain(3)) $$, 'CR090', 'CR090', 'CR090', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.cohort_learners() $$, 'CR044', 'CR044', 'CR044', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.cohort_progress(tests.domain(1)) $$, 'ok', 'CR090', 'CR090', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.cohort_progress(null) $$, 'CR090', 'CR090', 'CR090', 'CR090', 'CR001', 'CR001', 'CR090', '42501'),
  ($$ public.sync_states(tests.domain(1)) $$, 'ok', 'CR090', 'CR090', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.sync_states() $$, 'CR044', 'CR044', 'CR044', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.needs_help(tests.domain(1)) $$, 'ok', 'CR090', 'CR090', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.needs_help() $$, 'CR044', 'CR044', 'CR044', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.learner_answers(tests.learner(1)) $$, 'ok', 'CR001', 'CR001', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.learner_answers(tests.learner(3)) $$, 'CR001', 'CR001', 'CR001', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.learner_answers(tests.learner(99)) $$, 'CR001', 'CR001', 'CR001', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.learner_attempts(tests.learner(1), 'test') $$, 'ok', 'CR001', 'CR001', 'ok', 'ok', 'CR001', 'ok', '42501'),
  ($$ public.learner_attempts(tests.learner(3), 'test') $$, 'CR001', 'CR001', 'CR001', 'ok', 'ok', 'CR001', 'ok', '42501'),
  -- Nobody here has a grant.
  ($$ public.learner_attempts(tests.learner(1), 'test', true) $$, 'CR001', 'CR001', 'CR001', 'CR001', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.learner_attempts(tests.learner(1), ' ') $$, 'CR071', 'CR001', 'CR001', 'CR071', 'CR071', 'CR001', 'CR071', '42501'),
  ($$ public.cohorts() $$, 'ok', 'ok', 'ok', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.cohort_staff(tests.domain(1)) $$, 'ok', 'CR090', 'CR090', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.cohort_staff(tests.domain(3)) $$, 'CR090', 'CR090', 'CR090', 'ok', 'CR001', 'CR001', 'ok', '42501'),
  ($$ public.cohort_staff(tests.domain(4)) $$, 'CR090', 'CR090', 'CR090', 'CR090', 'CR001', 'CR001', 'CR090', '42501');
create temporary table expected on commit drop as
select m.call, e.key as name, e.value as answer from matrix m cross join lateral jsonb_each_text(to_jsonb(m) - 'call') e;
-- Undone calls.
select bag_eq($$ select e.call, e.name, coalesce(tests.answer_to('select from ' || e.call, c.claims, c.acts_as), 'ok') from expected e join caller c using (name) $$,
  'select call, name, answer from expected', 'O3: each call answers each role as the matrix says');
select tests.reset_role();
select is_empty($$ select p.proname from pg_proc p
  where p.pronamespace = 'public'::regnamespace and p.prosrc ~ (select string_agg(c, '|') from unnest(array['save_cohort', 'change_members', 'change_staff', 'cohorts',
    'cohort_staff', 'accuracy', 'answer_choices', 'cohort_learners', 'cohort_progress', 'sync_states', 'needs_help', 'learner_answers', 'learner_attempts']) c)
    and not exists (select from matrix m where m.call ~ ('public\.' || p.proname || '\(')) $$,
  'O3: the matrix has every function of cohorts');

-- What the rows are.
create function pg_temp.seen(p_name text, p_query text) returns text[] language plpgsql as $$
declare v_rows text[];
begin
  perform tests.become(c.acts_as, c.claims) from caller c where c.name = p_name;
  execute format('select coalesce(array_agg(x::text order by x::text), ''{}'') from (%s) q (x)', p_query) into v_rows;
  perform tests.reset_role();
  return v_rows;
end $$;
select is(pg_temp.seen('own', 'select learner_id from public.cohort_learners(tests.domain(1))'), array[tests.learner(1)::text], 'O3: an instructor sees the learners of their own cohort');
select is(pg_temp.seen('own', 'select distinct learner_id from public.sync_states(tests.domain(1))'), array[tests.learner(1)::text], 'O3: an instructor sees the devices of their own learners alone');
select is(pg_temp.seen('own', 'select sum(learners) from public.accuracy(''cohort'', tests.domain(1))'), '{1}', 'O3: figures of a cohort are those of its own learners');
select is(pg_temp.seen('own', 'select name from public.cohorts()'), '{one}', 'O3: an instructor sees their own cohorts that are not archived');
select is(pg_temp.seen('none', 'select name from public.cohorts()'), '{}', 'O3: an instructor without a cohort sees none');
select is(pg_temp.seen('admin', 'select name from public.cohorts()'), '{one,three,two}', 'O3: an admin sees all cohorts');

-- A role that is taken back closes everything at once, while the token still names it.
select tests.set_app_role(tests.learner(21), null);
select is_empty($$ select e.call from expected e join caller c using (name)
    where e.name = 'own' and coalesce(tests.answer_to('select from ' || e.call, c.claims, c.acts_as), 'ok') <> 'CR001' $$,
  'O3: a revoked role closes every call at once');
select tests.reset_role();
select tests.set_app_role(tests.learner(24), 'instructor');
select is(pg_temp.seen('admin', 'select name from public.cohorts()'), '{}', 'O3: an admin who is only an instructor by now sees no foreign cohort, while the token still names the role');
select tests.set_app_role(tests.learner(21), 'instructor');
delete from ops.cohort_staff where user_id = tests.learner(21) and cohort_id = tests.domain(1);
select is(pg_temp.seen('own', 'select name from public.cohorts()'), '{}', 'O3: who is no longer staff of a cohort sees it no more');
select is((select count(*) from ops.audit where action = 'hand_delete' and object = 'ops.cohort_staff' and object_id = tests.learner(21)::text), 1::bigint,
  'O1: a change of staff by hand is audited');

select * from finish();
rollback;
