begin;
select plan(14);

select tests.a_release();
update ops.quarantine_setting set open_rows = 3, held_rows = 1, retry_after_s = 3600;

select is(tests.send('a', tests.attempt(10, 1), 'b', 'c', 'd', tests.event(11, 'note.written', '{}'), tests.event(12, 'note.written', '{}'), 'a'),
  array['quarantined invalid_json', 'applied', 'quarantined invalid_json', 'quarantined invalid_json', 'retry quarantine_full', 'quarantined unknown_type',
    'retry quarantine_full', 'quarantined invalid_json'],
  'U3: what does not fit stays with the device; good events apply, held ones count apart, and the same text takes room once');
select is((select array_agg(body order by body) from ops.quarantine where user_id = tests.learner() and status = 'open'), '{a,b,c}'::text[], 'U3: what was said to be kept is');
select results_eq('select events, applied, quarantined, retry from learner.batch where user_id = tests.learner()', 'values (8, 1, 5, 2)', 'U2: the batch''s record adds up');
select is(tests.send('a', 'd'), array['quarantined invalid_json', 'retry quarantine_full'], 'U3: a text that is kept already is no more to be kept');
select is(private.ingest_for(tests.learner(), tests.batch('d')) -> 'results' -> 0 ->> 'retry_after_s', '3600', 'U2: it says when to come again');
select is(tests.send_for(2, 'd'), array['quarantined invalid_json'], 'I9: another learner has room of their own');

select public.discard_quarantined(tests.learner(), array[tests.quarantine_id('a')], 'noise');
select is(tests.send('a', 'd', 'e'), array['quarantined invalid_json', 'quarantined invalid_json', 'retry quarantine_full'], 'U3: what support discards makes room');
select bag_eq('select body from ops.quarantine where user_id = tests.learner()', array['a', 'b', 'c', 'd', tests.event(11, 'note.written', '{}')],
  'U3: nothing was dropped for it');
insert into private.event_type (type, version, rules) values ('note.written', 1, '$.body.type() == "object"');
select is(tests.send(tests.event(12, 'note.written', '{}'), tests.event(13, 'badge.earned', '{}')), array['applied', 'quarantined unknown_type'],
  'U3: what applies makes room too');

-- By bytes: 1 MiB of them, of which a text of 600,000 leaves 448,576.
update ops.quarantine_setting set open_rows = 100, open_bytes = 1048576;
select is(tests.send_for(3, repeat('x', 600000)), array['quarantined too_large'], 'U3: a large text');
select is(tests.send_for(3, repeat('y', 500000), repeat('z', 400000)), array['retry quarantine_full', 'quarantined too_large'],
  'U3: of two it is the smaller that fits, whichever comes first');
select results_eq('select open_rows, open_bytes, held_rows, held_bytes from ops.quarantine_load where user_id = tests.learner(3)', 'values (2, 1000000::bigint, 0, 0::bigint)',
  'U3: rows and bytes are counted');
delete from ops.quarantine where user_id = tests.learner(3);
select results_eq('select open_rows, open_bytes from ops.quarantine_load where user_id = tests.learner(3)', 'values (0, 0::bigint)', 'U3: edits by hand too');
select is_empty($$ select user_id from ops.quarantine_load l full join (
    select user_id, count(*) filter (where status = 'open') as open_rows, coalesce(sum(octet_length(body)) filter (where status = 'open'), 0) as open_bytes,
      count(*) filter (where status = 'held') as held_rows, coalesce(sum(octet_length(body)) filter (where status = 'held'), 0) as held_bytes
    from ops.quarantine group by user_id) q using (user_id)
  where (l.open_rows, l.open_bytes, l.held_rows, l.held_bytes) is distinct from
    (coalesce(q.open_rows, 0), coalesce(q.open_bytes, 0), coalesce(q.held_rows, 0), coalesce(q.held_bytes, 0)) $$, 'U3: the counts are what is there');

select * from finish();
rollback;
