begin;
select plan(3);

select tests.a_release();
-- An hour slow, in the third contract. `by_server` is an unknown field, as any other name is.
select is((private.ingest_for(tests.learner(), tests.session(), concat_ws(E'\n', tests.header(jsonb_build_object('by_server', true, 'contract_version', 3,
    'sent_at', to_char(clock_timestamp() at time zone 'utc' - interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))),
    tests.attempt(10, 1))) #>> '{results,0,status}'), 'applied', 'I7: an unknown header field by_server is ignored');
select is((select (contract_version, clock_skew_ms between 3600000 and 3610000, queue_lag_ms is not null)::text from learner.device where user_id = tests.learner()),
  '(3,t,t)', 'O2: a device that sends by_server is recorded with its contract version, clock skew and queue lag');
select ok((select clock_skew_ms between 3600000 and 3610000 from learner.event where user_id = tests.learner()),
  'I6: events of a device that sends by_server are stamped with its clock skew');

select * from finish();
rollback;
