begin;
select plan(13);

select tests.a_release();
select tests.send_for(n, tests.event(10, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)),
  tests.attempt(11, 1), tests.attempt(12, 3), tests.progress(13, 1, 60)) from generate_series(1, 4) n;
create temporary table before on commit drop as
  select p.* from generate_series(1, 4) n cross join lateral private.projection_rows(tests.learner(n)) p;

select is(ops.check_projections(), '{"same": 4, "different": 0, "busy": 0, "failed": 0, "skipped": 0, "events": 16}', 'I6: the check finds no difference in undamaged projections');
select is((select (failures, detail ->> 'same')::text from ops.job where name = 'projection_check'), '(0,4)', 'O4: a run of the check is recorded');
select is((select count(*) from learner.attempt), 8::bigint, 'I6: the check removes its copies');
select bag_eq('select p.* from generate_series(1, 4) n cross join lateral private.projection_rows(tests.learner(n)) p', 'table before',
  'I6: the check leaves the live rows as they were');

-- Damage as a bug would cause it.
update learner.skill_progress set mastery = 99, change_seq = change_seq + 1000 where user_id = tests.learner(1) and skill_id = tests.skill(1);
delete from learner.attempt where user_id = tests.learner(2) and event_id = tests.event_id(11);
update learner.practice set days = days + '{[2020-01-01,2020-01-02)}', change_seq = change_seq + 1000 where user_id = tests.learner(3);
update learner.attempt set voided_at = now() where user_id = tests.learner(4);
select is(ops.check_projections() ->> 'different', '3', 'I6: the check finds damaged rows, but not voided ones');
select bag_eq($$ select user_id, kind, live is null from ops.projection_difference where resolved_at is null $$,
  $$ values (tests.learner(1), 'skill_progress', false), (tests.learner(2), 'attempt', true), (tests.learner(3), 'practice', false) $$, 'O4: each difference is recorded with its learner and kind');
select is((select (live ->> 'mastery', rebuilt ->> 'mastery')::text from ops.projection_difference where kind = 'skill_progress'), '(99,60)',
  'O4: a recorded difference has the live and the rebuilt row');
select matches((select last_error from ops.job where name = 'projection_check'), '^3 learners', 'O4: a check that finds differences fails its job');

select ops.rebuild_learner(tests.learner(1));
update learner.practice set days = days - '{[2020-01-01,2020-01-02)}' where user_id = tests.learner(3);
select is(ops.check_projections() ->> 'different', '1', 'I6: a rebuilt learner has no difference');
select bag_eq('select user_id from ops.projection_difference where resolved_at is null', 'select tests.learner(2)', 'O4: a difference that is gone is marked as resolved');
select is(ops.check_projections(p_learners => 2) - '{same,different,events}'::text[], '{"busy": 0, "failed": 0, "skipped": 0}', 'O6: a run of the check is bounded by the number of learners');
select is(ops.check_projections(p_events => 9) ->> 'skipped', '2', 'O6: a run of the check is bounded by the number of events');

select tests.authenticate(tests.learner(), 'support');
select throws_ok('select ops.check_projections()', '42501', null, 'I9: support cannot run the check');

select * from finish();
rollback;
