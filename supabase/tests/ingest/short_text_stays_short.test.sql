begin;
select plan(2);

select tests.a_release();
-- 13 KiB as sent: 1,500 numbers that have 131,001 digits each when written out.
select tests.send(replace(tests.attempt(10, 1, '{"answer": {"choice": 1, "x": "@"}}'), '"@"', '[' || repeat('1e131000,', 1500) || '1]'), tests.attempt(11, 1));

select cmp_ok((select coalesce(sum(octet_length(body::text)), 0) from learner.event where user_id = tests.learner()), '<', 100000::bigint,
  'I7: numbers with large exponents are not stored in expanded form');
select is((select count(*) from learner.event where event_id = tests.event_id(11)), 1::bigint, 'I7: the event beside such numbers is applied');

select * from finish();
rollback;
