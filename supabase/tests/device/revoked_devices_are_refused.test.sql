begin;
select plan(13);

select tests.a_release();
select tests.send(tests.attempt(10, 1));
-- The other device has a session of its own.
create temporary table other on commit drop as select tests.sign_in(tests.learner()) as session;
select private.ingest_for(tests.learner(), session, tests.header(jsonb_build_object('device_id', tests.device(2)))) from other;

select tests.authenticate(tests.learner());
select isnt(public.revoke_device(tests.device(), 'left on the train') ->> 'revoked_at', null, 'U8: a learner can revoke a device');
select tests.reset_role();
select is(tests.raised('select tests.send(tests.attempt(11, 1))'), 'CR082', 'U8: a batch from a revoked device is refused');
select is((select count(*) from learner.event where user_id = tests.learner()), 1::bigint, 'U8: a refused batch writes nothing');
select is(tests.raised('select private.pull_for(tests.learner(), tests.session(), null, 10, null, tests.device())'), 'CR082', 'U8: a pull by a revoked device is refused');
select lives_ok($$ select private.ingest_for(tests.learner(), (select session from other), concat_ws(E'\n', tests.header(jsonb_build_object('device_id', tests.device(2))), tests.attempt(12, 1))) $$,
  'U8: another device of the learner can still send');
select lives_ok('select private.pull_for(tests.learner(), (select session from other), null, 10, null, tests.device(2))', 'U8: another device of the learner can still pull');
select lives_ok('select tests.send_for(2, tests.attempt(13, 1))', 'U8: another learner on the revoked device can still send');

select tests.authenticate(tests.learner());
select throws_ok('select public.restore_device(tests.device(), tests.learner())', 'CR001', null, 'U8: a learner cannot restore a device, since a thief may hold the token');
select throws_ok('select public.revoke_device(tests.device(), null, tests.learner(2))', 'CR001', null, 'I9: a learner cannot revoke a device of another learner');
select tests.authenticate(tests.learner(9), 'support');
select public.revoke_device(tests.device(), 'again', tests.learner());
select is(public.restore_device(tests.device(), tests.learner(), 'it was found') ->> 'revoked_at', null, 'U8: support can restore a device');
select tests.reset_role();
select is(tests.send(tests.attempt(11, 1)), array['applied'], 'U8: a restored device can send the events that it kept');
select results_eq($$ select action, actor, actor_role, after ->> 'reason' from ops.audit where object_id = tests.learner()::text order by id $$,
  $$ values ('revoke_device', tests.learner(), 'learner', 'left on the train'), ('restore_device', tests.learner(9), 'support', 'it was found') $$,
  'I10: each revocation and restoration is recorded once');
select bag_has($$ select kind from public.support_timeline(tests.learner(), 'test') where summary like 're%_device by %' $$,
  $$ values ('operation'), ('operation') $$, 'O2: revocation and restoration are in the support timeline');

select * from finish();
rollback;
