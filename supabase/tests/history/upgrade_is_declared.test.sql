begin;
select plan(30);

create temporary table before on commit drop as select private.history() as history;
create function pg_temp.paused() returns boolean language sql stable as $$ select private.steering_for(null, null) ->> 'paused' is not null $$;

select is(ops.settle_upgrade(), null, 'I11: without a declaration there is nothing to settle');
select is(tests.raised(format('select ops.expect_upgrade(%L)', p)), 'CR044 p_within', 'I11: an upgrade cannot be expected within ' || coalesce(p, 'null'))
from (values ('9 minutes'), ('25 hours'), (null)) v (p);
select is(ops.expect_upgrade('1 hour'), now() + interval '1 hour', 'I11: a declaration says how long it is good');
select is(pg_temp.paused(), true, 'U8: sync is paused while an upgrade is expected');
select is(ops.settle_upgrade(), 'expected', 'I11: a declaration lasts until the upgrade');
select is(ops.settle_upgrade(p_cancel => true), 'cancelled', 'I11: a declaration can be cancelled');
select is(pg_temp.paused(), false, 'U8: sync resumes after a cancelled declaration');

update ops.steering set paused = true, pause_reason = 'Back at 18:00.' where coalesce(platform, app_from, app_before) is null;
select ops.expect_upgrade();
update ops.history set upgrade_until = now();
select is(ops.settle_upgrade(), 'not upgraded', 'I11: a declaration ends with its time');
select is(pg_temp.paused(), true, 'U8: an operator''s own pause outlives the declaration');
select is(private.history(), history, 'I11: declarations alone keep the history') from before;
select is((select array_agg(after ->> 'result' order by id) from ops.audit where action = 'settle_upgrade'), '{cancelled,"not upgraded"}', 'O1: the end of a declaration is audited');

-- While an upgrade is expected nobody writes anything of a learner, whatever the rows of ops.steering say.
update ops.steering set paused = false, pause_reason = null where coalesce(platform, app_from, app_before) is null;
select tests.a_release();
select tests.send(tests.attempt(10, 1), tests.event(11, 'note.written', '{}'));
insert into ops.steering (platform, paused) values ('android', false);
insert into ops.erasure (user_id, reason) values (tests.learner(7), 'requested');
insert into learner.state (user_id) values (tests.learner(7));
insert into private.event_type (type, version, rules) values ('note.written', 1, '$.body.type() == "object"');
create temporary table call (what text, call text) on commit drop;
insert into call values
  ('a batch of an app whose own row says that it is not paused', format('select private.ingest_for(%L, %L, %L)', tests.learner(), tests.session(), tests.header(jsonb_build_object('platform', 'android')))),
  ('a batch', format('select private.ingest_for(%L, %L, %L)', tests.learner(), tests.session(), tests.header(jsonb_build_object('platform', 'ios')))),
  ('a pull', format('select private.pull_for(%L, %L, null, 10, null, null)', tests.learner(), tests.session())),
  ('a revocation', format('select public.revoke_device(%L, null, %L)', tests.device(), tests.learner())),
  ('a report', format('select private.report_content(%L, %L, %L)', tests.learner(), tests.session(), '{"kind": "mismatch", "version": 1, "rows": 1, "nodes": []}')),
  ('an adoption', format('select ops.adopt_learner(%L, %L, %L)', tests.learner(), tests.learner(3), 'asked for')),
  ('an erasure', format('select ops.erase_learner(%L)', tests.learner())),
  ('a void of support', format('select public.support_void(%L, %L, %L, %L)', tests.learner(), 'attempt', tests.ulid(10), 'wrong')),
  ('a replay of support', $$ select public.replay_all_quarantined('unknown_type') $$),
  ('a release', 'select public.publish_release()');
select ops.expect_upgrade();
select is(left(tests.raised(call), 5), 'CR081', 'I11: while an upgrade is expected this is refused: ' || what) from call;
select is(private.record_contacts(json_build_array(json_build_object('learner', tests.learner(), 'session', tests.session(), 'device', tests.device(5), 'version', null))), 0, 'I11: while an upgrade is expected no contact is recorded');
select is(ops.replay_held(), 0, 'I11: while an upgrade is expected no held event is replayed');
select ops.run_erasures();
select is((select erased_at from ops.erasure where user_id = tests.learner(7)), null, 'I11: while an upgrade is expected no erasure goes on');
update ops.steering set paused = false, pause_reason = null;
select is(left(tests.raised(call), 5), 'CR081', 'I11: a pause that is lifted by hand does not end the declaration') from call where what = 'a batch';
select ops.settle_upgrade(p_cancel => true);
select is(tests.raised(call), 'nothing', 'I11: after the declaration batches are taken') from call where what = 'a batch';
select is(ops.replay_held(), 0, 'I7: the held event was applied by that batch');

select tests.authenticate(tests.learner(), 'admin');
select throws_ok('select ops.expect_upgrade()', '42501', null, 'I9: nobody declares an upgrade through the API');

select * from finish();
rollback;
