begin;
select plan(14);

select tests.a_release();
update ops.quarantine_setting set open_rows = 3, held_rows = 1, retry_after_s = 3600;

select is(tests.send('a', tests.attempt(10, 1), 'b', 'c', 'd', tests.event(11, 'note.written', '{}'), tests.event(12, 'note.written', '{}'), 'a'),
  array['quarantined invalid_json', 'applied', 'quarantined invalid_json', 'quarantined invalid_json', 'retry quarantine_full', 'quarantined unknown_type',
    'retry quarantine_full', 'quarantined invalid_json'],
  'U3: events that do not fit stay with the device, and valid events are applied');
select is((select array_agg(body order by body) from ops.quarantine where user_id = tests.learner() and status = 'open'), '{a,b,c}'::text[], 'U3: every event reported as quarantined is kept');
select results_eq('select events, applied, quarantined, retry from learner.batch where user_id = tests.learner()', 'values (8, 1, 5, 2)', 'U2: the counts of a batch with a full quarantine add up');
select is(tests.send('a', 'd'), array['quarantined invalid_json', 'retry quarantine_full'], 'U3: a text that is quarantined already needs no room');
select is(private.ingest_for(tests.learner(), tests.session(), tests.batch('d')) -> 'results' -> 0 ->> 'retry_after_s', '3600', 'U2: a full quarantine says when to try again');
select is(tests.send_for(2, 'd'), array['quarantined invalid_json'], 'I9: each learner has a quarantine of their own');

select public.discard_quarantined(tests.learner(), array[tests.quarantine_id('a')], 'noise');
select is(tests.send('a', 'd', 'e'), array['quarantined invalid_json', 'quarantined invalid_json', 'retry quarantine_full'], 'U3: a discarded event makes room for another');
select bag_eq('select body from ops.quarantine where user_id = tests.learner()', array['a', 'b', 'c', 'd', tests.event(11, 'note.written', '{}')],
  'U3: a full quarantine drops no event');
insert into private.event_type (type, version, rules) values ('note.written', 1, '$.body.type() == "object"');
select is(tests.send(tests.event(12, 'note.written', '{}'), tests.event(13, 'badge.earned', '{}')), array['applied', 'quarantined unknown_type'],
  'U3: a held event that is applied makes room for another');

-- By bytes: 1 MiB of them, of which a text of 600,000 leaves 448,576.
update ops.quarantine_setting set open_rows = 100, open_bytes = 1048576;
select is(tests.send_for(3, repeat('x', 600000)), array['quarantined too_large'], 'U3: a large text fits into an empty quarantine');
select is(tests.send_for(3, repeat('y', 500000), repeat('z', 400000)), array['retry quarantine_full', 'quarantined too_large'],
  'U3: a smaller text is kept when a larger one does not fit');
select results_eq('select open_rows, open_bytes, held_rows, held_bytes from ops.quarantine_load where user_id = tests.learner(3)', 'values (2, 1000000::bigint, 0, 0::bigint)',
  'U3: the load of a quarantine counts rows and bytes');
delete from ops.quarantine where user_id = tests.learner(3);
select results_eq('select open_rows, open_bytes from ops.quarantine_load where user_id = tests.learner(3)', 'values (0, 0::bigint)', 'U3: the load of a quarantine follows deletes by hand');
select is_empty($$ select user_id from ops.quarantine_load l full join (
    select user_id, count(*) filter (where status = 'open') as open_rows, coalesce(sum(octet_length(body)) filter (where status = 'open'), 0) as open_bytes,
      count(*) filter (where status = 'held') as held_rows, coalesce(sum(octet_length(body)) filter (where status = 'held'), 0) as held_bytes
    from ops.quarantine group by user_id) q using (user_id)
  where (l.open_rows, l.open_bytes, l.held_rows, l.held_bytes) is distinct from
    (coalesce(q.open_rows, 0), coalesce(q.open_bytes, 0), coalesce(q.held_rows, 0), coalesce(q.held_bytes, 0)) $$, 'U3: the load of every quarantine equals its rows');

select * from finish();
rollback;
