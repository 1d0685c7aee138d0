begin;
select plan(5);

select tests.a_release();

select is(tests.send(tests.attempt(10, 1), tests.attempt(11, 1)), array['applied', 'applied'], 'I4: sent once');
select is(tests.send(tests.attempt(10, 1), tests.attempt(11, 1)), array['duplicate', 'duplicate'], 'I4: sent again');
select is(tests.send(tests.attempt(11, 1), tests.attempt(12, 1), tests.attempt(10, 1)), array['duplicate', 'applied', 'duplicate'],
  'I4: sent in other company');
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 3, 'I4: three attempts counted');
select is((select count(*) from learner.event where user_id = tests.learner()), 3::bigint, 'I4: three are in the ledger');

select * from finish();
rollback;
