begin;
select plan(6);

select tests.a_release();
select tests.send_for(n, tests.attempt(10, 1, '{"answer": {"choice": 3}}'), tests.attempt(11, 1)) from generate_series(1, 3) n;
-- By hand: an event made up, an answer given to somebody else, a device.
insert into learner.event (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at, head_version)
select tests.learner(n), tests.event_id(20 + n), 'session.started', 1, tests.device(), now(), 0, jsonb_build_object('secret', n), now(), 1 from generate_series(1, 2) n;
update learner.event set user_id = tests.learner(2), event_id = tests.event_id(30) where user_id = tests.learner(1) and event_id = tests.event_id(10);
update learner.event set user_id = tests.learner(1), event_id = tests.event_id(31) where user_id = tests.learner(3) and event_id = tests.event_id(10);
select tests.authenticate(tests.learner(1));
select public.revoke_device(tests.device());
select tests.reset_role();

select results_eq($$ select action, object_id from ops.audit where action like 'hand%' order by id $$,
  $$ values ('hand_insert', tests.learner(1)::text), ('hand_insert', tests.learner(2)::text),
            ('hand_delete', tests.learner(1)::text), ('hand_insert', tests.learner(2)::text),
            ('hand_delete', tests.learner(3)::text), ('hand_insert', tests.learner(1)::text) $$, 'O1: each edit by hand is recorded for the learner that it concerns');
select ops.erase_learner(tests.learner(1));
select is_empty($$ select id, action from ops.audit where action <> 'erase_learner' and object_id = tests.learner(1)::text and (before is not null or after is not null) $$,
  'O5: entries of an erased learner hold no values');
select is_empty($$ select id, action, object_id from ops.audit a where to_jsonb(a)::text like '%"secret": 1%' or (object_id is distinct from tests.learner(1)::text
  and (before ->> 'user_id' = tests.learner(1)::text or after ->> 'user_id' = tests.learner(1)::text)) $$, 'O5: no other entry holds values of an erased learner');
select isnt_empty($$ select from ops.audit a where to_jsonb(a)::text like '%"secret": 2%' $$, 'O1: entries of other learners keep their values');
select isnt_empty($$ select from ops.audit where action = 'revoke_device' and actor = tests.learner(1) $$, 'O1: entries of actions by an erased learner stay');
select is_empty($$ select source from ops.audit where actor = tests.learner(1) and source is not null $$, 'O5: entries of actions by an erased learner lose the address');

select * from finish();
rollback;
