begin;
select plan(1);

select tests.a_release();

select results_eq(
  format('select place, id_text, code, field, event_id, type, body is not null from tests.read_batch(%L) order by place',
    tests.batch('', tests.attempt(10, 1), 'x', '', tests.attempt(12, 1, '{}', '{"id": "short"}'), tests.event(11, 'new', '{}'))),
  $$ values (2, tests.ulid(10), null, null, tests.event_id(10), 'attempt.recorded', true),
            (3, null, 'invalid_json', null, null::uuid, null, false),
            (5, 'short', 'invalid_event', 'id', null, 'attempt.recorded', true),
            (6, tests.ulid(11), 'unknown_type', null, null, 'new', true) $$,
  'I7: reading a batch gives each line with its place and its fields or its error');

select * from finish();
rollback;
