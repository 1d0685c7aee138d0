begin;
select plan(3);

select tests.a_release();
select tests.send(tests.attempt(10, 1), tests.attempt(10, 1), 'x', tests.attempt(11, 1, '{}',
  jsonb_build_object('learner_id', tests.learner(2))));
select tests.send(tests.attempt(10, 1));

select results_eq('select batch_id, device_id, events, applied, duplicate, quarantined, retry from learner.batch
  where user_id = tests.learner() order by received_at',
  $$ values (tests.event_id(1), tests.device(), 4, 1, 1, 1, 1), (tests.event_id(1), tests.device(), 1, 0, 1, 0, 0) $$,
  'I10: every batch is recorded, replays included');
select results_eq('select device_id, platform, app_version, contract_version, content_version from learner.device
  where user_id = tests.learner()',
  $$ values (tests.device(), 'android', '1.4.0', 1, 1) $$, 'I10: a device is recorded with the values of its header');
select private.ingest_for(tests.learner(), tests.session(), tests.header('{"app_version": "1.5.0", "content_version": 2}'));
select private.ingest_for(tests.learner(), tests.session(), tests.header(jsonb_build_object('device_id', tests.device(2))));
select results_eq('select device_id, app_version, content_version, last_seen_at > first_seen_at from learner.device
  where user_id = tests.learner() order by device_id',
  $$ values (tests.device(1), '1.5.0', 2, true), (tests.device(2), '1.4.0', 1, false) $$, 'I10: a device has one row with the values of its last header');

select * from finish();
rollback;
