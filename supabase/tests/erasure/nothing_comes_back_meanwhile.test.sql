begin;
select plan(5);

select tests.a_release();
select tests.send_for(n, tests.event(10, 'note.written', '{}'), tests.progress(11, 1, 101)) from generate_series(1, 2) n;
insert into ops.erasure (user_id, reason) values (tests.learner(1), 'requested');

insert into private.event_type (type, version, rules) values ('note.written', 1, '$.body.type() == "object"');
select is(ops.replay_held(), 1, 'O5: replay_held tries held events of the other learner only');
select results_eq($$ select learners, remaining from public.replay_all_quarantined('invalid_event') $$, 'values (1, 0)', 'O5: replay_all_quarantined replays the other learner only');
select is_empty('select from learner.event where user_id = tests.learner(1)', 'O5: a replay applies no event of a learner who is being erased');
select isnt_empty('select from learner.event where user_id = tests.learner(2)', 'U3: a replay applies events of other learners');
select is(tests.raised('select public.rebuild_learner(tests.learner(1))'), 'CR024', 'O5: a learner who is being erased cannot be rebuilt');

select * from finish();
rollback;
