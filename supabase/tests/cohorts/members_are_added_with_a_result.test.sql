begin;
select plan(22);

select tests.a_release();
select tests.send_for(n, tests.attempt(10, 1)) from generate_series(1, 3) n;
insert into auth.users (id, aud, role, email, email_confirmed_at) values
  (tests.learner(11), 'authenticated', 'authenticated', 'ada@example.com', now()), (tests.learner(12), 'authenticated', 'authenticated', 'new@example.com', null);
insert into ops.erasure (user_id, reason) values (tests.learner(13), 'requested');
insert into learner.adoption (user_id, adopted_by, adopted_at, change_seq, moved, duplicate, conflict) values (tests.learner(14), tests.learner(2), now(), 0, 0, 0, 0);
create temporary table c on commit drop as select (public.create_cohort('Biology 1') ->> 'id')::uuid as id;
grant select on c to public;

select results_eq(format('select r.* from c, public.add_cohort_members(c.id, %L) r', array[tests.learner(1)::text, ' Ada@Example.com ', tests.learner(1)::text, 'new@example.com',
    'nobody@example.com', 'no address', null, tests.learner(99)::text, tests.learner(13)::text, tests.learner(14)::text]),
  $$ values (tests.learner(1)::text, tests.learner(1), 'added'), (' Ada@Example.com ', tests.learner(11), 'added'), (tests.learner(1)::text, tests.learner(1), 'already_in_cohort'),
    ('new@example.com', tests.learner(12), 'email_unconfirmed'), ('nobody@example.com', null, 'unknown'), ('no address', null, 'invalid'), (null, null, 'invalid'),
    (tests.learner(99)::text, tests.learner(99), 'unknown'), (tests.learner(13)::text, tests.learner(13), 'erased'), (tests.learner(14)::text, tests.learner(2), 'added') $$,
  'O3: a list of learners is added to a cohort with a result for each line');
select set_eq('select user_id from ops.cohort_member', $$ select tests.learner(n) from unnest(array[1, 2, 11]) n $$, 'O3: only the lines that say added are members');
select bag_eq($$ select action, object_id, after ->> 'cohort_id' from ops.audit where action ~ 'cohort_member' $$,
  $$ select 'add_cohort_member', tests.learner(n)::text, c.id::text from c, unnest(array[1, 2, 11]) n $$, 'O1: each addition to a cohort is audited under the learner');
select set_has($$ select summary from public.support_timeline(tests.learner(1), 'a test') $$, $$ values ('add_cohort_member by postgres') $$, 'O2: an addition to a cohort is on the learner''s timeline');

select results_eq(format('select result from c, public.remove_cohort_members(c.id, %L)', array['ada@example.com', tests.learner(3)::text, tests.learner(99)::text, 'ada@example.com']),
  $$ values ('removed'), ('not_in_cohort'), ('unknown'), ('not_in_cohort') $$, 'O3: a list of learners is removed from a cohort with a result for each line');
select is((select count(*) from ops.audit where action = 'remove_cohort_member'), 1::bigint, 'O1: each removal from a cohort is audited');

-- The limit.
update ops.cohort_setting set most_members = 2;
select results_eq(format('select result from c, public.add_cohort_members(c.id, %L)', array[tests.learner(3), tests.learner(1)]), $$ values ('cohort_full'), ('already_in_cohort') $$,
  'U8: a full cohort takes no further member');
select is((select count(*) from ops.audit where object = 'ops.cohort_setting'), 1::bigint, 'O1: a change of a setting of cohorts is audited');

-- Staff.
insert into auth.users (id, aud, role, email, email_confirmed_at, raw_app_meta_data) values
  (tests.learner(21), 'authenticated', 'authenticated', 'teacher@example.com', now(), '{"role": "instructor"}');
select results_eq(format('select r.* from c, public.add_cohort_staff(c.id, %L) r', array['teacher@example.com', tests.learner(1)::text]),
  $$ values ('teacher@example.com', tests.learner(21), 'added'), (tests.learner(1)::text, tests.learner(1), 'no_instructor') $$, 'O3: only an instructor becomes staff of a cohort');
select results_eq('select staff_id, email from c, public.cohort_staff(c.id)', $$ values (tests.learner(21), 'teacher@example.com') $$, 'O3: the staff of a cohort is listed');
select results_eq($$ select result from c, public.remove_cohort_staff(c.id, '{teacher@example.com}') $$, $$ values ('removed') $$, 'O3: staff is removed from a cohort');
select bag_eq($$ select action, object_id from ops.audit where object = 'ops.cohort_staff' $$,
  $$ values ('add_cohort_staff', tests.learner(21)::text), ('remove_cohort_staff', tests.learner(21)::text) $$, 'O1: changes of a cohort''s staff are audited');

-- The cohort itself.
select is(tests.raised($$ select public.create_cohort('Biology 1') $$), 'CR091 Biology 1', 'O3: two cohorts can''t have one name');
select is(tests.raised($$ select public.create_cohort(E'two\nlines') $$), 'CR044 name', 'O3: the name of a cohort is one line');
select is(tests.raised($$ select public.create_cohort(' ') $$), 'CR044 name', 'O3: the name of a cohort is not blank');
select is((select public.set_cohort(c.id, 'Biology', true) ->> 'name' from c), 'Biology', 'O3: a cohort is renamed and archived in one call');
select isnt((select archived_at from ops.cohort), null, 'O3: an archived cohort has the time');
select is((select public.set_cohort(c.id, archived => false) ->> 'archived_at' from c), null, 'O3: an archived cohort is taken back');
select results_eq($$ select action, before ->> 'name', after ->> 'name' from ops.audit where object = 'ops.cohort' order by id limit 2 $$,
  $$ values ('insert', null, 'Biology 1'), ('update', 'Biology 1', 'Biology') $$, 'O1: changes of a cohort are audited with before and after');
select is(tests.raised(format('select public.set_cohort(%L, %L)', tests.learner(1), 'x')), 'CR090 ' || tests.learner(1), 'O3: an unknown cohort can''t be renamed');
select is(tests.raised(format('select public.add_cohort_members(%L, %L)', tests.learner(1), array['x'])), 'CR090 ' || tests.learner(1), 'O3: an unknown cohort takes no member');
select is(tests.raised('select public.add_cohort_members((select id from c), ''{}'')'), 'CR044 learners', 'U8: an empty list of learners is refused');

select * from finish();
rollback;
