begin;
select plan(3);

select tests.a_release();
create function pg_temp.event_of(p_n integer, p_bytes integer) returns text
language sql
as $$ select tests.attempt(p_n, 1, jsonb_build_object('x', repeat('x', p_bytes - octet_length(tests.attempt(p_n, 1, '{"x": ""}'))))) $$;

select is(octet_length(pg_temp.event_of(10, 16384)), 16384, 'I7: the test builds an event of exactly 16 KiB');
select is(tests.send(pg_temp.event_of(10, 16384), pg_temp.event_of(11, 16385)), array['applied', 'quarantined too_large'],
  'I7: an event of 16 KiB is applied and a larger one is quarantined');
select results_eq('select event_id, code, octet_length(body) from ops.quarantine where user_id = tests.learner()',
  $$ values (tests.event_id(11), 'too_large', 16385) $$, 'I7: the whole text of a too large event is kept');

select * from finish();
rollback;
