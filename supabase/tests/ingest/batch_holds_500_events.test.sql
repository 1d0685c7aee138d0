begin;
select plan(3);

select tests.a_release();

select is(tests.raised($$ select tests.send(variadic array(select tests.attempt(n, 1) from generate_series(1, 501) n)) $$), 'CR021 500',
  'I7: a batch of 501 events is refused');
select is((select count(*) from learner.event where user_id = tests.learner()), 0::bigint, 'I7: a refused batch writes no event');
select is(tests.send(variadic array(select unnest(array['', tests.attempt(n, 1)])
  from generate_series(1, 500) n)), array_fill('applied'::text, array[500]),
  'I7: a batch of 500 events with blank lines between them is applied');

select * from finish();
rollback;
