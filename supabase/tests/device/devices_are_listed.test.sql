begin;
select plan(7);

select tests.a_release();
select private.ingest_for(tests.learner(), tests.session(), concat_ws(E'\n', tests.header(), tests.attempt(10, 1), tests.attempt(11, 1, '{}', '{"occurred_at": "2025-11-22T09:00:00Z"}')));
select private.ingest_for(tests.learner(), tests.session(), tests.header(jsonb_build_object('device_id', tests.device(2), 'platform', 'web', 'content_version', null)));
select tests.send_for(2, tests.attempt(12, 1));
update content.question set explanation = 'Another one.' where id = tests.question(1);
select tests.publish();

select tests.authenticate(tests.learner());
select results_eq('select device_id, platform, app_version, contract_version, content_version, versions_behind, queue_lag_ms, revoked_at from public.list_devices() order by device_id',
  $$ values (tests.device(1), 'android', '1.4.0', 1, 1, 1, 3605000::bigint, null::timestamptz), (tests.device(2), 'web', '1.4.0', 1, null, null, null, null) $$,
  'O2: list_devices shows app, versions, versions behind and queue lag of each device');
select results_eq('select device_id from public.list_devices()', $$ values (tests.device(2)), (tests.device(1)) $$, 'O2: list_devices shows the device seen last first');
select ok((select bool_and(clock_skew_ms > 0 and first_seen_at <= last_seen_at) from public.list_devices()), 'O2: list_devices shows the clock skew of each device');
select throws_ok('select public.list_devices(tests.learner(2))', 'CR001', null, 'I9: a learner cannot list the devices of another learner');
select tests.authenticate(tests.learner(9), 'support');
select results_eq('select device_id from public.list_devices(tests.learner(2), ''test'')', $$ values (tests.device(1)) $$, 'O2: support can list the devices of a learner');
select tests.reset_role();
select results_eq($$ select actor, object_id from ops.audit where action = 'list_devices' $$, $$ values (tests.learner(9), tests.learner(2)::text) $$,
  'I10: a look of support at a learner''s devices is recorded');
select private.ingest_for(tests.learner(), tests.session(), tests.header());
select is((select queue_lag_ms from learner.device where device_id = tests.device() and user_id = tests.learner()), 3605000::bigint,
  'O2: a contact without events does not change the queue lag');

select * from finish();
rollback;
