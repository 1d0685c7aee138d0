begin;
select plan(5);

select tests.a_release();
select tests.send_for(n, tests.event(10, 'note.written', '{}'), tests.progress(11, 1, 101)) from generate_series(1, 2) n;
insert into ops.erasure (user_id, reason) values (tests.learner(1), 'requested');

insert into private.event_type (type, version, rules) values ('note.written', 1, '$.body.type() == "object"');
select is(ops.replay_held(), 1, 'O5: held events are tried again');
select results_eq($$ select learners, remaining from public.replay_all_quarantined('invalid_event') $$, 'values (1, 0)', 'O5: and so are those of a code');
select is_empty('select from learner.event where user_id = tests.learner(1)', 'O5: but nothing of a learner who is being erased');
select isnt_empty('select from learner.event where user_id = tests.learner(2)', 'U3: while others'' count');
select is(tests.raised('select public.rebuild_learner(tests.learner(1))'), 'CR024', 'O5: nor is anything made again');

select * from finish();
rollback;
