begin;
select plan(23);

select tests.a_release();
-- The least setting: 2 MiB a day.
update ops.pressure_setting set stored_bytes_per_day = 2097152, batch_records_per_day = 3, batch_burst = 1000;
create function pg_temp.attempts(p_from integer, p_count integer) returns text[] language sql
as $$ select array_agg(tests.attempt(n, 1) order by n) from generate_series(p_from, p_from + p_count - 1) n $$;
create function pg_temp.room(p_bytes bigint) returns void language sql
as $$ update learner.state set stored_bytes = 2097152 - p_bytes where user_id = tests.learner() $$;
create function pg_temp.stored() returns bigint language sql as $$ select stored_bytes from learner.state where user_id = tests.learner() $$;
select is(tests.send(variadic pg_temp.attempts(100, 2)), '{applied,applied}'::text[], 'U8: events are stored while the day has room');
create temporary table one on commit drop as
  select (pg_temp.stored() - private.batch_bytes()) / 2 as bytes;
select cmp_ok((select bytes from one), '>', 768::bigint, 'U8: a stored event counts with its row, its index entries and its body');

-- Room for about five events and the batch itself.
select pg_temp.room(private.batch_bytes() + 8000);
create temporary table result on commit drop as
  select r.text, r.place from unnest(tests.send(variadic pg_temp.attempts(1000, 20))) with ordinality r (text, place);
create temporary view fitting as select count(*) as events, max(place) as last from result where text = 'applied';
select ok((select events between 3 and 8 and events = last from fitting), 'U8: the first events of a batch are stored while the day has room');
select is((select array_agg(distinct text) from result, fitting where place > last), '{retry daily_limit}', 'U8: the other events of the batch stay on the device');
select is((select count(*) from learner.event where user_id = tests.learner()), (select 2 + events from fitting), 'U8: an event beyond the day''s limit is not stored');
select is((private.ingest_for(tests.learner(), tests.session(), tests.batch(tests.attempt(2000, 1))) #>> '{results,0,retry_after_s}')::integer between 1 and 21600, true,
  'U8: an event beyond the day''s limit says when to send it again');
select is(tests.send(tests.attempt(100, 1), tests.attempt(3000, 1), tests.attempt(101, 1)), array['duplicate', 'retry daily_limit', 'duplicate'],
  'U1: stored events are still duplicates beyond the day''s limit, in a repeated batch');
select is(tests.send(tests.attempt(3000, 1), tests.attempt(100, 1)), array['retry daily_limit', 'duplicate'],
  'U1: stored events are still duplicates beyond the day''s limit, after a new event');
select is(tests.send(tests.attempt(100, 2)), array['retry daily_limit'], 'U8: another event under a stored id needs room in quarantine');

-- Quarantine, held events and telemetry have the same limit.
select pg_temp.room(100000);
select tests.send('broken', tests.event(50, 'note.written', '{}'));
select cmp_ok(pg_temp.stored(), '>', 2097152::bigint - 100000 + 2 * private.batch_bytes(), 'U8: quarantined texts count');
select pg_temp.room(0);
select is(tests.send('broken', 'new', tests.event(50, 'note.written', '{}'), tests.event(51, 'note.written', '{}'), tests.event(52, 'app.opened', '{"cold": true}')),
  array['quarantined invalid_json', 'retry daily_limit', 'quarantined unknown_type', 'retry daily_limit', 'retry daily_limit'], 'U3, U8: texts that are kept already keep their answer beyond the limit');
select is((select max(times_seen) from ops.quarantine where user_id = tests.learner()), 1, 'U8: beyond the limit no row of quarantine is written again');
select is(tests.send_for(2, tests.attempt(60, 1)), array['applied'], 'U8: the days of other learners are not affected');

-- Records of batches.
select is((select count(*) from learner.batch where user_id = tests.learner()), 3::bigint, 'U8: a learner has so many records of batches a day as the setting says');
select is(tests.send_for(2, '', '', ''), '{}', 'U8: an empty batch is taken');
select tests.send_for(2, '') from generate_series(1, 10);
select is((select count(*) from learner.batch where user_id = tests.learner(2)), 3::bigint, 'U8: empty batches beyond the setting leave no record');
update learner.state set batches = 0 where user_id = tests.learner();
select tests.send(tests.attempt(100, 1));
select is((select count(*) from learner.batch where user_id = tests.learner()), 3::bigint, 'U8: a batch beyond the day''s bytes leaves no record');

-- Tomorrow.
update learner.state set stored_on = stored_on - 1;
select is(tests.send(variadic pg_temp.attempts(1015, 2)), '{applied,applied}'::text[], 'U8: the next day (UTC) has room again');
select cmp_ok(pg_temp.stored(), '<', 10000::bigint, 'U8: the next day begins to count from 0');
update learner.state set stored_on = stored_on + 40, stored_bytes = 2097152;
select is(tests.send(tests.attempt(1017, 1)), array['applied'], 'U8: a server clock that was ahead blocks nobody when it is right again');

-- Progress that rewrites a large row counts with that row.
create temporary table before on commit drop as select pg_temp.stored() as bytes;
update learner.practice set days = (select range_agg(daterange(d::date, d::date + 1)) from generate_series('1990-01-01'::timestamp, '2019-12-31', '2 days') d) where user_id = tests.learner();
select tests.send(tests.attempt(1020, 1));
select cmp_ok(pg_temp.stored() - (select bytes from before), '>', (select pg_column_size(days)::bigint from learner.practice where user_id = tests.learner()),
  'U8: a row that an event writes again counts');

-- The buckets count bytes too.
update ops.pressure_setting set byte_burst = 1048576, bytes_per_s = 1024;
update learner.state set bytes_full_at = clock_timestamp() + interval '1023 seconds' where user_id = tests.learner();
select is((select (private.ingest_for(tests.learner(), tests.session(), tests.batch(repeat('x', 20000))) #>> '{refused,retry_after_s}')::integer between 15 and 25), true,
  'U8: a batch of more bytes than the bucket has is refused, and says when to send it again');
select is((private.ingest_for(tests.learner(), tests.session(), tests.batch('x')) ->> 'batch_id') is not null, true, 'U8: a smaller batch still passes');

select * from finish();
rollback;
