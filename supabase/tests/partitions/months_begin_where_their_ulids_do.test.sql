begin;
select plan(4);

select is(private.ulid_floor('1970-01-01 00:00+00'), '00000000-0000-0000-0000-000000000000', 'I6: the epoch has the lowest ULID');
select is(private.uuid_to_ulid(private.ulid_floor('2025-11-22 05:18:38.08+00')), '01KAN000000000000000000000',
  'I6: ulid_floor gives the first ULID of a millisecond');
select ok(private.ulid_floor('2300-01-01') > private.ulid_floor('2299-12-31 23:59:59.999'), 'I6: ulid_floor grows with time');

select ops.ensure_partitions('2040-01-01', 1);
select tests.a_release();
select tests.send(variadic array(
  select tests.attempt(10 + place::integer, 1, '{}', jsonb_build_object('id', id))
  from unnest(array['01ZZZZZZZZ0000000000000000', private.uuid_to_ulid(private.ulid_floor('2040-02-01 00:00+00')),
    -- The last ULID of January.
    left(private.uuid_to_ulid(private.ulid_floor('2040-01-31 23:59:59.999+00')), 10) || repeat('Z', 16)])
  with ordinality t (id, place)));
select set_eq('select tableoid::regclass::text as name from learner.event where user_id = tests.learner()',
  $$ values ('learner.event_default'), ('learner.event_2040_02'), ('learner.event_2040_01') $$, 'I6: each event is stored in the partition of the month of its id');

select * from finish();
rollback;
