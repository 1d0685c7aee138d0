begin;
select plan(7);

select tests.a_release();
select tests.send(tests.progress(10, 1, 40), 'not json');
select tests.send(tests.progress(10, 1, 70));
select is((select code from ops.quarantine where user_id = tests.learner() and event_id is not null), 'id_conflict', 'I4: the second content is kept apart');

select tests.authenticate(tests.learner(3), 'support');
select results_eq('select status, code from public.replay_quarantined(tests.learner(), with_code => ''id_conflict'')',
  $$ values ('open', 'id_conflict') $$, 'I4: as it is, it stays one');
create temporary table replayed on commit drop as select * from public.replay_quarantined(tests.learner(), as_new_id => true);
select results_eq('select status, became_event <> tests.ulid(10), left(became_event, 10) from replayed', $$ values ('superseded', true, left(tests.ulid(10), 10)) $$,
  'U3: under a new id of the same time it applies; only what has lost its id gets one');
select is_empty('select * from public.replay_quarantined(tests.learner(), as_new_id => true)', 'U3: once');
select tests.reset_role();
select is((select mastery from learner.skill_progress where user_id = tests.learner()), 70::smallint, 'U3: it counts');
select is(tests.send(tests.progress(10, 1, 70)), array['quarantined id_conflict'], 'I4: its device may send it again');
-- After a restore that has lost the replay.
update ops.quarantine set status = 'open', resolved_at = null, resolved_event = null, mended_body = null where user_id = tests.learner() and event_id is not null;
select is((select became_event from public.replay_quarantined(tests.learner(), as_new_id => true)), (select became_event from replayed),
  'I4: the same text gets the same id again, so that it counts once');

select * from finish();
rollback;
