begin;
select plan(8);

select tests.a_release();
create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;
grant select on before to authenticated;

-- 1 What a device does, through the functions and through the API.
select tests.send_for(2, tests.attempt(20, 1), 'broken');
select tests.send_for(2, tests.attempt(20, 1), tests.attempt(20, 2), 'broken', 'broken too', tests.attempt(21, 1, '{"content_version": 2}'));
select private.record_contacts(json_build_array(json_build_object('learner', tests.learner(2), 'session', tests.session(2), 'device', tests.device(5), 'version', 1)));
select tests.authenticate(tests.learner(4));
select public.ingest(to_json(string_to_array(tests.header() || E'\n' || tests.event(50, 'session.started', '{}', jsonb_build_object('learner_id', tests.learner(4))), E'\n')::json[]));
select public.merge_progress(tests.ulid(51), tests.device(), '2026-11-01T10:00:00.000Z', tests.skill(1), 5);
select public.revoke_device(tests.device());
select tests.reset_role();

-- 2 What support does.
select ops.rebuild_learner(tests.learner(2));
select public.rebuild_learner(tests.learner(2));
select public.discard_quarantined(tests.learner(2), array[tests.quarantine_id('broken')], 'noise');
select public.support_void(tests.learner(2), 'attempt', tests.ulid(20), 'noise');
select public.support_reset_progress(tests.learner(2), tests.skill(1), 'noise');
select public.mend_quarantined(tests.learner(2), tests.quarantine_id('broken too'), tests.reset(40, 1, 0)::jsonb, 'noise');
select public.replay_quarantined(tests.learner(2)), public.replay_all_quarantined('unknown_content');

-- 3 What jobs do: a held event whose release has come, a month that gets its partition, the nightly check, erasures.
update content.question set prompt = 'Edited' where id = tests.question(1);
select tests.publish();
select ops.replay_held();
select tests.send_for(2, tests.attempt(30, 1, '{}', jsonb_build_object('id', private.uuid_to_ulid(private.ulid_floor('2031-01-15')))));
select ops.ensure_partitions('2031-01-01', 1);
select is((select tableoid::regclass::text from learner.event where user_id = tests.learner(2) and event_id = private.ulid_floor('2031-01-15')), 'learner.event_2031_01',
  'I4: an event has moved from one partition to another');
select ops.check_projections();
select tests.session(3), tests.session(4);
select tests.send_for(3, tests.attempt(20, 1), 'broken');
select public.discard_quarantined(tests.learner(3), array[tests.quarantine_id('broken')], 'noise');
select ops.erase_learner(tests.learner(3));
select ops.set_deletion_grace('0 seconds');
delete from auth.users where id = tests.learner(4);
select ops.run_erasures(), ops.reapply_erasures('{"erasures": []}');
select is((select count(*) from ops.erasure where erased_at is not null), 2::bigint, 'O5: two learners are erased');

-- 4 Everything that is scheduled, with something to do: messages to deliver and to prune, reports, strays of telemetry, a due release, old versions.
select tests.configure_signals();
select private.add_webhook_endpoint('https://example.com/hook', null, null, false);
update content.question set prompt = 'Edited again' where id = tests.question(1);
select private.schedule_release(now() + interval '1 hour', public.preview_release() ->> 'hash', null, false);
select ops.run_due_schedule(now() + interval '2 hours');
select is((select state from content.schedule), 'published', 'C5: a schedule was published');
select private.claim_webhooks(10, 60);
select ops.rebuild_learner(tests.learner(2));
select private.report_content(tests.learner(2), tests.session(2), '{"kind": "repair", "version": 1, "rows": 0, "nodes": []}');
select tests.send_for(2, tests.event(60, 'app.recovered', '{"code": "x", "duration_ms": 1}', '{"id": "00000000000000000000000001"}'));
do $$
declare
  v_command text;
begin
  for v_command in select j.command from cron.job j where j.jobname ^@ 'carrel_' loop
    execute v_command;
  end loop;
end
$$;
select is_empty('select name, last_error from ops.job where failures > 0', 'O4: no job has failed');
select ops.drop_old_telemetry(now() + interval '200 days'), ops.prune_content_reports('-2 days'), ops.prune_webhooks('-1 day'), ops.compact_content(0, '0', '0');
select results_eq($$ select (select count(*) from ops.telemetry_default), (select count(*) from ops.content_report),
    (select count(*) from content.answer_key k where k.version = 1 and k.question_id = tests.question(1)) $$, 'values (0::bigint, 0::bigint, 0::bigint)',
  'C3: jobs have deleted strays, reports and old answer keys');

-- 5 What operators do.
select ops.rotate_history(), ops.expect_upgrade();
select ops.settle_upgrade(p_cancel => true), ops.mark_all_drafts(), ops.renew_edge_password();
select tests.session(5);
delete from auth.users where id = tests.learner(5);
select ops.cancel_deletion(tests.learner(5), 'by mistake');
select results_eq($$ select a.action from ops.audit a where a.id > (select id from before) and a.object = 'ops.history' order by a.id $$,
  $$ values ('rotate_history'), ('expect_upgrade'), ('settle_upgrade') $$, 'O1: a rotation and a declared upgrade are audited as what they are');

select is_empty($$ select a.action, a.object, a.before, a.after from ops.audit a where a.id > (select id from before) and a.action like 'hand%' $$,
  'O1: no change of Carrel''s own passes for an edit by hand');
select is((select count(*) from ops.audit a where a.id > (select id from before) and a.action = 'support_void'), 1::bigint,
  'O1: a call of support is audited once');

select * from finish();
rollback;
