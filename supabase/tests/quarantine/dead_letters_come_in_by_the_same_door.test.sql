begin;
select plan(9);

select tests.a_release();
create function pg_temp.hand_in(p_reasons text, variadic p_lines text[]) returns text[] language sql as $$
  select tests.results(private.ingest_for(tests.learner(), tests.session(), array_to_string(
    tests.header(jsonb_build_object('dead_letters', p_reasons::jsonb)) || p_lines, E'\n'))) $$;

select is(pg_temp.hand_in('["refused 50 times", null, "not serialisable"]', tests.attempt(10, 1), '', tests.progress(11, 1, 101), '{"id": "01'),
  array['applied', 'quarantined invalid_event body.mastery', 'quarantined invalid_json'],
  'U3: a dead letter is applied if possible, and quarantined otherwise');
select bag_eq('select body, origin, reason from ops.quarantine where user_id = tests.learner()',
  format($$ values (%L, 'dead_letter', null), ('{"id": "01', 'dead_letter', 'not serialisable') $$, tests.progress(11, 1, 101)),
  'U3: a quarantined dead letter has its text and its reason');
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 1, 'U3: an applied dead letter counts in progress');
select is(pg_temp.hand_in('["again"]', tests.attempt(10, 1), '{"id": "01'), array['duplicate', 'quarantined invalid_json'], 'I4: a dead letter that is sent twice counts once');
select results_eq($$ select times_seen, reason from ops.quarantine where body = '{"id": "01' and user_id = tests.learner() $$,
  $$ values (2, 'not serialisable') $$, 'U3: a dead letter without a reason keeps its earlier reason');
select tests.send('met before');
select is(pg_temp.hand_in('["given up"]', 'met before'), array['quarantined invalid_json'], 'U3: a text that was quarantined before is quarantined as a dead letter');
select results_eq($$ select origin, reason from ops.quarantine where body = 'met before' $$, $$ values ('dead_letter', 'given up') $$, 'U3: a text that was quarantined before is marked as a dead letter');
select is(pg_temp.hand_in('[]', tests.event(12, 'session.ended', '{}', jsonb_build_object('learner_id', tests.learner(2)))), array['retry wrong_learner'],
  'I9: a dead letter of another learner stays on the device');
update ops.quarantine_setting set open_rows = 3;
select is(pg_temp.hand_in('["late"]', 'no room'), array['retry quarantine_full'], 'U3: a dead letter stays on the device when the quarantine is full');

select * from finish();
rollback;
