begin;
select plan(11);

select tests.a_release();
select tests.send(tests.attempt(10, 1));
-- Some rows of a long ledger are still there when the erasure has begun.
insert into ops.erasure (user_id, reason) values (tests.learner(), 'requested');
select is(tests.raised(format('select private.pull_for(%L, null, null, 10, null, null)', tests.learner())), 'CR024', 'O5: a pull during an erasure is refused');
select ops.erase_learner(tests.learner());

select is(tests.raised(format('select private.ingest_for(%L, null, %L)', tests.learner(), tests.batch(tests.attempt(11, 1)))), 'CR024', 'O5: a batch of an erased learner is refused');
select is(tests.raised(format('select private.sync_for(%L, null, %L)', tests.learner(), tests.header())), 'CR024', 'O5: an empty batch of an erased learner is refused');
select throws_ok(format('select private.report_content(%L, null, %L)', tests.learner(), '{"kind": "mismatch", "version": 1, "rows": 1, "nodes": []}'), 'CR024', null,
  'O5: a content report of an erased learner is refused');
select is(private.record_contacts(json_build_array(json_build_object('learner', tests.learner(), 'session', tests.session(), 'device', tests.device(), 'version', 1),
  json_build_object('learner', tests.learner(2), 'session', tests.session(2), 'device', tests.device(), 'version', 1))), 1, 'O5: a contact of an erased learner is ignored, one of another learner is recorded');
select is_empty('select from learner.state where user_id = tests.learner()', 'O5: refused calls create no state of an erased learner');
select is_empty('select from learner.device where user_id = tests.learner()', 'O5: refused calls create no device of an erased learner');
select is(tests.raised(format('select private.pull_for(%L, null, null, 10, null, null)', tests.learner())), 'CR024', 'O5: a pull after an erasure is refused');
select tests.authenticate(tests.learner());
select throws_ok(format('select public.merge_progress(%L, tests.device(), %L, tests.skill(1), 5)', tests.ulid(12), '2026-01-01T00:00:00Z'), 'CR024', null,
  'O5: an erased learner cannot merge progress over RPC');
select throws_ok('select public.learner_changes()', 'CR024', null, 'O5: an erased learner cannot pull over RPC');
select tests.reset_role();
select is(tests.send_for(2, tests.attempt(11, 1)), array['applied'], 'O5: other learners can send events as before');

select * from finish();
rollback;
