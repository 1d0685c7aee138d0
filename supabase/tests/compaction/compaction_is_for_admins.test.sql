begin;
select plan(5);

select tests.a_release();
update content.domain set title = 'Second' where id = tests.domain(1);
select tests.publish();

select tests.authenticate(tests.learner(), 'admin');
select throws_ok($$ select ops.compact_content(1, '0 s') $$, '42501', null, 'I9: admins cannot run compaction through the API');
select tests.become('none', tests.token_of(tests.learner(3), 'instructor'));
select throws_ok($$ select ops.compact_content(1, '0 s') $$, 'CR001', null, 'I9: an instructor cannot run compaction');
select tests.reset_role();
select is(private.content_horizon(), 0, 'I9: a refused compaction drops nothing');
select lives_ok('select ops.compact_content()', 'I9: jobs and consoles run compaction with the configured settings');
select is((select count(*) from ops.audit where action = 'compact_content'), 1::bigint, 'I10: each compaction is recorded in the audit log');

select * from finish();
rollback;
