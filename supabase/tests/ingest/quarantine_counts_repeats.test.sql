begin;
select plan(4);

select tests.a_release();
select tests.send('damaged', tests.progress(10, 1, 101));
select tests.send('damaged', 'damaged');

select bag_eq('select body, code, field, status, times_seen, sha256 from ops.quarantine where user_id = tests.learner()',
  format($$ values ('damaged', 'invalid_json', null, 'open', 2, sha256('damaged')), (%1$L, 'invalid_event', 'body.mastery', 'open', 1, sha256(convert_to(%1$L, 'UTF8'))) $$,
    tests.progress(10, 1, 101)),
  'I7: quarantine has one row for each text and counts the batches that sent it');
select ok((select last_seen_at > first_seen_at from ops.quarantine where body = 'damaged' and user_id = tests.learner()),
  'I7: quarantine has the first and the last time of a text');
select is(tests.send_for(2, 'damaged'), array['quarantined invalid_json'], 'I9: the same text of another learner is quarantined');
select is((select count(*) from ops.quarantine where body = 'damaged'), 2::bigint, 'I9: the same text of another learner has its own row');

select * from finish();
rollback;
