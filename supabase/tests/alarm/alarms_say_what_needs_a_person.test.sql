begin;
select plan(10);

-- No job runs in this database, and it may be a copy that is hours old.
update ops.job set last_run_at = now() where true;
create temporary view now_on as select name, detail from public.alarms();
select is_empty('table now_on', 'O4: a healthy database has no alarms');

select private.record_job('erasures', 'no reason', null);
select bag_eq('table now_on', $$ values ('job_failing', 'The job erasures fails (runs in a row: 1): no reason. After mending the cause, an admin runs it: select ops.run_erasures()') $$, 'O4: a job that failed raises job_failing with the reason');
select private.record_job('erasures', null, null);
update ops.job set last_run_at = now() - interval '4 days' where name = 'projection_check';
select bag_eq('table now_on', $$ values ('job_late', 'The job projection_check should run every 1 day: see docs/operations.md#jobs. To run it once: select ops.check_projections()') $$, 'O4: a job that has not reported for too long raises job_late');
select private.record_job('projection_check', null, null);

do $$ begin
  execute format('drop table learner.batch_%s', to_char(now() at time zone 'utc' + interval '3 months', 'YYYY_MM'));
end $$;
select bag_eq('table now_on', $$ values ('partitions_short', 'Months ahead for which learner.batch has partitions: 2. An admin creates them: ops.ensure_partitions()') $$, 'O4: a table with too few months of partitions ahead raises partitions_short');
select ops.ensure_partitions();

insert into ops.projection_difference (user_id, kind, row_id, found_at, live) values (tests.learner(), 'attempt', tests.event_id(1), now(), '{}');
select bag_eq('table now_on', $$ values ('projections_differ', 'Rows that differ from their ledger: 1; learners: 1. projection_differences() shows them, and rebuild_learner() mends them') $$, 'O4: recorded differences in projections raise projections_differ');
update ops.projection_difference set resolved_at = now();
insert into content.schedule (due_at, expected_hash, force, error) values (now() - interval '16 minutes', repeat('0', 64), false, '57014');
select bag_eq('table now_on', $$ values ('schedules_overdue', 'Scheduled releases that are past their time: 1; the last error: 57014. To publish them now: ops.run_due_schedule(); to give one up: cancel_schedule()') $$,
  'C5, O4: a scheduled release that is overdue raises schedules_overdue with the last error');
update content.schedule set state = 'cancelled', finished_at = now() where state = 'pending';
insert into ops.erasure (user_id, reason, requested_at) values (tests.learner(), 'requested', now() - interval '2 days');
select bag_eq('table now_on', $$ values ('erasures_late', 'Learners who are not erased yet: 1. An admin continues: ops.run_erasures()') $$, 'O5: an erasure that is overdue raises erasures_late');
select ops.run_erasures();
select is_empty('table now_on', 'O4: alarms end when their causes are gone');

select tests.authenticate(tests.learner(), 'support');
select is_empty('select from public.alarms()', 'O4: support reads alarms through the API');
select tests.authenticate(tests.learner());
select throws_ok('select public.alarms()', 'CR001', null, 'I9: a learner cannot read alarms');

select * from finish();
rollback;
