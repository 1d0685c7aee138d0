begin;
select plan(16);

select tests.a_release();
create function pg_temp.push(p_device integer, p_learner integer default 1) returns json language sql
as $$ select private.ingest_for(tests.learner(p_learner), tests.session(p_learner), tests.header(jsonb_build_object('device_id', tests.device(p_device)))) $$;

select tests.authenticate(tests.learner());
select isnt(public.revoke_device(tests.device(1)) ->> 'revoked_at', null, 'U8: a learner can revoke a device before its first contact');
select is((select revoked_at is not null from public.list_devices()), true, 'O2: a device that was revoked before its first contact is listed');
select tests.reset_role();
select throws_ok('select pg_temp.push(1)', 'CR082', null, 'U8: a device that was revoked before its first contact is refused');
select lives_ok('select pg_temp.push(2)', 'U8: another device of the learner can still send');
select is_empty('select from ops.content_freshness() where version is null', 'O4: a revoked device is not counted among those that hold content');

-- With one session, as made-up ids come.
select tests.authenticate(tests.learner());
select lives_ok('select public.revoke_device(tests.device(n)) from generate_series(3, 60) n', 'U8: more than fifty devices can be revoked');
select public.revoke_device(tests.device(n)) from generate_series(61, 201) n where n <> 2;
select is((select count(*) from public.list_devices() where revoked_at is not null), 200::bigint, 'U8: a learner can revoke two hundred devices that were never seen');
select is(tests.raised('select public.revoke_device(tests.device(202))'), 'CR085 200', 'U8: a learner cannot revoke more, so that made-up ids displace no revocation');
select lives_ok('select public.revoke_device(tests.device(201))', 'U8: to revoke a revoked device again is no error');
select tests.authenticate(tests.learner(9), 'support');
select isnt(public.revoke_device(tests.device(202), null, tests.learner()) ->> 'revoked_at', null, 'U8: support can revoke more devices');
select is(public.restore_device(tests.device(1), tests.learner()) ->> 'revoked_at', null, 'U8: support can lift the revocation of a device that was never seen');
select is(tests.raised('select public.restore_device(tests.device(300), tests.learner())'), 'CR084 ' || tests.device(300), 'U8: a device that is not on record cannot be restored');
select is(tests.raised('select public.revoke_device(tests.device(1), null, tests.learner(7))'), 'CR084 ' || tests.device(1), 'U8: a device of a learner who does not exist cannot be revoked');
select tests.reset_role();
select is_empty('select from learner.state where user_id = tests.learner(7)', 'U8: a refused revocation creates no learner');
select lives_ok('select pg_temp.push(1)', 'U8: a restored device is accepted at its first contact');

select pg_temp.push(400);
select tests.authenticate(tests.learner());
select lives_ok('select public.revoke_device(tests.device(400))', 'U8: a device on record can be revoked, whatever was revoked before');

select * from finish();
rollback;
