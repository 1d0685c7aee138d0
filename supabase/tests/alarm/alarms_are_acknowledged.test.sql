begin;
select plan(17);

-- No job runs in this database, and it may be a copy that is hours old.
update ops.job set last_run_at = now(), last_ok_at = now() - interval '1 minute' where true;
select private.record_job('erasures', 'no room', null), private.record_job('bundles', 'no reason', null);
update ops.job set last_ok_at = now() - interval '1 minute' where failures > 0;
create temporary view now_on as select name, subject, acknowledged_by, acknowledged_reason from public.alarms();
create temporary view counted as select metric, label, value from ops.health_gauge where metric in ('alarms', 'alarms_acknowledged');
grant select on now_on to public;

select tests.authenticate(tests.learner(1), 'support');
select throws_ok($$ select public.acknowledge_alarm('job_failing', 'A test', 'erasures') $$, 'CR001', null, 'I9: support cannot acknowledge an alarm');
select tests.authenticate(tests.learner(2), 'admin');
select is(tests.raised($$ select public.acknowledge_alarm('job_failing', ' ', 'erasures') $$), 'CR071 reason', 'O1: an acknowledgement without a reason is refused');
select is(tests.raised($$ select public.acknowledge_alarm('job_failing', 'A test', 'webhooks') $$), 'CR071 alarm', 'O4: an alarm that is not open cannot be acknowledged');
select tests.reset_role();
select is_empty('select from ops.alarm_acknowledgement', 'O4: a refused acknowledgement leaves nothing');

select tests.authenticate(tests.learner(2), 'admin');
select public.acknowledge_alarm('job_failing', 'Ada makes room', 'erasures');
select results_eq('table now_on', format($$ values ('job_failing', 'bundles', null, null), ('job_failing', 'erasures', %L, 'Ada makes room') $$, tests.learner(2)),
  'O4: an acknowledged alarm is listed last, with who acknowledged it and why');
select tests.reset_role();
select results_eq($$ select actor, object_id, after ->> 'reason' from ops.audit where action = 'acknowledge_alarm' $$,
  $$ values (tests.learner(2), 'job_failing erasures', 'Ada makes room') $$, 'O1: an acknowledgement is audited with its reason');
select ops.measure_health();
select bag_eq('table counted', $$ values ('alarms', 'job_failing', 1::double precision), ('alarms_acknowledged', 'job_failing', 1) $$,
  'O4: the gauge that raises the alert does not count an acknowledged alarm');

select private.record_job('erasures', 'still no room', null);
select is((select acknowledged_reason from now_on where subject = 'erasures'), 'Ada makes room', 'O4: an acknowledgement stays while the alarm lasts');
select private.record_job('erasures', null, null);
select private.record_job('erasures', 'no room again', null);
select is((select acknowledged_reason from now_on where subject = 'erasures'), null, 'O4: an alarm that recurs between two measurements is not acknowledged');
select ops.measure_health();
select is_empty('select from ops.alarm_acknowledgement', 'O4: the job health_gauges deletes acknowledgements of alarms that have ended');
select bag_eq('table counted', $$ values ('alarms', 'job_failing', 2::double precision) $$, 'O4: an alarm that recurs raises its alert');

-- One late release is acknowledged. Another one is news.
insert into content.schedule (due_at, expected_hash, force) values (now() - interval '1 hour', repeat('0', 64), false);
select public.acknowledge_alarm('schedules_overdue', 'Bob knows');
update ops.alarm_acknowledgement set at = now() - interval '20 minutes' where alarm = 'schedules_overdue';
select is((select acknowledged_reason from now_on where name = 'schedules_overdue'), 'Bob knows', 'O4: an alarm that counts cases is acknowledged');
insert into content.schedule (due_at, expected_hash, force) values (now() - interval '16 minutes', repeat('0', 64), false);
select is((select acknowledged_reason from now_on where name = 'schedules_overdue'), null, 'O4: an alarm with a later case than was acknowledged is not acknowledged');
delete from content.schedule;

-- This alarm does not know since when it is open.
alter table content.domain disable trigger domain_audit_update;
select public.acknowledge_alarm('trigger_disabled', 'An import by hand', 'domain_audit_update of content.domain');
select is((select acknowledged_by from now_on where name = 'trigger_disabled'), session_user::text, 'O4: an acknowledgement in a SQL console has its role');
alter table content.domain enable trigger domain_audit_update;
select ops.measure_health();
alter table content.domain disable trigger domain_audit_update;
select is((select acknowledged_reason from now_on where name = 'trigger_disabled'), null, 'O4: an alarm without a time that recurs is not acknowledged');
select public.acknowledge_alarm('trigger_disabled', 'First', 'domain_audit_update of content.domain'), public.acknowledge_alarm('trigger_disabled', 'Second', 'domain_audit_update of content.domain');
select is((select acknowledged_reason from now_on where name = 'trigger_disabled'), 'Second', 'O4: a second acknowledgement replaces the reason');
select is((select count(*) from ops.audit where action = 'acknowledge_alarm'), 5::bigint, 'O1: every acknowledgement is audited');

select * from finish();
rollback;
