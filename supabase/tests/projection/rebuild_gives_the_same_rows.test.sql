begin;
select plan(6);

select tests.a_release();
select tests.send(
  tests.event(10, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)),
    tests.attempt(11, 1), tests.attempt(12, 3),
  tests.progress(13, 1, 60, jsonb_build_object('completed', array[tests.question(1)])), tests.progress(14, 2, 30));
select tests.send(tests.reset(15, 1, 1, '{"base": {"mastery": 5}}'), tests.attempt(16, 2, tests.in_reset(1, 15)),
  tests.attempt(17, 5, '{"answer": {"choice": 0}}'),
  tests.event(18, 'session.ended', jsonb_build_object('session_id', tests.ulid(900), 'reason', 'abandoned')));
create temporary view state as select * from private.projection_rows(tests.learner());
create temporary table before on commit drop as table state;
select set_config('tests.cursor', private.learner_changes(tests.learner(), null, 1000) ->> 'cursor', true);

select is(ops.rebuild_learner(tests.learner()), 9::bigint, 'I6: a rebuild projects every event');
select bag_eq('table state', 'table before', 'I6: a rebuild gives the same rows');
select is((select count(*) from before), 9::bigint, 'I6: the test learner has nine rows');
select is(json_array_length(private.learner_changes(tests.learner(), current_setting('tests.cursor'), 1000) -> 'changes'), 9,
  'I8: devices pull every rebuilt row');

-- Damage that a fixed bug could have left.
update learner.skill_progress set mastery = 99, attempts = 50 where user_id = tests.learner();
delete from learner.attempt where user_id = tests.learner() and event_id = tests.event_id(11);
update learner.practice set days = '{[2020-01-01,2020-01-09)}' where user_id = tests.learner();
select ops.rebuild_learner(tests.learner());
select bag_eq('table state', 'table before', 'I6: a rebuild repairs damaged rows');
select is(ops.rebuild_learner(tests.learner(9)), 0::bigint, 'I6: a rebuild of a learner without events projects nothing');

select * from finish();
rollback;
