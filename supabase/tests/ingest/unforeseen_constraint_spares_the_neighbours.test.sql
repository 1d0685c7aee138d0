begin;
select plan(6);

select tests.a_release();
-- A gap in the validation: a constraint without a rule.
alter table learner.attempt add constraint attempt_duration_not_13 check (duration_ms <> 13) not valid;

select is(tests.send(tests.attempt(10, 1), tests.attempt(11, 2, '{"duration_ms": 13}'), tests.progress(12, 1, 40), 'x',
  tests.attempt(13, 2), tests.attempt(10, 1)),
  array['applied', 'quarantined internal', 'applied', 'quarantined invalid_json', 'applied', 'duplicate'],
  'I7: only the event that violates an unforeseen constraint is quarantined');
select results_eq($$ select event_id, code, status, body from ops.quarantine where user_id = tests.learner() and code = 'internal' $$,
  format($$ values (tests.event_id(11), 'internal', 'open', %L) $$, tests.attempt(11, 2, '{"duration_ms": 13}')), 'I7: the event that violates an unforeseen constraint is kept in quarantine');
select results_eq('select attempts, mastery from learner.skill_progress where user_id = tests.learner()', 'values (2, 40::smallint)',
  'I7: the events beside a violation count in progress');
select is_empty('select from learner.event where user_id = tests.learner() and event_id = tests.event_id(11)',
  'I4: the event that violates an unforeseen constraint is not in the ledger');

alter table learner.attempt drop constraint attempt_duration_not_13;
select is(tests.send(tests.attempt(11, 2, '{"duration_ms": 13}')), array['applied'], 'I7: the event is applied when it is sent again without the constraint');
select is((select status from ops.quarantine where user_id = tests.learner() and event_id = tests.event_id(11)), 'superseded',
  'I7: the quarantined row is superseded when its event is applied');

select * from finish();
rollback;
