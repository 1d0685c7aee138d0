begin;
select plan(4);

select tests.a_release();
select tests.send(tests.attempt(10, 1), tests.attempt(10, 1), tests.progress(11, 1, 101), 'not json');
select ops.rebuild_learner(tests.learner());
select tests.send_for(2, tests.attempt(12, 1), 'x');
create temporary table timeline on commit drop as select * from public.support_timeline(tests.learner(), 'test', with_answers => true);

select bag_eq('select kind, summary from timeline', $$ values
    ('batch', '4 events: 1 applied, 1 duplicate, 2 quarantined, 0 to retry'),
    ('event', (select to_char(received_at at time zone 'utc', '"attempt.recorded, right, received "YYYY-MM-DD HH24:MI:SS"Z"')
      from learner.event where user_id = tests.learner())),
    ('quarantine', 'invalid_event body.mastery, open, seen once'),
    ('quarantine', 'invalid_json, open, seen once'),
    ('device', 'first contact of a device: android 1.4.0'),
    ('operation', 'rebuild_learner by ' || session_user),
    ('operation', 'support_timeline by ' || session_user || ': test') $$,
  'I10: the timeline shows batches, events, quarantine, devices and operations of one learner only');
select is((select detail - 'body' - 'received_at' from timeline where kind = 'event'), jsonb_build_object('event_id',
  tests.ulid(10), 'device_id', tests.device(),
  'occurred_at', '2025-11-22T10:00:00+00:00'::timestamptz, 'content_state', 'current', 'graded_correct', true, 'head_version', 1), 'I10: an event in the timeline has its stamps');
select is((select detail ->> 'body' from timeline where summary like 'invalid_json%'), 'not json', 'I7: a quarantined event in the timeline has its text as it arrived');
select results_eq('select at from timeline', 'select at from timeline order by at desc', 'I10: the timeline is sorted newest first');

select * from finish();
rollback;
