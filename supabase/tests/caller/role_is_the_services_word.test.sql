begin;
select plan(4);

select is(private.app_role(), 'learner', 'I9: the app role of a caller without a token is learner');
select tests.become('none', '{"app_metadata": {"role": "admin"}}');
select is(private.app_role(), 'admin', 'I9: app_metadata decides the app role; only the service role can write it');
select tests.become('none', '{"role": "authenticated", "user_metadata": {"role": "admin"}, "app_metadata": {}}');
select is(private.app_role(), 'learner', 'I9: user_metadata does not decide the app role');
select throws_ok($$ select private.require_role('admin') $$, 'CR001', null, 'I9: user_metadata cannot grant the role admin');

select * from finish();
rollback;
