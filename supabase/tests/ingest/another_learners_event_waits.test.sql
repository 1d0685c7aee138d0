begin;
select plan(5);

select tests.a_release();

select is(tests.send_as(tests.learner(2), tests.attempt(10, 1), replace(tests.attempt(11, 1), tests.learner()::text, tests.learner(2)::text)),
  array['retry wrong_learner', 'applied'], 'I9: an event of another learner stays with its device');
select is((select count(*) from learner.event where event_id = tests.event_id(10)), 0::bigint, 'I9: an event of another learner is in no ledger');
select is_empty('select from ops.quarantine where user_id in (tests.learner(1), tests.learner(2))', 'I9: an event of another learner is not quarantined');
select is_empty('select from learner.skill_progress where user_id = tests.learner(1)', 'I9: an event sent by another learner does not change its learner''s progress');
select is(tests.send(tests.attempt(10, 1)), array['applied'], 'I4: an event sent by its own learner is applied');

select * from finish();
rollback;
