begin;
select plan(7);

select tests.a_release();
select tests.send(
  tests.event(10, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1, 'skill_id', tests.skill(1))),
  tests.attempt(11, 1, tests.in_reset(1, 5)), tests.progress(12, 1, 30, jsonb_build_object('completed',
    array[tests.question(1)]) || tests.in_reset(1, 5)));
create temporary table pulled on commit drop as select private.learner_changes(tests.learner(), null, 500)::jsonb as p;

select is((select p - 'changes' from pulled), jsonb_build_object('more', false, 'cursor',
  private.history() || '.' || (select change_seq from learner.state where user_id = tests.learner())),
  'I8: a pull from the start has everything up to the learner''s change number');
select is((select jsonb_agg(c ->> 'kind') from pulled, jsonb_array_elements(p -> 'changes') c), '["attempt", "session", "skill_progress", "practice"]',
  'I8: changes come in the order of their change numbers');
select is((select p #> '{changes,0,row}' from pulled), jsonb_build_object('event_id', tests.ulid(11), 'session_id',
  tests.ulid(900), 'skill_id', tests.skill(1),
  'question_id', tests.question(1), 'device_id', tests.device(), 'content_version', 1, 'content_state', 'current', 'answer', '{"choice": 1}'::jsonb, 'claimed_correct', true,
  'graded_correct', true, 'duration_ms', 1500, 'reset_count', 1, 'reset_event',
    tests.ulid(5), 'occurred_at', '2025-11-22T10:00:00+00:00', 'utc_offset_minutes', 60,
  'voided', false), 'I8: a pulled attempt has all its fields');
select is((select p #> '{changes,1,row}' from pulled), jsonb_build_object('session_id', tests.ulid(900), 'skill_id',
  tests.skill(1), 'device_id', tests.device(),
  'content_version', 1, 'started_at', '2025-11-22T10:00:00+00:00', 'ended_at', null, 'end_reason', null, 'voided', false), 'I8: a pulled session has all its fields');
select is((select p #> '{changes,2,row}' from pulled), jsonb_build_object('skill_id',
  tests.skill(1), 'reset_count', 1, 'reset_event', tests.ulid(5), 'mastery', 30,
  'completed', array[tests.question(1)], 'attempts', 1, 'correct', 1, 'practiced_at', '2025-11-22T10:00:00+00:00', 'voided', false),
  'I8: pulled progress has all its fields');
select is((select p #> '{changes,3,row}' from pulled), jsonb_build_object('days', '[{"from": "2025-11-22", "to": "2025-11-22"}]'::jsonb,
  'last_day', '2025-11-22', 'streak', 1, 'longest_streak', 1), 'I8: pulled practice has the days and the streaks');
select is(private.learner_changes(tests.learner(9), null, 500)::jsonb,
  jsonb_build_object('changes', '[]'::jsonb, 'cursor', private.history() || '.0', 'more', false),
  'I9: a learner without events pulls nothing');

select * from finish();
rollback;
