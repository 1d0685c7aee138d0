begin;
select plan(8);

select tests.a_release();
create function pg_temp.newest() returns uuid language sql
as $$ select s.newest_event from learner.state s where s.user_id = tests.learner() $$;
create function pg_temp.telemetry(p_n integer) returns text language sql
as $$ select tests.event(p_n, 'outbox.created', '{"events": 24, "waiting": 24}') $$;

-- A learner whose newest event is event 9. This transaction holds the locks of every partition that it has read.
insert into learner.state (user_id, newest_event) values (tests.learner(), tests.event_id(9));
select is(tests.send(tests.attempt(11, 1), pg_temp.telemetry(12), tests.attempt(10, 2)), array['applied', 'applied', 'applied'],
  'I4: ids beyond the newest event are applied in any order');
select is(
  (select count(distinct l.relation)
   from pg_locks l
   join pg_inherits i on i.inhrelid = l.relation
   where l.pid = pg_backend_pid() and i.inhparent in ('learner.event'::regclass, 'ops.telemetry'::regclass)),
  2::bigint, 'O6: ids beyond the newest event lock only the partitions that they go into');
select is(pg_temp.newest(), tests.event_id(12), 'I4: the newest event counts ledger and telemetry together');

select is(tests.send(tests.attempt(5, 1), tests.attempt(13, 1)), array['applied', 'applied'], 'I4: an event with an older id is looked up and applied');
select is(pg_temp.newest(), tests.event_id(13), 'I4: the newest event grows with a newer id');
select is(tests.send(tests.attempt(13, 1), tests.attempt(5, 1)), array['duplicate', 'duplicate'], 'I4: known events are duplicates');
select is(tests.send(tests.attempt(6, 1)), array['applied'], 'I4: an unknown older event is applied after duplicates');
select is(pg_temp.newest(), tests.event_id(13), 'I4: an older event does not lower the newest event');

select * from finish();
rollback;
