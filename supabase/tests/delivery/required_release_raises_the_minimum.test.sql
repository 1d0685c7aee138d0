begin;
select plan(13);

select tests.a_release();
update content.domain set title = 'Second' where id = tests.domain(1);
select tests.publish();

select is(public.require_release(1) ->> 'minimum_version', '1', 'C4: a release can be required from now on');
select is(public.require_release(2, now() + interval '1 day') ->> 'minimum_version', '1', 'C4: a release that is required from a later date is not required yet');
update content.required_release set required_from = now() - interval '1 s' where version = 2;
select is(public.content_head() ->> 'minimum_version', '2', 'C4: a required release counts from its date, and the greatest one wins');
select is(public.require_release(2, null) ->> 'minimum_version', '1', 'C4: a required release can be withdrawn');
select throws_ok('select public.require_release(3)', 'CR030', null, 'C4: a release that was not published cannot be required');
select throws_ok('select public.require_release(null)', 'CR030', null, 'C4: a required release must have a version');
select results_eq(
  $$ select action, object_id, before ->> 'version', after ->> 'version' from ops.audit where action = 'require_release' order by id $$,
  $$ values ('require_release', '1', null, '1'), ('require_release', '2', null, '2'), ('require_release', '2', '2', null) $$,
  'I10: each change of the required release is recorded with its versions before and after');

select tests.authenticate(tests.learner());
select throws_ok('select public.require_release(1)', 'CR001', null, 'I9: a learner cannot require a release');
select tests.authenticate(tests.learner(), 'support');
select throws_ok('select public.require_release(1)', 'CR001', null, 'I9: support cannot require a release');
select tests.authenticate_anon();
select throws_ok('select public.require_release(1)', '42501', null, 'I9: anon cannot require a release');
select tests.reset_role();
select set_eq('select version from content.required_release', '{1}'::integer[], 'I9: refused calls leave the required releases as they were');

select tests.authenticate(tests.learner(2), 'instructor');
select is(public.require_release(2) ->> 'minimum_version', '2', 'I9: an instructor can require a release');
select tests.reset_role();
select is((select required_by from content.required_release where version = 2), tests.learner(2), 'I10: a required release names who required it');

select * from finish();
rollback;
