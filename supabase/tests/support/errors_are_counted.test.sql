begin;
select plan(8);

select tests.a_release();
select tests.send(tests.attempt(1, 1), 'broken', 'broken too', tests.event(10, 'app.failed', '{"code": "disk.full", "fatal": false}'),
  tests.event(11, 'outbox.attempted', '{"events": 3, "attempts": 1, "answered": false, "code": "network_failed", "duration_ms": 5}'),
  tests.event(12, 'outbox.attempted', '{"events": 3, "attempts": 1, "answered": true, "duration_ms": 5}'));
select tests.send_for(2, tests.event(10, 'app.failed', '{"code": "disk.full", "fatal": true}'));
select tests.send_for(3, tests.event(10, 'app.failed', '{"code": "disk.full", "fatal": true}'));
update learner.device set app_version = '2.0', platform = 'ios' where user_id = tests.learner(3);
select tests.send_for(4, tests.event(10, 'app.failed', '{"code": "old.one", "fatal": true}'));
update ops.telemetry set received_at = now() - interval '25 hours' where user_id = tests.learner(4);

select tests.authenticate(tests.learner(9), 'support');
select results_eq($$ select source, code, platform, app_version, failures, learners from public.support_errors('test') $$,
  $$ values ('app', 'disk.full', 'android', '1.4.0', 2::bigint, 2::bigint), ('quarantine', 'invalid_json', 'android', '1.4.0', 2, 1), ('app', 'disk.full', 'ios', '2.0', 1, 1),
    ('outbox', 'network_failed', 'android', '1.4.0', 1, 1) $$, 'O2: failures of the last day are counted by source, code, platform and version');
select is((select sum(failures) from public.support_errors('test', with_code => 'disk.full')), 3::numeric, 'O2: failures are filtered by code');
select is((select sum(failures) from public.support_errors('test', with_platform => 'ios')), 1::numeric, 'O2: failures are filtered by platform');
select is((select sum(failures) from public.support_errors('test', with_app_version => '1.4.0')), 5::numeric, 'O2: failures are filtered by app version');
select is((select sum(failures) from public.support_errors('test', 'old.one', hours => 26)), 1::numeric, 'O2: failures of a longer time are found');
select results_eq($$ select e ->> 'learner_id', e ->> 'id' from public.support_errors('test', 'disk.full', 'ios') x cross join jsonb_array_elements(x.examples) e $$,
  $$ values (tests.learner(3)::text, tests.ulid(10)) $$, 'O2: a group of failures has examples with learner and event');
select tests.reset_role();
select is((select count(*) from ops.audit where action = 'support_errors' and object_id = tests.learner(4)::text), 1::bigint, 'O2: a search is recorded for each learner shown');
select tests.authenticate(tests.learner(9), 'instructor');
select is(tests.raised($$ select public.support_errors('test') $$), 'CR001', 'I9: an instructor cannot search for failures');

select * from finish();
rollback;
