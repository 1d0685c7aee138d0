begin;
select plan(7);

select tests.a_release();
select tests.send(tests.attempt(10, 1, '{"duration_ms": 1}'));
create temporary table before on commit drop as select * from learner.event where user_id = tests.learner();
create temporary table progress_before on commit drop as select * from learner.skill_progress where user_id = tests.learner();

select is(tests.send(tests.attempt(10, 1, '{"duration_ms": 2}')), array['quarantined id_conflict'], 'I4: an event with another body under a known id is a conflict');
select is(tests.send(tests.attempt(10, 1, '{"duration_ms": 1}', '{"occurred_at": "2025-11-22T10:00:01Z"}')), array['quarantined id_conflict'],
  'I4: an event with another time under a known id is a conflict');
select is(tests.send(tests.progress(10, 1, 50)), array['quarantined id_conflict'], 'I4: an event with another type under a known id is a conflict');
select set_eq('select * from learner.event where user_id = tests.learner()', 'table before', 'I4: a conflict leaves the ledger as it was');
select set_eq('select * from learner.skill_progress where user_id = tests.learner()', 'table progress_before',
  'I4: a conflict leaves the progress as it was');
select results_eq($$ select event_id, status, count(*) from ops.quarantine
  where user_id = tests.learner() and code = 'id_conflict' group by 1, 2 $$,
  $$ values (tests.event_id(10), 'open', 3::bigint) $$, 'I7: every conflicting event is kept in quarantine');
select tests.send(tests.attempt(10, 1, '{"duration_ms": 1}'));
select is((select count(*) from ops.quarantine where user_id = tests.learner() and status = 'open'), 3::bigint,
  'I7: conflicts stay open when the original event is sent again');

select * from finish();
rollback;
