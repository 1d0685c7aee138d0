begin;
select plan(3);

select tests.a_release();
select private.ingest_for(tests.learner(), tests.session(), concat_ws(E'\n',
  tests.header(jsonb_build_object('sent_at', to_char(clock_timestamp() at time zone 'utc' - interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))),
  tests.attempt(10, 1)));

select ok((select clock_skew_ms between 3600000 and 3610000 from learner.device where user_id = tests.learner()),
  'I6: a clock one hour behind has a skew in milliseconds');
select is((select clock_skew_ms from learner.event where user_id = tests.learner()), (select clock_skew_ms
  from learner.device where user_id = tests.learner()),
  'I6: events are stamped with the clock skew of their device');
select lives_ok($$ select private.ingest_for(tests.learner(), tests.session(), tests.header('{"sent_at": "2999-12-31T23:59:59.999999Z"}')) $$,
  'I7: a header with a time far in the future is accepted');

select * from finish();
rollback;
