begin;
select plan(5);

select tests.a_release();
update content.domain set title = 'Second' where id = tests.domain(1);
select tests.publish();

select tests.authenticate(tests.learner(), 'admin');
select throws_ok($$ select ops.compact_content(1, '0 s') $$, '42501', null, 'I9: it is no part of the API');
select tests.become('none', '{"role": "authenticated", "app_metadata": {"role": "instructor"}}');
select throws_ok($$ select ops.compact_content(1, '0 s') $$, 'CR001', null, 'I9: instructors don''t compact');
select tests.reset_role();
select is(private.content_horizon(), 0, 'I9: nothing was dropped');
select lives_ok('select ops.compact_content()', 'I9: jobs and consoles do, by what is set');
select is((select count(*) from ops.audit where action = 'compact_content'), 1::bigint, 'I10: each time is on record');

select * from finish();
rollback;
