begin;
select plan(3);

select tests.a_release();
select tests.send(tests.event(10, 'session.started', jsonb_build_object('session_id',
  tests.ulid(900), 'content_version', 1)), tests.attempt(11, 1), tests.attempt(12, 3));
update learner.session set voided_at = '2026-01-01' where user_id = tests.learner();
update learner.attempt set voided_at = '2026-01-02' where user_id = tests.learner() and event_id = tests.event_id(11);
update learner.skill_progress set voided_at = '2026-01-03' where user_id = tests.learner() and skill_id = tests.skill(2);
create temporary view voided as
  select 'session' as kind, session_id as id, voided_at from learner.session where user_id = tests.learner()
  union all select 'attempt', event_id, voided_at from learner.attempt where user_id = tests.learner()
  union all select 'skill_progress', skill_id, voided_at from learner.skill_progress where user_id = tests.learner();
create temporary table before on commit drop as table voided;
select set_config('tests.cursor', private.learner_changes(tests.learner(), null, 1000) ->> 'cursor', true);

select is((select count(*) from before where voided_at is not null), 3::bigint, 'I6: the test has three voided rows');
select ops.rebuild_learner(tests.learner());
select set_eq('table voided', 'table before', 'I6: a rebuild keeps voided rows voided');
select is(json_array_length(private.learner_changes(tests.learner(), current_setting('tests.cursor'), 1000) -> 'changes'), 6,
  'I8: devices pull voided rows after a rebuild');

select * from finish();
rollback;
