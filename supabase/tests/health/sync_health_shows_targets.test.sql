begin;
select plan(18);
delete from ops.health_hour;
delete from ops.health_gauge;
create function pg_temp.add(p_metric text, p_label text, p_amount bigint) returns void language sql as $$
  insert into ops.health_hour as h values (date_trunc('hour', now(), 'UTC'), p_metric, p_label, p_amount)
  on conflict (hour, metric, label) do update set amount = h.amount + excluded.amount $$;
create function pg_temp.status_of(p_name text) returns text language sql as
  $$ select status || coalesce(' ' || round(value::numeric, 4), '') from public.sync_health where name = p_name $$;

select is((select array_agg(id order by id) from ops.health_target_setting), (select array_agg(name order by name) from public.sync_health),
  'O4: sync_health has one row for each target');
select is(pg_temp.status_of('sync_success'), 'unknown', 'O4: without samples a status is unknown');
select pg_temp.add('outbox_events', 'made', 40);
select is(pg_temp.status_of('sync_success'), 'unknown 0.0000', 'O4: the share of events held is 0 if none is held');
select pg_temp.add('outbox_events', 'made', 10), pg_temp.add('outbox_events', 'held', 10);
select is(pg_temp.status_of('sync_success'), 'unknown 0.2000', 'O4: a status of too few samples is unknown');
select pg_temp.add('outbox_events', 'made', 9950), pg_temp.add('outbox_events', 'held', 9985);
select is(pg_temp.status_of('sync_success'), 'ok 0.9995', 'O4: 99.95 % of the events held meets the target of 99.9 %');
select pg_temp.add('outbox_events', 'held', -10);
select is(pg_temp.status_of('sync_success'), 'warning 0.9985', 'O4: 99.85 % of the events held misses the target');
select pg_temp.add('outbox_events', 'held', -1000);
select is(pg_temp.status_of('sync_success'), 'failing 0.8985', 'O4: a value far from its target is failing');

select pg_temp.add('answer_delay', '1', 30), pg_temp.add('answer_delay', '900', 10), pg_temp.add('answer_delay_ms', '', 40 * 200000);
select is(pg_temp.status_of('action_to_server'), 'ok 200.0000', 'O4: a mean of 200 seconds meets the target of five minutes');
select pg_temp.add('recovery', '60', 8), pg_temp.add('cache_repair', '5', 1), pg_temp.add('cache_repair', '300', 1);
select is(pg_temp.status_of('recovery'), 'ok 0.9000', 'O4: nine of ten recoveries within a minute meet the target');
select pg_temp.add('offline_reads', '', 100), pg_temp.add('offline_reads_local', '', 79);
select is(pg_temp.status_of('local_reads'), 'warning 0.7900', 'O4: 79 % of local reads misses the target of 80 %');
insert into ops.health_hour values (date_trunc('hour', now() - interval '8 days', 'UTC'), 'cache_checks', 'damaged', 100);
select is(pg_temp.status_of('cache_mismatches'), 'unknown', 'O4: older hours than the period do not count');

-- Of the present: devices, quarantine, webhooks and jobs.
select tests.a_release();
-- Releases are append-only, so this one is made old with its trigger off.
alter table content.release disable trigger user;
update content.release set published_at = now() - interval '3 days';
alter table content.release enable trigger user;
insert into learner.device (user_id, device_id, content_version, first_seen_at, last_seen_at)
select tests.learner(n), tests.device(n), case when n <= 9 then 1 else 0 end, now(), now() - interval '1 hour' from generate_series(1, 10) n;
insert into learner.device (user_id, device_id, content_version, first_seen_at, last_seen_at)
values (tests.learner(11), tests.device(11), 0, now(), now() - interval '60 hours');
select ops.measure_health();
select is(pg_temp.status_of('newest_content'), 'warning 0.9000', 'O4: devices count that were seen a day or more after the release');
select is(pg_temp.status_of('quarantine_age'), 'ok 0.0000', 'O4: an empty quarantine is as young as can be');
select tests.send(tests.event(1, 'session.started', '{"session_id": 7}'));
update ops.quarantine set first_seen_at = now() - interval '4 days';
select ops.measure_health();
select is(pg_temp.status_of('quarantine_age'), 'warning 345600.0000', 'O4: an event that has waited four days for support is a warning');
update ops.job set last_run_at = now(), failures = 0, last_error = null;
update ops.job set failures = 1, last_error = 'x' where name = 'health';
update ops.job set last_run_at = now() - interval '1 year' where name in ('telemetry', 'batches');
select is(pg_temp.status_of('jobs'), 'failing 3.0000', 'O4: failing and late jobs are counted');

select tests.authenticate(tests.learner());
select throws_ok('select * from public.sync_health', 'CR001', null, 'O4, I9: learners do not see the health of the service');
select tests.authenticate(tests.learner(8), 'support');
select isnt_empty('select * from public.sync_health', 'O4: support sees the health of the service');
select throws_ok('select ops.roll_up_health()', '42501', null, 'O4, I9: users run no job');

select * from finish();
rollback;
