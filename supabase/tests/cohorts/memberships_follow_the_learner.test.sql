begin;
select plan(8);

-- Learner 1 is an account, learner 2 tried the app first.
select tests.a_release();
select tests.send(tests.attempt(10, 1)), tests.send_for(2, tests.attempt(20, 1)), tests.send_for(3, tests.attempt(30, 1));
update auth.users set is_anonymous = true where id = tests.learner(2);
insert into ops.cohort (id, name) values (tests.domain(1), 'one'), (tests.domain(2), 'two');
select public.add_cohort_members(tests.domain(1), array[tests.learner(1), tests.learner(2), tests.learner(3)]::text[]);
select public.add_cohort_members(tests.domain(2), array[tests.learner(2)]::text[]);

select ops.adopt_learner(tests.learner(1), tests.learner(2), 'the same person');
select bag_eq('select cohort_id, user_id from ops.cohort_member',
  $$ values (tests.domain(1), tests.learner(1)), (tests.domain(2), tests.learner(1)), (tests.domain(1), tests.learner(3)) $$, 'U10: an adoption moves the memberships to the account, each once');
select is((select count(*) from ops.audit where action = 'move_cohort_member' and object_id = tests.learner(1)::text), 2::bigint, 'O1: a moved membership is audited under the account');
select results_eq(format('select result from public.add_cohort_members(%L, %L)', tests.domain(2), array[tests.learner(2)]), $$ values ('already_in_cohort') $$,
  'U10: who adds an adopted learner adds the account');

select tests.token_of(tests.learner(4), 'instructor');
select public.add_cohort_staff(tests.domain(1), array[tests.learner(4)]::text[]);
select ops.erase_learner(tests.learner(3)), ops.erase_learner(tests.learner(4));
select is((select count(*) from ops.cohort_member where user_id = tests.learner(3)), 0::bigint, 'O5: an erasure removes the memberships');
select is((select count(*) from ops.cohort_staff), 0::bigint, 'O5: an erasure removes an instructor from the staff');
select is((select count(*) from ops.audit where object = 'ops.cohort_member' and object_id = tests.learner(3)::text and after is not null), 0::bigint,
  'O5: an erasure redacts which cohorts the learner was in');
-- Between the request and the last step of an erasure.
insert into ops.erasure (user_id, reason) values (tests.learner(1), 'requested');
select is(private.learners_page(tests.domain(1), null, 10), '{}', 'O5: a learner whose erasure has begun is shown in no cohort');
select is((select array_agg(result) from public.add_cohort_members(tests.domain(1), array[tests.learner(3)]::text[])), '{erased}', 'O5: an erased learner joins no cohort again');

select * from finish();
rollback;
