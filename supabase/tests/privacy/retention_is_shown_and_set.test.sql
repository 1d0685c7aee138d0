begin;
select plan(18);

select tests.a_release();
select tests.send(tests.progress(10, 1, 101), 'noise', 'open', tests.event(3, 'app.failed', '{"code": "x", "fatal": false}'));
select public.discard_quarantined(tests.learner(), array[tests.quarantine_id('noise')], 'noise');
select public.mend_quarantined(tests.learner(), tests.quarantine_id(tests.progress(10, 1, 101)), tests.progress(10, 1, 100)::jsonb, 'one too many');
update ops.quarantine set resolved_at = now() - interval '40 days' where resolved_at is not null;
insert into ops.projection_difference (user_id, kind, row_id, found_at, live, resolved_at) values (tests.learner(), 'session', tests.learner(), now(), '{}', now() - interval '40 days');

select set_eq('select relation, keep, would_go from ops.retention()', $$ values ('learner.batch', '180 days'::interval, 0::bigint), ('ops.content_report', '180 days', 0),
  ('ops.projection_difference', null, 0), ('ops.quarantine', null, 0), ('ops.telemetry', '180 days', 0), ('ops.webhook_message', '30 days', 0) $$, 'O5: retention is listed for each table');
select is((select would_go from ops.retention(now() + interval '250 days') where relation = 'ops.telemetry'), 1::bigint, 'O5: the dry run counts what would go');
select is(ops.prune_settled(), 0::bigint, 'O5: settled events are kept by default');
select is(tests.raised($$ select ops.set_retention('ops.quarantine', '31 days', '') $$), 'CR071 reason', 'O5: a change of retention needs a reason');
select is(tests.raised($$ select ops.set_retention('ops.quarantine', '30 days', 'test') $$), 'CR044 p_keep', 'O5: a retention that is too short is refused');
select is(tests.raised(format('select ops.set_retention(%L, ''31 days'', ''test'')', t)), 'CR044 p_relation', format('I4: %s has no retention', t))
from unnest(array['learner.event', 'learner.attempt', 'learner.skill_progress', 'ops.audit', 'ops.erasure']) t;
select is(tests.raised($$ select ops.set_retention('ops.telemetry', null, 'test') $$), 'CR044 p_keep', 'O5: telemetry cannot be kept for good');
select ops.set_retention('ops.quarantine', '31 days', 'policy 3'), ops.set_retention('ops.projection_difference', '31 days', 'policy 3'), ops.set_retention('ops.telemetry', '90 days', 'policy 3');
select is((select keep_days from ops.telemetry_setting), 90, 'O5: the retention of telemetry is its setting');
select set_eq('select relation, would_go from ops.retention() where would_go > 0', $$ values ('ops.quarantine', 2::bigint), ('ops.projection_difference', 1) $$, 'O5: the dry run shows what a new retention would delete');
select is((select count(*) from ops.quarantine), 3::bigint, 'O5: a dry run deletes nothing');
select is(ops.prune_settled(), 3::bigint, 'O5: the job deletes what the dry run has shown');
select results_eq('select status from ops.quarantine', $$ values ('open') $$, 'U3: an open event is never deleted');
select is(tests.send(tests.progress(10, 1, 101)), array['quarantined invalid_event body.mastery'], 'I4: a deleted text that arrives again changes nothing');
select is((select count(*) from ops.audit where action = 'set_retention' and after ->> 'reason' = 'policy 3'), 3::bigint, 'O1: each change of retention is recorded with its reason');

select * from finish();
rollback;
