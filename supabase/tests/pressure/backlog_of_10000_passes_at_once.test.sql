begin;
select plan(1);

select tests.a_release();
-- A contact, then 20 full batches. The bucket counts events and does not read them.
select private.ingest_for(tests.learner(), tests.session(), tests.header());
select is((select count(*) from generate_series(1, 20) n where private.take_tokens(tests.learner(), 500) is not null), 0::bigint,
  'U8: a device can hand in 10,000 events at once after a long time offline');

select * from finish();
rollback;
