begin;
select plan(7);

select tests.a_release();
select tests.send(tests.progress(10, 1, 101), tests.progress(11, 1, 102), 'not json');
-- The server learns that mastery may exceed 100 by one.
update private.event_type set rules = (replace(rules::text, '$."body"."mastery" <= 100', '$."body"."mastery" <= 101'))::jsonpath
where type = 'progress.advanced';
alter table learner.skill_progress drop constraint skill_progress_mastery_in_range;

select tests.authenticate(tests.learner(3), 'support');
select bag_eq($$ select status, code, field, became_event from public.replay_quarantined(tests.learner(), with_code => 'invalid_event') $$,
  $$ values ('superseded', null, null, tests.ulid(10)), ('open', 'invalid_event', 'body.mastery', null) $$,
  'U3: what applies now applies; what does not says why');
select tests.reset_role();
select is((select mastery from learner.skill_progress where user_id = tests.learner()), 101::smallint, 'U3: it counts');
select bag_eq($$ select code, status, resolved_event from ops.quarantine where user_id = tests.learner() $$,
  $$ values ('invalid_event', 'superseded', tests.event_id(10)), ('invalid_event', 'open', null), ('invalid_json', 'open', null) $$,
  'U3: a row keeps what was wrong with it, and says which event it became');
select bag_eq('select action, actor, actor_role, outcome, code, event_id from ops.quarantine_action where user_id = tests.learner()',
  $$ values ('replayed', tests.learner(3), 'support', 'superseded', null, tests.event_id(10)),
            ('replayed', tests.learner(3), 'support', 'open', 'invalid_event', null) $$, 'I10: who did it, and what came of each');
select is(tests.send(tests.progress(10, 1, 101)), array['duplicate'], 'I4: should its device send it again, it counts once');
select tests.authenticate(tests.learner(3), 'support');
select is_empty($$ select * from public.replay_quarantined(tests.learner(), with_code => 'unknown_type') $$, 'U3: nothing of that code, nothing done');
select bag_eq($$ select status from public.replay_quarantined(tests.learner(), array[tests.quarantine_id(tests.progress(10, 1, 101))]) $$,
  array['superseded'], 'U3: replaying it once more changes nothing');

select * from finish();
rollback;
