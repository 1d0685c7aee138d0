begin;
select plan(13);

select tests.a_release();
-- Events 10 to 39 are device 1's, 40 and later device 2's.
select private.ingest_for(tests.learner(), tests.session(), concat_ws(E'\n', tests.header(), line, tests.progress(19, 1, 30)))
from concat_ws(E'\n', tests.attempt(10, 1), tests.attempt(11, 1, '{"correct": false}'),
  tests.event(12, 'session.started', jsonb_build_object('session_id', tests.ulid(901), 'content_version', 1)),
  tests.event(13, 'session.ended', jsonb_build_object('session_id', tests.ulid(901), 'reason', 'completed')),
  tests.event(14, 'session.started', jsonb_build_object('session_id', tests.ulid(902), 'content_version', 1)),
  tests.event(15, 'session.ended', jsonb_build_object('session_id', tests.ulid(903), 'reason', 'completed')),
  tests.attempt(16, 2), tests.attempt(17, 1)) line;
create function pg_temp.of_device(p_line text) returns text language sql
as $$ select replace(p_line, tests.device()::text, tests.device(2)::text) $$;
select tests.send(pg_temp.of_device(tests.attempt(40, 1)),
  pg_temp.of_device(tests.event(41, 'session.ended', jsonb_build_object('session_id', tests.ulid(902), 'reason', 'timed_out'))),
  pg_temp.of_device(tests.event(42, 'session.started', jsonb_build_object('session_id', tests.ulid(904), 'content_version', 1))));
update learner.attempt set voided_at = now() where event_id = tests.event_id(16);
update learner.attempt set duration_ms = 2500 where event_id = tests.event_id(17);

create function pg_temp.own(p_device integer) returns setof text language sql
as $$
  select coalesce(c -> 'row' ->> 'event_id', c -> 'row' ->> 'session_id')
  from json_array_elements(private.learner_changes(tests.learner(), null, 500, null, tests.device(p_device)) -> 'changes') c
  where (c ->> 'own')::boolean
$$;
create temporary table marked on commit drop as select pg_temp.own(1) as id;

select isnt_empty(format('select from marked where id = %L', tests.ulid(10)), 'U6: an attempt that the server graded like the device is an own row');
select is_empty(format('select from marked where id = %L', tests.ulid(11)), 'U6: an attempt that the server graded differently is not an own row');
select isnt_empty(format('select from marked where id = %L', tests.ulid(901)), 'U6: a session that the device started and ended is an own row');
select is_empty(format('select from marked where id = %L', tests.ulid(902)), 'U6: a session that another device ended is not an own row');
select isnt_empty(format('select from marked where id = %L', tests.ulid(903)), 'U6: a session without a start belongs to the device that ended it');
select is_empty(format('select from marked where id = %L', tests.ulid(16)), 'U6: a voided attempt is not an own row');
select is_empty(format('select from marked where id = %L', tests.ulid(17)), 'U6: an attempt edited by hand is not an own row');
select is_empty(format('select from marked where id = any (%L)', array[tests.ulid(40), tests.ulid(904)]), 'U6: rows of another device are not own rows');
select results_eq('select pg_temp.own(2)', array[tests.ulid(40), tests.ulid(904)], 'U6: the other device has its rows as own rows');
select is_empty('select pg_temp.own(3)', 'U6: a device without events has no own rows');
select is_empty('select pg_temp.own(null)', 'U6: a caller who names no device has no own rows');
select is((select bool_or((c ->> 'own')::boolean)
  from json_array_elements(private.learner_changes(tests.learner(), null, 500, null, tests.device()) -> 'changes') c
  where c ->> 'kind' = 'skill_progress'), false, 'U6: progress is never an own row, because it merges all devices');
select tests.authenticate(tests.learner());
select set_eq(format($$ select coalesce(c -> 'row' ->> 'event_id', c -> 'row' ->> 'session_id')
  from json_array_elements(public.learner_changes(device => %L) -> 'changes') c where (c ->> 'own')::boolean $$, tests.device(2)),
  array[tests.ulid(40), tests.ulid(904)], 'U6: a pull over RPC marks own rows');

select * from finish();
rollback;
