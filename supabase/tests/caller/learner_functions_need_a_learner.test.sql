begin;
select plan(7);

select tests.a_release();

select tests.become('authenticated', '{"role": "authenticated"}');
select throws_ok('select public.ingest($$[]$$)', 'CR022', null, 'I9: a token without a user cannot send events');
select is(tests.raised('select public.learner_changes()'), 'CR022', 'I9: a token without a user cannot pull');
select throws_ok('select public.list_devices()', 'CR022', null, 'I9: a token without a user cannot list devices');
select throws_ok('select public.revoke_device(tests.device())', 'CR022', null, 'I9: a token without a user cannot revoke a device');
select throws_ok('select public.merge_progress(tests.ulid(1), tests.device(), $$2025-11-22T10:00:00Z$$, tests.skill(1), 50)', 'CR022', null,
  'I9: a token without a user cannot merge progress');
select tests.authenticate_service();
select throws_ok('select public.ingest($$[]$$)', '42501', null, 'I9: the service role cannot send events as a learner');
select tests.reset_role();
select is((select count(*) from learner.state where user_id is null or user_id = tests.learner()), 0::bigint, 'I9: refused calls write no learner state');

select * from finish();
rollback;
