begin;
select plan(13);

select tests.a_release();
-- The greatest reset pair of a device.
select tests.send(tests.progress(10, 1, 100, '{"reset": {"count": 1000000, "event": "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"}}'));
select tests.send(tests.progress(11, 2, 90));

select tests.authenticate(tests.learner(3), 'support');
create temporary table answer on commit drop as
select public.support_reset_progress(tests.learner(), tests.skill(1), 'poisoned by a faulty app', 40, array[tests.question(1)]) as a;
select is((select a ->> 'status' from answer), 'applied', 'U5: a correction by support is applied');
select tests.reset_role();
select results_eq('select mastery, completed, attempts, reset_count, reset_event from learner.skill_progress where user_id = tests.learner() and skill_id = tests.skill(1)',
  $$ select 40::smallint, array[tests.question(1)], 0, 1000001, private.ulid_to_uuid(a ->> 'event_id') from answer $$, 'U5: a correction beats the greatest reset pair of a device');
select results_eq($$ select type, device_id, body ->> 'reason' from learner.event where event_id = (select private.ulid_to_uuid(a ->> 'event_id') from answer) $$,
  $$ values ('progress.reset', private.support_device(), 'poisoned by a faulty app') $$, 'U5: a correction is an event of support in the ledger');
select results_eq($$ select actor, object_id, before ->> 'mastery', after ->> 'mastery', after ->> 'reason' from ops.audit where action = 'support_reset_progress' $$,
  $$ values (tests.learner(3), tests.learner()::text, '100', '40', 'poisoned by a faulty app') $$, 'I10: a correction is recorded with author, reason and the values before and after');

select is(tests.send(tests.reset(20, 1, 1000000), tests.progress(21, 1, 99, '{"reset": {"count": 1000000, "event": "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"}}')), array['applied', 'applied'],
  'U5: events from before the correction are applied');
select is((select mastery from learner.skill_progress where user_id = tests.learner() and skill_id = tests.skill(1)), 40::smallint, 'U5: events from before the correction do not change progress');
select is(tests.send(tests.reset(22, 1, 1000002), tests.progress(23, 1, 55, tests.in_reset(1000002, 22))), array['applied', 'applied'],
  'U5: a learner can reset a skill after a correction');
select is((select mastery from learner.skill_progress where user_id = tests.learner() and skill_id = tests.skill(1)), 55::smallint, 'U5: progress after that reset counts');

select is(tests.send(tests.progress(30, 2, 77, tests.in_reset(1000001, 29)), tests.reset(31, 1, 2000002)), array['quarantined unknown_reset', 'quarantined unknown_reset'],
  'U5: an event from a range of resets that no correction began is held');
select public.support_reset_progress(tests.learner(), tests.skill(2), 'a restore has lost the first correction', 10);
select results_eq('select event_id, status from ops.quarantine where user_id = tests.learner() order by event_id',
  $$ values (tests.event_id(30), 'superseded'), (tests.event_id(31), 'held') $$, 'U3: a held event is applied after the correction that begins its range');
create temporary table rows on commit drop as select skill_id, mastery, reset_count, reset_event from learner.skill_progress where user_id = tests.learner();
select ops.rebuild_learner(tests.learner());
select set_eq('select skill_id, mastery, reset_count, reset_event from learner.skill_progress where user_id = tests.learner()', 'select * from rows',
  'I6: a rebuild gives the same progress after corrections');

select is(tests.raised(format('select public.support_reset_progress(tests.learner(), %L, %L, %s)', skill, 'r', mastery)), refusal, 'U5: a correction is refused with ' || refusal)
from (values (tests.skill(9), 10, 'CR071 skill'), (tests.skill(1), 101, 'CR071 mastery')) r (skill, mastery, refusal);

select * from finish();
rollback;
