begin;
select plan(5);

select tests.a_release();
-- A clock that is two hours slow, contract version 3, and an event that waited for an hour.
select private.ingest_for(tests.learner(), tests.session(), concat_ws(E'\n', tests.header(jsonb_build_object('contract_version', 3,
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
  'I10: a merge without device data keeps what is known of the device');
select cmp_ok((select clock_skew_ms from known), '>=', 7200000::bigint, 'I10: the known device has a clock skew of two hours');
select cmp_ok((select d.last_seen_at from learner.device d where device_id = tests.device()), '>', (select last_seen_at from known), 'I10: a merge counts as a contact of the device');
select results_eq('select platform, app_version, contract_version, content_version, clock_skew_ms, queue_lag_ms from learner.device where device_id = tests.device(2)',
  $$ values (null::text, null::text, null::integer, null::integer, null::bigint, null::bigint) $$, 'I10: a merge from an unknown device records no device data');
select is((select array_agg(clock_skew_ms is null order by event_id) from learner.event where user_id = tests.learner()), array[false, true, true],
  'I6: events of merges have no clock skew');

select * from finish();
rollback;
