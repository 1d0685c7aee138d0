begin;
select plan(7);

select tests.a_release();
select tests.send(tests.progress(10, 1, 101), tests.progress(11, 1, 102), 'not json');
-- The rules now allow a mastery of 101.
update private.event_type set rules = (replace(rules::text, '$."body"."mastery" <= 100', '$."body"."mastery" <= 101'))::jsonpath
where type = 'progress.advanced';
alter table learner.skill_progress drop constraint skill_progress_mastery_in_range;

select tests.authenticate(tests.learner(3), 'support');
select bag_eq($$ select status, code, field, became_event from public.replay_quarantined(tests.learner(), with_code => 'invalid_event') $$,
  $$ values ('superseded', null, null, tests.ulid(10)), ('open', 'invalid_event', 'body.mastery', null) $$,
  'U3: a replay applies what is valid now and gives reasons for the rest');
select tests.reset_role();
select is((select mastery from learner.skill_progress where user_id = tests.learner()), 101::smallint, 'U3: a replayed event counts in progress');
select bag_eq($$ select code, status, resolved_event from ops.quarantine where user_id = tests.learner() $$,
  $$ values ('invalid_event', 'superseded', tests.event_id(10)), ('invalid_event', 'open', null), ('invalid_json', 'open', null) $$,
  'U3: a replayed row keeps its code and names its event');
select bag_eq('select action, actor, actor_role, outcome, code, event_id from ops.quarantine_action where user_id = tests.learner()',
  $$ values ('replayed', tests.learner(3), 'support', 'superseded', null, tests.event_id(10)),
            ('replayed', tests.learner(3), 'support', 'open', 'invalid_event', null) $$, 'I10: each replayed event is recorded with its outcome');
select is(tests.send(tests.progress(10, 1, 101)), array['duplicate'], 'I4: a replayed event is a duplicate when its device sends it again');
select tests.authenticate(tests.learner(3), 'support');
select is_empty($$ select * from public.replay_quarantined(tests.learner(), with_code => 'unknown_type') $$, 'U3: a replay of a code without events does nothing');
select bag_eq($$ select status from public.replay_quarantined(tests.learner(), array[tests.quarantine_id(tests.progress(10, 1, 101))]) $$,
  array['superseded'], 'U3: a second replay of an event changes nothing');

select * from finish();
rollback;
