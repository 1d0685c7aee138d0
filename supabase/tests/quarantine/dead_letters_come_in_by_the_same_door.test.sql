begin;
select plan(9);

select tests.a_release();
create function pg_temp.hand_in(p_reasons text, variadic p_lines text[]) returns text[] language sql as $$
  select tests.results(private.ingest_for(tests.learner(), array_to_string(
    tests.header(jsonb_build_object('dead_letters', p_reasons::jsonb)) || p_lines, E'\n'))) $$;

select is(pg_temp.hand_in('["refused 50 times", null, "not serialisable"]', tests.attempt(10, 1), '', tests.progress(11, 1, 101), '{"id": "01'),
  array['applied', 'quarantined invalid_event body.mastery', 'quarantined invalid_json'],
  'U3: what applies after all does, and the rest is kept: the device may let go of either');
select bag_eq('select body, origin, reason from ops.quarantine where user_id = tests.learner()',
  format($$ values (%L, 'dead_letter', null), ('{"id": "01', 'dead_letter', 'not serialisable') $$, tests.progress(11, 1, 101)),
  'U3: as the device held it, with its own reason, in the order of the lines');
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 1, 'U3: the one that applied counts');
select is(pg_temp.hand_in('["again"]', tests.attempt(10, 1), '{"id": "01'), array['duplicate', 'quarantined invalid_json'], 'I4: handed in twice it counts once');
select results_eq($$ select times_seen, reason from ops.quarantine where body = '{"id": "01' and user_id = tests.learner() $$,
  $$ values (2, 'not serialisable') $$, 'U3: a letter for which no reason was given keeps the one it had');
select tests.send('met before');
select is(pg_temp.hand_in('["given up"]', 'met before'), array['quarantined invalid_json'], 'U3: a text that was kept before …');
select results_eq($$ select origin, reason from ops.quarantine where body = 'met before' $$, $$ values ('dead_letter', 'given up') $$, 'U3: … is a dead letter from then on');
select is(pg_temp.hand_in('[]', tests.event(12, 'session.ended', '{}', jsonb_build_object('learner_id', tests.learner(2)))), array['retry wrong_learner'],
  'I9: another learner''s letter stays on the device');
update ops.quarantine_setting set open_rows = 3;
select is(pg_temp.hand_in('["late"]', 'no room'), array['retry quarantine_full'], 'U3: where there is no room the device keeps it');

select * from finish();
rollback;
