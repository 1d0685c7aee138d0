begin;
select plan(3);

select tests.a_release();
select tests.send('damaged', tests.progress(10, 1, 101));

select bag_eq('select code, field, device_id, batch_id, origin, reason, times_seen, body from ops.quarantine where user_id = tests.learner()',
  format($$ values ('invalid_json', null, tests.device(), tests.event_id(1), 'batch', null, 1, 'damaged'),
                   ('invalid_event', 'body.mastery', tests.device(), tests.event_id(1), 'batch', null, 1, %L) $$, tests.progress(10, 1, 101)),
  'U3: a quarantined event has code, field, device, batch and text');
select private.ingest_for(tests.learner(), tests.session(), concat_ws(E'\n', tests.header(jsonb_build_object('batch_id', tests.ulid(2), 'device_id', tests.device(2))), 'damaged'));
select results_eq('select batch_id, device_id, times_seen from ops.quarantine where body = ''damaged''',
  'values (tests.event_id(2), tests.device(), 2)', 'U3: a text that arrives again has its last batch and its first device');
select ok((select last_seen_at > first_seen_at from ops.quarantine where body = 'damaged'), 'U3: a quarantined text has the first and the last time it arrived');

select * from finish();
rollback;
