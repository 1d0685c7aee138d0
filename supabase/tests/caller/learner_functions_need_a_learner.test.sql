begin;
select plan(7);

select tests.a_release();

select tests.become('authenticated', '{"role": "authenticated"}');
select throws_ok('select public.ingest($$[]$$)', 'CR022', null, 'I9: a token without a user sends nothing');
select throws_ok('select public.learner_changes()', 'CR022', null, 'I9: pulls nothing');
select throws_ok('select public.list_devices()', 'CR022', null, 'I9: has no devices');
select throws_ok('select public.revoke_device(tests.device())', 'CR022', null, 'I9: revokes none');
select throws_ok('select public.merge_progress(tests.ulid(1), tests.device(), $$2025-11-22T10:00:00Z$$, tests.skill(1), 50)', 'CR022', null,
  'I9: and merges nothing');
select tests.authenticate_service();
select throws_ok('select public.ingest($$[]$$)', '42501', null, 'I9: the service is no learner');
select tests.reset_role();
select is((select count(*) from learner.state where user_id is null or user_id = tests.learner()), 0::bigint, 'I9: nothing was written');

select * from finish();
rollback;
