begin;
select plan(16);
select tests.a_release();
-- The sums of this file alone. Its rows arrive within its own transaction, so the runs are told how far to count.
delete from ops.health_hour;
delete from ops.health_total;
update private.health_mark set counted_until = now(), judged_until = now(), settled_until = now();
update ops.health_setting set grace = '0';
create function pg_temp.run() returns integer language sql as $$ select private.count_health(clock_timestamp()) $$;
create function pg_temp.sum_of(p_metric text, p_label text default '') returns bigint language sql as
  $$ select sum(amount)::bigint from ops.health_hour where metric = p_metric and label = p_label $$;
create function pg_temp.online(p_label text) returns bigint language sql as
  $$ select pg_temp.sum_of('answer_delay', p_label) - coalesce(pg_temp.sum_of('answer_delay_offline', p_label), 0) $$;
-- An event of p_minutes ago, by a device whose clock is right.
create function pg_temp.made(p_n integer, p_minutes integer, p_type text, p_body jsonb) returns text language sql as $$
  select tests.event(p_n, p_type, p_body, jsonb_build_object(
    'id', private.uuid_to_ulid((left(private.ulid_floor(now() - make_interval(mins => p_minutes))::text, 13) || right(tests.event_id(p_n)::text, 23))::uuid),
    'occurred_at', to_char(now() at time zone 'utc' - make_interval(mins => p_minutes), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'clock_offset_ms', 0)) $$;
create function pg_temp.answered(p_n integer, p_minutes integer) returns text language sql as
  $$ select pg_temp.made(p_n, p_minutes, 'attempt.recorded', (tests.attempt(p_n, 1)::jsonb) -> 'body') $$;
create function pg_temp.offline(p_n integer, p_minutes integer, p_duration integer) returns text language sql as
  $$ select pg_temp.made(p_n, p_minutes, 'offline.used', jsonb_build_object(
    'duration_ms', p_duration * 60000, 'attempts', 1, 'reads', 10, 'local_reads', 9, 'completed', true)) $$;

select tests.send(pg_temp.answered(1, 0), pg_temp.answered(2, 50));
select cmp_ok(pg_temp.run(), '>', 0, 'O4: a run counts what has arrived');
select is(pg_temp.sum_of('answers', 'correct'), 2::bigint, 'O4: answers are counted by the server''s grading');
select is(pg_temp.sum_of('answer_delay', '3600'), 1::bigint, 'O4: an answer that took 50 minutes is in the bucket of an hour');
select is(pg_temp.sum_of('answers_offline'), null, 'O4: without a report the device was online');
select tests.send(pg_temp.answered(1, 0), pg_temp.answered(2, 50));
select pg_temp.run();
select is(pg_temp.sum_of('answers', 'correct'), 2::bigint, 'O4: duplicates are not counted again');

select tests.send(pg_temp.offline(3, 20, 40));
select pg_temp.run();
select is((pg_temp.sum_of('answers_offline'), pg_temp.online('3600'))::text, '(1,0)',
  'O4: a report of an offline period that arrives after its answers moves them out of the delays');
select tests.send(pg_temp.offline(4, 10, 50));
select pg_temp.run();
select is((pg_temp.sum_of('answers_offline'), pg_temp.online('3600'))::text, '(1,0)',
  'O4: a second report about the same answers moves nothing');
select tests.send(pg_temp.answered(5, 15));
select pg_temp.run();
select is((pg_temp.sum_of('answers_offline'), pg_temp.sum_of('answer_delay', '900'))::text, '(2,)',
  'O4: an answer that arrives after the report of its offline period is counted as offline at once');
select is((pg_temp.sum_of('offline_reads'), pg_temp.sum_of('offline_reads_local'))::text, '(20,18)', 'O4: reads of offline periods are summed');

-- The first report is about the three answers. The second one is about three events: one of them applied, one quarantined, one never seen.
select tests.send(pg_temp.made(6, 0, 'outbox.created', '{"events": 3, "waiting": 3}'));
select pg_temp.run();
select tests.send(pg_temp.answered(7, 0), pg_temp.made(8, 0, 'session.ended', '{"session_id": 7, "reason": "completed"}'));
select tests.send(pg_temp.made(9, 0, 'outbox.created', '{"events": 3, "waiting": 3}'));
select pg_temp.run();
select is((pg_temp.sum_of('outbox_events', 'made'), pg_temp.sum_of('outbox_events', 'held'))::text, '(6,5)',
  'O4, U3: an event counts as held in the ledger and in quarantine, and a lost one is missed');

-- Support mends the quarantined event, whose arrival was counted long ago.
select is(pg_temp.sum_of('events', 'session.ended'), null, 'O4: an event that waits in quarantine is not in the ledger');
select * from public.mend_quarantined(tests.learner(), (select encode(sha256, 'hex') from ops.quarantine),
  (select jsonb_set(body::jsonb, '{body,session_id}', to_jsonb(tests.ulid(900))) from ops.quarantine), 'a typing error');
select pg_temp.run(), pg_temp.run();
select is(pg_temp.sum_of('events', 'session.ended'), 1::bigint, 'O4: an event that waited in quarantine is counted once it is applied');

-- The hour of the arrival, and not that of the event, decides. A pause of the job is caught up in steps of an hour.
select is((select count(*) from ops.health_hour where hour not between date_trunc('hour', now(), 'UTC') and clock_timestamp()), 0::bigint, 'O4: late events are counted in the hour of their arrival');
update private.health_mark set counted_until = now() - interval '150 minutes', judged_until = now() - interval '150 minutes';
select pg_temp.run();
select is((select now() - counted_until from private.health_mark), interval '90 minutes', 'O4: a run after a pause counts an hour of arrivals');

select is((select sum(amount) from ops.health_hour), (select sum(amount) from ops.health_total), 'O4: totals are the sums of all hours');
update ops.health_hour set hour = hour - interval '500 days';
select is(ops.prune_health(), (select count(*) from ops.health_total where amount <> 0 or amount = 0), 'O4: expired hours are deleted, and totals stay');

select * from finish();
rollback;
