begin;
select plan(13);

select tests.a_release();
select tests.send(tests.attempt(10, 1));
insert into ops.steering (platform, app_before, paused, pause_reason, pause_s) values ('android', '1.5', true, 'Version 1.4 loses drafts.', 7200);

select is(tests.raised('select tests.send(tests.attempt(11, 1))'), 'CR081 7200', 'U8: a batch of a paused app is refused');
select is((select count(*) from learner.event where user_id = tests.learner()), 1::bigint, 'U8: a refused batch of a paused app writes nothing');
select is(tests.raised('select private.pull_for(tests.learner(), tests.session(), null, 10, null, tests.device())'), 'CR081 7200', 'U8: a pull of a paused app is refused');
select lives_ok($$ select private.ingest_for(tests.learner(), tests.session(), concat_ws(E'\n', tests.header('{"app_version": "1.5"}'), tests.attempt(11, 1))) $$,
  'U8: a batch of a newer app version is accepted');
select lives_ok('select private.pull_for(tests.learner(), tests.session(), null, 10, null, tests.device())', 'U8: a pull by a device with the newer app version is accepted');
select is(private.steering_for('android', '1.4')::jsonb -> 'paused', '{"reason": "Version 1.4 loses drafts.", "retry_after_s": 7200}',
  'U8: steering has the reason and the duration of a pause');
select is(private.steering_for('ios', '1.4')::jsonb -> 'paused', 'null', 'U8: another platform is not paused');

update ops.steering set paused = true, pause_reason = 'Maintenance.' where platform is null;
select is(tests.raised('select private.ingest_for(tests.learner(), tests.session(), tests.header())'), 'CR081 7200', 'U8: the most specific pause counts');
select is(tests.raised('select private.pull_for(tests.learner(2), tests.session(2), null, 10, null, null)'), 'CR081 3600', 'U8: a general pause refuses every app');
insert into ops.steering (platform, paused) values ('web', false);
select lives_ok($$ select private.ingest_for(tests.learner(), tests.session(), tests.header('{"platform": "web"}')) $$, 'U8: a platform can be excluded from a general pause');
select tests.authenticate(tests.learner());
select is(tests.raised('select public.learner_changes()'), 'CR081 3600', 'U8: a pull over RPC is refused by a pause');
select is(tests.raised($$ select public.ingest(json_build_array(tests.header('{"platform": "ios"}')::json)) $$), 'CR081 3600', 'U8: a push over RPC is refused by a pause');
select tests.reset_role();
update ops.steering set paused = false where paused;
select is(tests.send(tests.attempt(12, 1)), array['applied'], 'U8: a push is accepted after the pause');

select * from finish();
rollback;
