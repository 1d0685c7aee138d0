begin;
select plan(5);

select tests.a_release();
-- Two hours slow, in the third contract, and with an event that waited for an hour.
select private.ingest_for(tests.learner(), concat_ws(E'\n', tests.header(jsonb_build_object('contract_version', 3,
  'sent_at', to_char(clock_timestamp() at time zone 'utc' - interval '2 hours', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))),
  tests.attempt(10, 1, '{}', jsonb_build_object('occurred_at', to_char(clock_timestamp() at time zone 'utc' - interval '3 hours', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))));
create temporary table known on commit drop as select * from learner.device;
grant select on known to authenticated;

select tests.authenticate(tests.learner());
select public.merge_progress(tests.ulid(11), tests.device(), '2025-01-01T10:00:00Z', tests.skill(1), 10);
select public.merge_progress(tests.ulid(12), tests.device(2), '2025-01-01T10:00:00Z', tests.skill(1), 10);
select tests.reset_role();
select results_eq('select platform, app_version, contract_version, content_version, clock_skew_ms, queue_lag_ms from learner.device where device_id = tests.device()',
  'select platform, app_version, contract_version, content_version, clock_skew_ms, queue_lag_ms from known',
  'I10: a call that does not say what the device is forgets nothing about it');
select cmp_ok((select clock_skew_ms from known), '>=', 7200000::bigint, 'I10: such as how far its clock is off');
select cmp_ok((select d.last_seen_at from learner.device d where device_id = tests.device()), '>', (select last_seen_at from known), 'I10: it is a contact all the same');
select results_eq('select platform, app_version, contract_version, content_version, clock_skew_ms, queue_lag_ms from learner.device where device_id = tests.device(2)',
  $$ values (null::text, null::text, null::integer, null::integer, null::bigint, null::bigint) $$, 'I10: of another device it makes nothing up');
select is((select array_agg(clock_skew_ms is null order by event_id) from learner.event where user_id = tests.learner()), array[false, true, true],
  'I6: nor of the clock that its events were made by');

select * from finish();
rollback;
