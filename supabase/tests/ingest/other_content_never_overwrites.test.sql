begin;
select plan(7);

select tests.a_release();
select tests.send(tests.attempt(10, 1, '{"duration_ms": 1}'));
create temporary table before on commit drop as select * from learner.event where user_id = tests.learner();
create temporary table progress_before on commit drop as select * from learner.skill_progress where user_id = tests.learner();

select is(tests.send(tests.attempt(10, 1, '{"duration_ms": 2}')), array['quarantined id_conflict'], 'I4: another body under a known id');
select is(tests.send(tests.attempt(10, 1, '{"duration_ms": 1}', '{"occurred_at": "2025-11-22T10:00:01Z"}')), array['quarantined id_conflict'],
  'I4: another time');
select is(tests.send(tests.progress(10, 1, 50)), array['quarantined id_conflict'], 'I4: another type');
select set_eq('select * from learner.event where user_id = tests.learner()', 'table before', 'I4: the first stays in the ledger');
select set_eq('select * from learner.skill_progress where user_id = tests.learner()', 'table progress_before',
  'I4: and in the projections');
select results_eq($$ select event_id, status, count(*) from ops.quarantine
  where user_id = tests.learner() and code = 'id_conflict' group by 1, 2 $$,
  $$ values (tests.event_id(10), 'open', 3::bigint) $$, 'I7: the others are kept');
select tests.send(tests.attempt(10, 1, '{"duration_ms": 1}'));
select is((select count(*) from ops.quarantine where user_id = tests.learner() and status = 'open'), 3::bigint,
  'I7: and stay open when the first comes again');

select * from finish();
rollback;
