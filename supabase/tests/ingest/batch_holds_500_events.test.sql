begin;
select plan(3);

select tests.a_release();

select is(tests.raised($$ select tests.send(variadic array(select tests.attempt(n, 1) from generate_series(1, 501) n)) $$), 'CR021 500',
  'I7: 501 are too many');
select is((select count(*) from learner.event where user_id = tests.learner()), 0::bigint, 'I7: and none was written');
select is(tests.send(variadic array(select unnest(array['', tests.attempt(n, 1)])
  from generate_series(1, 500) n)), array_fill('applied'::text, array[500]),
  'I7: 500 are not, whatever blank lines are between them');

select * from finish();
rollback;
