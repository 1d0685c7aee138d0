begin;
select plan(4);

select tests.a_release();

select is(tests.send(
    tests.attempt(10, 1, '{}', '{"id": "00000000000000000000000001", "occurred_at": "1970-01-01T00:00:00Z"}'),
    tests.attempt(11, 1, '{}', jsonb_build_object('id', private.uuid_to_ulid(private.ulid_floor('2300-01-01')), 'occurred_at', '2300-01-01T00:00:00Z')),
    tests.attempt(12, 1, '{}', '{"id": "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "occurred_at": "2999-12-31T23:59:59.999999Z"}')),
  array['applied', 'applied', 'applied'], 'I4: events with dates far in the past or future are applied');
select is((select count(*) from learner.event_default where user_id = tests.learner()), 3::bigint, 'I4: events with dates far in the past or future are in the default partition');
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 3, 'I5: events with dates far in the past or future count in progress');
select is(tests.send(tests.attempt(10, 1, '{}', '{"id": "00000000000000000000000001", "occurred_at": "1970-01-01T00:00:00Z"}')),
  array['duplicate'], 'I4: a repeated event with a date far in the past is a duplicate');

select * from finish();
rollback;
