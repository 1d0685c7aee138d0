begin;
select plan(14);

select tests.a_release();
select tests.send(tests.attempt(10, 1));
select private.ingest_for(tests.learner(), tests.header(jsonb_build_object('device_id', tests.device(2))));

select tests.authenticate(tests.learner());
select isnt(public.revoke_device(tests.device(), 'left on the train') ->> 'revoked_at', null, 'U8: a learner signs a device off');
select tests.reset_role();
select is(tests.raised('select tests.send(tests.attempt(11, 1))'), 'CR082', 'U8: what it sends is refused');
select is((select count(*) from learner.event where user_id = tests.learner()), 1::bigint, 'U8: nothing of it is written');
select is(tests.raised('select private.pull_for(tests.learner(), null, 10, null, tests.device())'), 'CR082', 'U8: and it is given nothing');
select lives_ok($$ select private.ingest_for(tests.learner(), concat_ws(E'\n', tests.header(jsonb_build_object('device_id', tests.device(2))), tests.attempt(12, 1))) $$,
  'U8: the learner''s other device goes on');
select lives_ok('select private.pull_for(tests.learner(), null, 10, null, tests.device(2))', 'U8: and reads');
select lives_ok('select tests.send_for(2, tests.attempt(13, 1))', 'U8: so does another learner on the same tablet');

select tests.authenticate(tests.learner());
select throws_ok('select public.restore_device(tests.device(), tests.learner())', 'CR001', null, 'U8: who has the device may have the token: only support takes it back');
select throws_ok('select public.revoke_device(tests.device(7))', 'CR084', null, 'U8: a device that nobody knows');
select throws_ok('select public.revoke_device(tests.device(), null, tests.learner(2))', 'CR001', null, 'I9: nobody else''s');
select tests.authenticate(tests.learner(9), 'support');
select public.revoke_device(tests.device(), 'again', tests.learner());
select is(public.restore_device(tests.device(), tests.learner(), 'it was found') ->> 'revoked_at', null, 'U8: support takes it back');
select tests.reset_role();
select is(tests.send(tests.attempt(11, 1)), array['applied'], 'U8: and what the device kept arrives');
select results_eq($$ select action, actor, actor_role, after ->> 'reason' from ops.audit where object_id = tests.learner()::text order by id $$,
  $$ values ('revoke_device', tests.learner(), 'learner', 'left on the train'), ('restore_device', tests.learner(9), 'support', 'it was found') $$,
  'I10: what changed something is on record, once');
select bag_has($$ select kind from public.support_timeline(tests.learner()) where summary like 're%_device by %' $$,
  $$ values ('operation'), ('operation') $$, 'O2: and in the timeline');

select * from finish();
rollback;
