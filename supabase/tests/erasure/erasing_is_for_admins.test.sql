begin;
select plan(10);

select tests.a_release();
select tests.send(tests.attempt(10, 1));
select tests.authenticate(tests.learner(), 'support');
select throws_ok('select ' || call, '42501', null, 'I9: support is denied: ' || call)
from unnest(array['ops.erase_learner(tests.learner())', 'ops.run_erasures()', 'ops.end_grace_periods()', 'ops.set_deletion_grace(''1 day'')', 'ops.cancel_deletion(tests.learner(), ''because'')', 'ops.export_erasures()', 'ops.reapply_erasures($${"erasures": []}$$)']) call;
select tests.reset_role();
select is((select count(*) from learner.event where user_id = tests.learner()), 1::bigint, 'I9: refused calls erase nothing');
select set_config('request.jwt.claims', jsonb_build_object('role', 'authenticated', 'sub', tests.learner(), 'app_metadata', '{"role": "support"}'::jsonb)::text, true);
select throws_ok('select ops.erase_learner(tests.learner())', 'CR001', null, 'I9: erase_learner itself requires the role admin');
select set_config('request.jwt.claims', '', true);
select is(tests.violated($$ select ops.erase_learner(tests.learner(), 'because Jane Doe asked') $$), 'erasure_reason_known', 'O5: an erasure with an unknown reason is refused');

select * from finish();
rollback;
