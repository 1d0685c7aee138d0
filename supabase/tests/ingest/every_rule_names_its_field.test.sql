begin;
select plan(33);

select tests.a_release();
-- One broken value for each rule of private.event_rule.
create temporary table bad (type text, field text, line text) on commit drop;
insert into bad values
  ('event', '', '[1]'),
  ('event', 'id', tests.attempt(10, 1, '{}', '{"id": "01kan000000000000000000010"}')),
  ('event', 'type', tests.attempt(11, 1, '{}', '{"type": ""}')),
  ('event', 'version', tests.attempt(12, 1, '{}', '{"version": 0}')),
  ('event', 'learner_id', tests.attempt(13, 1, '{}', '{"learner_id": "1EA40000-0000-4000-8000-000000000001"}')),
  ('event', 'device_id', tests.attempt(14, 1, '{}', '{"device_id": null}')),
  ('event', 'occurred_at', tests.attempt(15, 1, '{}', '{"occurred_at": "2025-02-29T10:00:00Z"}')),
  ('event', 'utc_offset_minutes', tests.attempt(16, 1, '{}', '{"utc_offset_minutes": 1081}')),
  ('event', 'clock_offset_ms', tests.attempt(16, 1, '{}', '{"clock_offset_ms": 0.5}')),
  ('event', 'answered_at', tests.attempt(16, 1, '{}', '{"answered_at": "2026-02-30T10:00:00Z"}')),
  ('event', 'body', tests.attempt(17, 1, '{}', '{"body": []}')),
  ('session.started', 'body.session_id', tests.event(20, 'session.started', '{"content_version": 1}')),
  ('session.started', 'body.skill_id', tests.event(21, 'session.started', jsonb_build_object('session_id',
    tests.ulid(1), 'content_version', 1, 'skill_id', 5))),
  ('session.started', 'body.content_version', tests.event(22, 'session.started', jsonb_build_object('session_id',
    tests.ulid(1), 'content_version', 0))),
  ('session.ended', 'body.session_id', tests.event(23, 'session.ended', '{"session_id": "x", "reason": "completed"}')),
  ('session.ended', 'body.reason', tests.event(24, 'session.ended', jsonb_build_object('session_id',
    tests.ulid(1), 'reason', '["completed"]'::jsonb))),
  ('attempt.recorded', 'body.session_id', tests.attempt(30, 1, '{"session_id": null}')),
  ('attempt.recorded', 'body.question_id', tests.attempt(31, 1, '{"question_id": "x"}')),
  ('attempt.recorded', 'body.content_version', tests.attempt(32, 1, '{"content_version": 2147483648}')),
  ('attempt.recorded', 'body.answer', tests.attempt(33, 1, '{"answer": [{"choice": 1}]}')),
  ('attempt.recorded', 'body.correct', tests.attempt(34, 1, '{"correct": "true"}')),
  ('attempt.recorded', 'body.duration_ms', tests.attempt(35, 1, '{"duration_ms": 86400001}')),
  ('attempt.recorded', 'body.reset', tests.attempt(36, 1, '{"reset": {"count": 1}}')),
  ('progress.advanced', 'body.skill_id', tests.progress(40, 1, 1, '{"skill_id": null}')),
  ('progress.advanced', 'body.mastery', tests.progress(41, 1, -1)),
  ('progress.advanced', 'body.completed', tests.progress(42, 1, 1, '{"completed": ["x"]}')),
  ('progress.advanced', 'body.reset', tests.progress(43, 1, 1, format('{"reset": {"count": 2147483648, "event": %s}}', to_json(tests.ulid(5)))::jsonb)),
  ('progress.reset', 'body.skill_id', tests.event(44, 'progress.reset', '{"count": 1}')),
  ('progress.reset', 'body.count', tests.reset(45, 1, 0)),
  ('progress.reset', 'body.base', tests.reset(46, 1, 1, '{"base": {"mastery": 101}}'));

select set_eq('select type, field from bad', $$ select r.type, r.field from private.event_rule r join private.event_type t using (type, version) where t.type <> 'batch' and t.kept_in = 'ledger' $$,
  'I7: every rule of the ledger events has a case here');
select is(tests.send(line), array[concat_ws(' ', 'quarantined invalid_event', nullif(field, ''))],
  format('I7: %s breaks %s', type, coalesce(nullif(field, ''), 'its form'))) from bad;
select is((select count(*) from learner.event where user_id = tests.learner()), 0::bigint, 'I7: a broken event is not applied');
select is((select count(*) from ops.quarantine where user_id = tests.learner() and status = 'open' and code = 'invalid_event'), (select count(*) from bad),
  'I7: every broken event is quarantined');

select * from finish();
rollback;
