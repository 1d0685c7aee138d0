begin;
select plan(5);

select tests.a_release();

select is(tests.send(tests.attempt(10, 9), tests.progress(11, 9, 50), tests.attempt(12, 1, '{"content_version": 2}'),
    tests.event(13, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 2)),
      tests.reset(14, 9, 1), tests.attempt(15, 1)),
  array['quarantined unknown_content', 'quarantined unknown_content', 'quarantined unknown_content', 'quarantined unknown_content',
    'quarantined unknown_content', 'applied'],
  'I7: events with an unknown question, skill or version are quarantined');
select is(tests.send(tests.progress(16, 1, 50, jsonb_build_object('completed', array[tests.question(1), tests.question(9)])),
    tests.reset(17, 1, 1, jsonb_build_object('base', jsonb_build_object('mastery', 1, 'completed', array[tests.question(9)])))),
  array['quarantined unknown_content', 'quarantined unknown_content'], 'U5: lists with an unknown question are quarantined');
select is((select completed from learner.skill_progress where user_id = tests.learner()), '{}'::uuid[], 'U5: a list with an unknown question does not change progress');
select is((select array_agg(distinct status) from ops.quarantine where user_id = tests.learner()), array['held'],
  'I7: events with unknown content are held');
select is((select count(*) from learner.event where user_id = tests.learner()), 1::bigint, 'I7: events with unknown content are not in the ledger');

select * from finish();
rollback;
