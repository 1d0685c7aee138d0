begin;
select plan(16);

select tests.a_release();
select tests.send(tests.attempt(10, 1));
select tests.authenticate(tests.learner());
select is((select count(*) from public.attempt), 1::bigint, 'I9: a learner with a session reads own rows over REST');
select tests.reset_role();

-- A global sign-out, as Auth does it. The token is valid for an hour.
delete from auth.sessions where user_id = tests.learner();
create temporary table before on commit drop as
select (select count(*) from learner.event) as events, (select count(*) from ops.quarantine) as kept, (select last_seen_at from learner.device) as seen;
select is(tests.raised('select tests.send(tests.attempt(11, 1))'), 'CR023', 'I9: a push of a signed-out token is refused');
select is(tests.raised('select private.sync_for(tests.learner(), tests.session(), tests.header())'), 'CR023', 'I9: a sync of a signed-out token is refused');
select is(tests.raised('select private.pull_for(tests.learner(), tests.session(), null, 10, null, tests.device())'), 'CR023', 'I9: a pull of a signed-out token is refused');
select is(tests.raised($$ select private.report_content(tests.learner(), tests.session(), '{"kind":"repair","version":1,"rows":1,"nodes":[]}') $$), 'CR023',
  'I9: a content report of a signed-out token is refused');
select is(private.record_contacts(json_build_array(json_build_object('learner', tests.learner(), 'session', tests.session(), 'device', tests.device(2), 'version', 1))), 0,
  'I9: a contact of a signed-out token is not recorded');
select tests.authenticate(tests.learner());
select is(tests.raised('select public.ingest(json_build_array(tests.header()::json, tests.attempt(11, 1)::json))'), 'CR023', 'I9: ingest over RPC refuses a signed-out token');
select is(tests.raised('select public.learner_changes()'), 'CR023', 'I9: a pull over RPC refuses a signed-out token');
select is(tests.raised($$ select public.merge_progress(tests.ulid(12), tests.device(), '2025-11-22T10:00:00Z', tests.skill(1), 50) $$), 'CR023',
  'I9: merge_progress refuses a signed-out token');
select is(tests.raised('select public.revoke_device(tests.device())'), 'CR023', 'I9: a signed-out token revokes no device');
select is(tests.raised('select public.list_devices()'), 'CR023', 'I9: a signed-out token lists no devices');
select is(tests.raised('select public.own_quarantine()'), 'CR023', 'I9: a signed-out token reads no quarantined events');
select is_empty('select from public.attempt', 'I9: a signed-out token reads no rows over REST');
select is((public.content_head() ->> 'version')::integer, 1, 'C1: content can be read until the token expires');
select tests.reset_role();
select results_eq('select (select count(*) from learner.event), (select count(*) from ops.quarantine), (select last_seen_at from learner.device)', 'table before',
  'U3: a refused push changes nothing, and the device keeps its events');

select tests.sign_in(tests.learner(), tests.session());
select is(tests.send(tests.attempt(11, 1)), array['applied'], 'U3: after a new sign-in the device sends what it kept');

select * from finish();
rollback;
