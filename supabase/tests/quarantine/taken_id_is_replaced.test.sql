begin;
select plan(7);

select tests.a_release();
select tests.send(tests.progress(10, 1, 40), 'not json');
select tests.send(tests.progress(10, 1, 70));
select is((select code from ops.quarantine where user_id = tests.learner() and event_id is not null), 'id_conflict', 'I4: other content under a known id is a conflict');

select tests.authenticate(tests.learner(3), 'support');
select results_eq('select status, code from public.replay_quarantined(tests.learner(), with_code => ''id_conflict'')',
  $$ values ('open', 'id_conflict') $$, 'I4: a replayed conflict stays a conflict');
create temporary table replayed on commit drop as select * from public.replay_quarantined(tests.learner(), as_new_id => true);
select results_eq('select status, became_event <> tests.ulid(10), left(became_event, 10) from replayed', $$ values ('superseded', true, left(tests.ulid(10), 10)) $$,
  'U3: a conflict replayed under a new id is applied with the same time');
select is_empty('select * from public.replay_quarantined(tests.learner(), as_new_id => true)', 'U3: a conflict is replayed under a new id only once');
select tests.reset_role();
select is((select mastery from learner.skill_progress where user_id = tests.learner()), 70::smallint, 'U3: a conflict replayed under a new id counts in progress');
select is(tests.send(tests.progress(10, 1, 70)), array['quarantined id_conflict'], 'I4: a conflict that its device sends again stays quarantined');
-- The state after a restore that lost the replay.
update ops.quarantine set status = 'open', resolved_at = null, resolved_event = null, mended_body = null where user_id = tests.learner() and event_id is not null;
select is((select became_event from public.replay_quarantined(tests.learner(), as_new_id => true)), (select became_event from replayed),
  'I4: the same text gets the same new id after a restore');

select * from finish();
rollback;
