begin;
select plan(16);

select tests.a_curriculum();

select tests.authenticate(tests.learner());
select throws_ok('select public.publish_release()', 'CR001', null, 'I9: a learner cannot publish');
select throws_ok('select public.preview_release()', 'CR001', null, 'I9: a learner cannot see a preview');
select throws_ok('select public.rollback_release(1)', 'CR001', null, 'I9: a learner cannot roll back');
select throws_ok('select public.schedule_release(now(), repeat($$0$$, 64))', 'CR001', null, 'I9: a learner cannot schedule a release');
select throws_ok('select public.cancel_schedule(1)', 'CR001', null, 'I9: a learner cannot cancel a schedule');
select throws_ok('select public.list_schedules()', 'CR001', null, 'I9: a learner cannot list schedules');
select throws_ok('select public.release_history()', 'CR001', null, 'I9: a learner cannot see the release history');
select throws_ok('select ops.run_due_schedule()', '42501', null, 'I9: a learner cannot run due schedules');
select tests.authenticate(tests.learner(), 'support');
select throws_ok('select public.publish_release()', 'CR001', null, 'I9: support cannot publish');
select tests.authenticate_anon();
select throws_ok('select public.publish_release()', '42501', null, 'I9: anon cannot publish');
select throws_ok('select public.preview_release()', '42501', null, 'I9: anon cannot see a preview');
select tests.reset_role();
select is((select count(*) from content.release), 0::bigint, 'I9: refused calls publish nothing');

select tests.authenticate(tests.learner(2), 'instructor');
select is(public.publish_release('First') ->> 'version', '1', 'I9: an instructor can publish');
select tests.reset_role();
select results_eq('select published_by, note from content.release', $$ values (tests.learner(2), 'First') $$,
  'I10: the release names the instructor who published it');
update content.domain set title = 'Second' where id = tests.domain(1);
select tests.authenticate(tests.learner(3), 'admin');
select is(public.publish_release() ->> 'version', '2', 'I9: an admin can publish');
select tests.reset_role();
update content.domain set title = 'Third' where id = tests.domain(1);
select tests.authenticate_service();
select is(public.publish_release() ->> 'version', '3', 'I9: the service role can publish');

select * from finish();
rollback;
