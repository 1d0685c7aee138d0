begin;
select plan(7);

select tests.a_release();
-- Times in the format of JavaScript, which most devices send.
create temporary table line on commit drop as
  select n, tests.attempt(n, 1, '{}', '{"occurred_at": "2025-11-22T10:00:00.120Z"}') as line from generate_series(1, 20) n;
select tests.send(variadic array(select line from line where n <= 10 order by n));

select is(tests.send(variadic array(select line from line where n <= 10 order by n)), array_fill('duplicate'::text, array[10]),
  'I4: a replayed batch is all duplicates');
select is(tests.send(variadic array(select line from line where n in (10, 11, 9, 12) order by n % 9)),
  array['duplicate', 'duplicate', 'applied', 'applied'], 'I4: new events among duplicates are applied, with results in request order');
select is(tests.send(
    (select line from line where n = 1),
    tests.attempt(2, 1, '{"duration_ms": 7}', '{"occurred_at": "2025-11-22T10:00:00.120Z"}'),
    tests.attempt(3, 1, '{}', '{"occurred_at": "2025-11-22T10:00:00.121Z"}'),
    tests.attempt(4, 1, '{}', '{"occurred_at": "2025-11-22T10:00:00.120Z", "utc_offset_minutes": 1081}'),
    tests.attempt(5, 1, '{}', jsonb_build_object('occurred_at', '2025-11-22T10:00:00.120Z', 'learner_id', tests.learner(2))),
    tests.attempt(6, 1, '{}', '{"occurred_at": "2025-11-22T11:00:00.120+01:00"}'),
    tests.attempt(7, 1, '{}', '{"occurred_at": "2025-11-22T10:00:00.12Z"}'),
    (select line from line where n = 8) || ' '),
  array['duplicate', 'quarantined id_conflict', 'quarantined id_conflict', 'quarantined invalid_event utc_offset_minutes', 'retry wrong_learner',
    'quarantined invalid_event occurred_at', 'duplicate', 'duplicate'],
  'I4: an event is a duplicate only if all its fields are equal');
select is(tests.send((select line from line where n = 1), '', 'x', (select line from line where n = 13), (select line from line where n = 2)),
  array['duplicate', 'quarantined invalid_json', 'applied', 'duplicate'], 'I7: duplicates and new events beside a broken line keep their results');
select is(tests.send((select line from line where n = 14), (select line from line where n = 1), (select line from line where n = 14)),
  array['applied', 'duplicate', 'duplicate'], 'I4: duplicates are found wherever they stand in the batch');
select is((select count(*) from learner.event where user_id = tests.learner()), 14::bigint, 'I4: the ledger has each replayed event once');
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 14, 'I4: progress counts each replayed attempt once');

select * from finish();
rollback;
