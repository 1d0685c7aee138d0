begin;
select plan(9);

select tests.a_release();
select tests.send('nonsense', tests.progress(10, 1, 101), tests.event(11, 'note.written', '{}'));
create temporary table row on commit drop as select encode(sha256, 'hex') as id, code from ops.quarantine where user_id = tests.learner();
grant select on row to authenticated;

select tests.authenticate(tests.learner(3), 'support');
select bag_eq($$ select status from public.discard_quarantined(tests.learner(), array(select id from row), 'made by a test device') $$,
  array['discarded', 'discarded', 'discarded'], 'U3: support can discard events');
select tests.reset_role();
select is((select count(*) from ops.quarantine where user_id = tests.learner() and status = 'discarded' and resolved_at is not null), 3::bigint, 'U3: discarded events are kept');
select results_eq($$ select distinct actor, reason, outcome from ops.quarantine_action where user_id = tests.learner() $$,
  $$ values (tests.learner(3), 'made by a test device', 'discarded') $$, 'I10: a discard records who did it and why');
select is(tests.send('nonsense'), array['quarantined invalid_json'], 'U3: a discarded text that arrives again is quarantined');
select is((select status from ops.quarantine where body = 'nonsense' and user_id = tests.learner()), 'discarded', 'U3: a discarded text that arrives again stays discarded');
select tests.authenticate(tests.learner(3), 'support');
select is_empty('select * from public.replay_quarantined(tests.learner())', 'U3: a replay skips discarded events');
select bag_eq($$ select status, code from public.restore_quarantined(tests.learner(), array(select id from row), 'they were real') $$,
  $$ values ('open', 'invalid_json'), ('open', 'invalid_event'), ('held', 'unknown_type') $$, 'U3: support can restore discarded events');
select tests.reset_role();
select public.discard_quarantined(tests.learner(), array(select id from row where code = 'invalid_event'), 'again');
select is(tests.send(tests.progress(10, 1, 100)), array['applied'], 'U3: a discarded event that its device corrects is applied');
select is((select status from public.discard_quarantined(tests.learner(), array(select id from row where code = 'invalid_event'), 'too late')), 'superseded',
  'U3: an event that was corrected cannot be discarded');

select * from finish();
rollback;
