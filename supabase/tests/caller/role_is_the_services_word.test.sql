begin;
select plan(4);

select is(private.app_role(), 'learner', 'I9: without a token the role is the least');
select tests.become('none', '{"app_metadata": {"role": "admin"}}');
select is(private.app_role(), 'admin', 'I9: app_metadata decides, which the service alone writes');
select tests.become('none', '{"role": "authenticated", "user_metadata": {"role": "admin"}, "app_metadata": {}}');
select is(private.app_role(), 'learner', 'I9: user_metadata decides nothing');
select throws_ok($$ select private.require_role('admin') $$, 'CR001', null, 'I9: and opens nothing');

select * from finish();
rollback;
