begin;
select plan(13);

select tests.a_release();
update content.domain set title = 'Second' where id = tests.domain(1);
select tests.publish();

select is(public.require_release(1) ->> 'minimum_version', '1', 'C4: a release is mandatory from now on');
select is(public.require_release(2, now() + interval '1 day') ->> 'minimum_version', '1', 'C4: or from a date, and not before');
update content.required_release set required_from = now() - interval '1 s' where version = 2;
select is(public.content_head() ->> 'minimum_version', '2', 'C4: the date passes, and the greatest counts');
select is(public.require_release(2, null) ->> 'minimum_version', '1', 'C4: it can be taken back');
select throws_ok('select public.require_release(3)', 'CR030', null, 'C4: only what is published');
select throws_ok('select public.require_release(null)', 'CR030', null, 'C4: and named');
select results_eq(
  $$ select action, object_id, before ->> 'version', after ->> 'version' from ops.audit where action = 'require_release' order by id $$,
  $$ values ('require_release', '1', null, '1'), ('require_release', '2', null, '2'), ('require_release', '2', '2', null) $$,
  'I10: each decision is on record, before and after');

select tests.authenticate(tests.learner());
select throws_ok('select public.require_release(1)', 'CR001', null, 'I9: learners decide nothing');
select tests.authenticate(tests.learner(), 'support');
select throws_ok('select public.require_release(1)', 'CR001', null, 'I9: nor does support');
select tests.authenticate_anon();
select throws_ok('select public.require_release(1)', '42501', null, 'I9: nor anybody without a session');
select tests.reset_role();
select set_eq('select version from content.required_release', '{1}'::integer[], 'I9: nothing was decided by them');

select tests.authenticate(tests.learner(2), 'instructor');
select is(public.require_release(2) ->> 'minimum_version', '2', 'I9: instructors do');
select tests.reset_role();
select is((select required_by from content.required_release where version = 2), tests.learner(2), 'I10: and are named');

select * from finish();
rollback;
