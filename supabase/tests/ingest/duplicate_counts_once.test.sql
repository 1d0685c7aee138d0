begin;
select plan(5);

select tests.a_release();

select is(tests.send(tests.attempt(10, 1), tests.attempt(11, 1)), array['applied', 'applied'], 'I4: events that are sent once are applied');
select is(tests.send(tests.attempt(10, 1), tests.attempt(11, 1)), array['duplicate', 'duplicate'], 'I4: events that are sent again are duplicates');
select is(tests.send(tests.attempt(11, 1), tests.attempt(12, 1), tests.attempt(10, 1)), array['duplicate', 'applied', 'duplicate'],
  'I4: events that are sent again with new ones are duplicates');
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 3, 'I4: a duplicate attempt does not count in progress');
select is((select count(*) from learner.event where user_id = tests.learner()), 3::bigint, 'I4: a duplicate event is not in the ledger twice');

select * from finish();
rollback;
