begin;
select plan(13);

select tests.a_release();
select tests.send(tests.attempt(10, 7, '{"content_version": 2}'), tests.event(11, 'note.written', '{"text": "x"}'), tests.event(12, 'note.written', '{"text": 7}'));
select is(ops.replay_held(), 0, 'U3: as long as nothing more is known nothing is tried');
select is((select count(*) from ops.audit where action = 'replay_held'), 0::bigint, 'I10: which needs no record');

insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 1}');
select tests.publish();
select is(ops.replay_held(), 1, 'U3: after a publish the job applies what the release knows, without a contact of the learner');
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 1, 'U3: it counts');
select bag_eq('select event_id, status from ops.quarantine where user_id = tests.learner()',
  $$ values (tests.event_id(10), 'superseded'), (tests.event_id(11), 'held'), (tests.event_id(12), 'held') $$, 'U3: the others are held on');
select is((select after from ops.audit where action = 'replay_held'), '{"applied": 1}'::jsonb, 'I10: on record');
select is_empty($$ select from ops.quarantine where user_id = tests.learner() and status = 'held' and knowledge < (select number from private.knowledge) $$,
  'U3: and are not looked at again before more is known');

insert into private.event_type (type, version, rules) values ('note.written', 1, '$.body.text.type() == "string"');
insert into private.event_rule (type, version, place, field, rule) values ('note.written', 1, 1, 'body.text', '$.body.text.type() == "string"');
select is(ops.replay_held(), 1, 'U3: after an upgrade that knows the type it applies, although no release came');
select results_eq('select event_id, status, code, field from ops.quarantine where user_id = tests.learner() and code <> ''unknown_content'' order by event_id',
  $$ values (tests.event_id(11), 'superseded', 'unknown_type', null), (tests.event_id(12), 'open', 'invalid_event', 'body.text') $$,
  'U3: one that turns out to be wrong is open, with its field');
select is(ops.replay_held(), 0, 'U3: nothing is left');

-- In chunks: of three learners with two held events each, a run of at most four events takes two.
select tests.send_for(n, tests.event(20, 'badge.earned', '{}'), tests.event(21, 'badge.earned', '{}')) from generate_series(4, 6) n;
insert into private.event_type (type, version, rules) values ('badge.earned', 1, '$.body.type() == "object"');
select is(array[ops.replay_held(100, 4), ops.replay_held(100, 4), ops.replay_held(100, 4)], array[4, 2, 0], 'U3: a run is bounded, and the next one goes on');
select is((select schedule from cron.job where jobname = 'carrel_replay_held' and command like '%select ops.replay_held()%'), '30 seconds', 'U3: the job runs every 30 seconds');
select tests.authenticate(tests.learner(), 'support');
select throws_ok('select ops.replay_held()', '42501', null, 'I9: nobody starts it through the API');

select * from finish();
rollback;
