begin;
select plan(16);

select tests.a_curriculum();

select tests.authenticate(tests.learner());
select throws_ok('select public.publish_release()', 'CR001', null, 'I9: learners don''t publish');
select throws_ok('select public.preview_release()', 'CR001', null, 'I9: nor see drafts in a preview');
select throws_ok('select public.rollback_release(1)', 'CR001', null, 'I9: nor bring an old version back');
select throws_ok('select public.schedule_release(now(), repeat($$0$$, 64))', 'CR001', null, 'I9: nor schedule one');
select throws_ok('select public.cancel_schedule(1)', 'CR001', null, 'I9: nor cancel one');
select throws_ok('select public.list_schedules()', 'CR001', null, 'I9: nor see what is planned');
select throws_ok('select public.release_history()', 'CR001', null, 'I9: nor what was published');
select throws_ok('select ops.run_due_schedule()', '42501', null, 'I9: nor run what is due');
select tests.authenticate(tests.learner(), 'support');
select throws_ok('select public.publish_release()', 'CR001', null, 'I9: nor does support');
select tests.authenticate_anon();
select throws_ok('select public.publish_release()', '42501', null, 'I9: nor anybody without a session');
select throws_ok('select public.preview_release()', '42501', null, 'I9: who sees no preview either');
select tests.reset_role();
select is((select count(*) from content.release), 0::bigint, 'I9: nothing was published');

select tests.authenticate(tests.learner(2), 'instructor');
select is(public.publish_release('First') ->> 'version', '1', 'I9: instructors publish');
select tests.reset_role();
select results_eq('select published_by, note from content.release', $$ values (tests.learner(2), 'First') $$,
  'I10: the release names them');
update content.domain set title = 'Second' where id = tests.domain(1);
select tests.authenticate(tests.learner(3), 'admin');
select is(public.publish_release() ->> 'version', '2', 'I9: and so do admins');
select tests.reset_role();
update content.domain set title = 'Third' where id = tests.domain(1);
select tests.authenticate_service();
select is(public.publish_release() ->> 'version', '3', 'I9: and the service');

select * from finish();
rollback;
