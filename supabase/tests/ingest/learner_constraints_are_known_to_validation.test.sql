begin;
select plan(21);

select tests.a_release();
-- Every named constraint that a field of an event can reach, and an event that would violate it.
create temporary table violation (rule text, result text, line text) on commit drop;
insert into violation values
  ('event_type_version_positive', 'invalid_event version', tests.attempt(10, 1, '{}', '{"version": -1}')),
  ('event_utc_offset_in_range', 'invalid_event utc_offset_minutes', tests.attempt(11, 1, '{}', '{"utc_offset_minutes": -1081}')),
  ('event_body_is_object', 'invalid_event body', tests.attempt(12, 1, '{}', '{"body": "x"}')),
  ('event_reset_count_positive', 'invalid_event body.reset', tests.attempt(13, 1, tests.in_reset(-1, 5))),
  ('event_attempt_is_stamped', 'unknown_content', tests.attempt(14, 9)),
  ('session_end_reason_known', 'invalid_event body.reason', tests.event(15, 'session.ended', jsonb_build_object('session_id',
    tests.ulid(900), 'reason', 'bored'))),
  ('attempt_duration_in_range', 'invalid_event body.duration_ms', tests.attempt(16, 1, '{"duration_ms": -1}')),
  ('attempt_content_version_positive', 'invalid_event body.content_version', tests.attempt(17, 1, '{"content_version": 0}')),
  ('skill_progress_mastery_in_range', 'invalid_event body.mastery', tests.progress(18, 1, 101)),
  ('skill_progress_reset_event_iff_count', 'invalid_event body.reset', tests.progress(19, 1, 10, tests.in_reset(0, 5)));
-- No field of an event or header reaches these checks. Only SQL can violate them.
create temporary table out_of_reach (rule text, statement text) on commit drop;
insert into out_of_reach values
  ('state_change_seq_positive', 'insert into learner.state values (tests.learner(9), -1)'),
  ('state_stored_not_negative', 'update learner.state set stored_bytes = -1'),
  ('state_limited_at_iff_limited', 'insert into learner.state (user_id, limited) values (tests.learner(9), 1)'),
  ('device_queue_lag_not_negative', 'update learner.device set queue_lag_ms = -1'),
  ('batch_results_add_up', 'insert into learner.batch values (tests.learner(9), now(), tests.event_id(1), tests.device(), 1, 0, 0, 0, 0)'),
  ('event_content_state_known', $$ update learner.event set content_state = 'old' $$),
  ('session_has_an_event', $$ insert into learner.session (user_id, session_id, device_id, change_seq)
    values (tests.learner(9), tests.event_id(1), tests.device(), 1) $$),
  ('session_ends_after_its_start', $$ insert into learner.session (user_id, session_id, device_id, started_at, started_event, ended_at, change_seq)
    values (tests.learner(9), tests.event_id(1), tests.device(), now(), tests.event_id(1), now() - interval '1 hour', 1) $$),
  ('attempt_content_state_known', $$ update learner.attempt set content_state = 'old' $$),
  ('skill_progress_correct_among_attempts', 'update learner.skill_progress set correct = attempts + 1'),
  ('practice_days_present', $$ update learner.practice set days = '{}' $$),
  ('adoption_by_another', 'insert into learner.adoption values (tests.learner(9), tests.learner(9), now(), 1, 0, 0, 0)'),
  ('adoption_counts_not_negative', 'insert into learner.adoption values (tests.learner(9), tests.learner(8), now(), 1, 0, -1, 0)'),
  ('quarantine_held_waits_for_something', $$ update ops.quarantine set waits_for = null where status = 'held' $$),
  ('quarantine_status_known', $$ update ops.quarantine set status = 'lost' $$),
  ('quarantine_origin_known', $$ update ops.quarantine set origin = 'letter' $$),
  ('quarantine_event_iff_superseded', $$ update ops.quarantine set status = 'superseded', resolved_at = now() $$),
  ('quarantine_resolved_iff_settled', $$ update ops.quarantine set status = 'discarded' $$);

select set_eq('select rule from violation union all select rule from out_of_reach',
  $$ select k.conname::text from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
     where k.contype = 'c' and not c.relispartition and (n.nspname = 'learner' or c.oid = 'ops.quarantine'::regclass) $$,
  'I7: every check of the learner tables and the quarantine has a case here');
select is(tests.send(variadic array(select line from violation order by rule) || tests.attempt(50, 1)),
  array(select 'quarantined ' || result from violation order by rule) || array['applied'],
  'I7: each event that would violate a check is quarantined with its field');
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 1, 'I7: a valid event beside the violations is applied');
select is(tests.violated(statement), rule, 'I7: a learner table is guarded by ' || rule) from out_of_reach;

select * from finish();
rollback;
