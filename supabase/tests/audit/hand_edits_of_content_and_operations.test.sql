begin;
select plan(28);

select tests.a_release();
select private.add_webhook_endpoint('https://example.com/hook', null, null, false);
update content.question set prompt = 'Edited' where id = tests.question(1);
select tests.publish();
update content.question set prompt = 'Edited again' where id = tests.question(1);
select tests.session(2);
select private.report_content(tests.learner(2), tests.session(2), '{"kind": "repair", "version": 1, "rows": 0, "nodes": []}');
select tests.send_for(2, tests.event(9, 'app.recovered', '{"code": "x", "duration_ms": 1}'));
create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;
create function pg_temp.edit(p_statement text) returns text language plpgsql as $$
begin
  delete from before;
  insert into before select coalesce(max(id), 0) from ops.audit;
  execute p_statement;
  return (select string_agg(distinct concat_ws(' ', a.action, a.object, a.object_id) collate "C", ', ') from ops.audit a where a.id > (select id from before));
end
$$;

select is(pg_temp.edit(statement), expected, 'O1: an edit by hand is recorded: ' || statement)
from (values
  ($$ insert into content.answer_key values (tests.question(1), 3, tests.skill(1), 'true_false', '{"value": true}') $$, format('hand_insert content.answer_key %s 3', tests.question(1))),
  ($$ delete from content.answer_key where version = 3 $$, format('hand_delete content.answer_key %s 3', tests.question(1))),
  ($$ delete from content.revision where version = 2 and id = tests.question(1) $$,
    (select string_agg(distinct format('hand_delete content.revision %s question 2 %s', r.id, r.schema) collate "C", ', ') from content.revision r where r.version = 2 and r.id = tests.question(1))),
  ($$ delete from content.tree_node where version = 2 and kind = 'skill' and schema = 2 $$,
    (select format('hand_delete content.tree_node 2 skill %s 2', n.id) from content.tree_node n where n.version = 2 and n.kind = 'skill' and n.schema = 2)),
  ($$ insert into content.required_release (version, required_from) select 1, now() $$, 'hand_insert content.required_release 1'),
  ($$ delete from content.required_release $$, 'hand_delete content.required_release 1'),
  ($$ update content.draft_mark set ids = '{}' $$, (select format('hand_update content.draft_mark %s', m.mark) from content.draft_mark m)),
  ($$ update ops.history set seed = gen_random_uuid() where singleton $$, 'hand_update ops.history true'),
  ($$ update ops.webhook_message set body = '{}' $$, (select string_agg(format('hand_update ops.webhook_message %s', m.id), ', ' order by m.id collate "C") from ops.webhook_message m)),
  ($$ update ops.webhook_delivery set attempts = 3 $$,
    (select string_agg(format('hand_update ops.webhook_delivery %s %s', d.message_id, d.endpoint_id), ', ' order by d.message_id collate "C") from ops.webhook_delivery d)),
  ($$ delete from ops.content_report $$, 'hand_delete ops.content_report ' || tests.learner(2)),
  ($$ update ops.telemetry set received_at = now() - interval '1 day' $$, 'hand_update ops.telemetry ' || tests.learner(2)),
  ($$ delete from ops.telemetry_default $$, 'hand_delete ops.telemetry ' || tests.learner(2)),
  ($$ update ops.job set every = '2 days' where name = 'compaction' $$, 'hand_update ops.job compaction'),
  ($$ delete from ops.job where name = 'compaction' $$, 'hand_delete ops.job compaction'),
  ($$ insert into ops.erasure_check (history) values ('0123456789abcdef') $$, 'hand_insert ops.erasure_check 0123456789abcdef'),
  ($$ update private.error_code set title = 'Another' where code = 'forbidden' $$, 'hand_update private.error_code forbidden'),
  ($$ delete from private.event_rule where type = 'app.recovered' and field = 'body.code' $$,
    (select format('hand_delete private.event_rule app.recovered 1 %s', r.place) from private.event_rule r where r.type = 'app.recovered' and r.field = 'body.code')),
  ($$ insert into ops.projection_difference (user_id, kind, row_id, found_at, live) values (tests.learner(2), 'session', tests.learner(2), now(), '{}') $$,
    'hand_insert ops.projection_difference ' || tests.learner(2)),
  ($$ merge into ops.job j using (select 'erasures' as name) n on n.name = j.name when matched then delete $$, 'hand_delete ops.job erasures')) e (statement, expected);

select throws_ok(statement, 'CR002', null, 'O1: an edit by hand is refused: ' || statement)
from unnest(array['update content.answer_key set version = version', 'update content.revision set version = version', 'update content.tree_node set rows = rows',
  'update content.release set note = note', 'delete from content.release', 'truncate ops.telemetry_default', 'truncate private.event_rule', 'truncate ops.webhook_message cascade']) statement;

select * from finish();
rollback;
