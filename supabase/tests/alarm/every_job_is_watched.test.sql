begin;
select plan(11);

create temporary view now_on as select name, split_part(detail, ' ', 3) as job from public.alarms();
create temporary view jobs as select substr(jobname, 8) as job, command from cron.job;
create function pg_temp.run_all() returns void language plpgsql
as $$
declare
  v_command text;
begin
  for v_command in select command from jobs loop
    execute v_command;
  end loop;
end
$$;

select cmp_ok((select count(*) from jobs), '>', 9::bigint, 'O4: Carrel schedules more than nine jobs');
select is_empty($$ select job from jobs where not exists (select from ops.job j where j.name = job) $$, 'O4: each scheduled job has a row in ops.job');
select is_empty('select name from ops.job except select job from jobs', 'O4: each row of ops.job has a scheduled job');

select is_empty($$ select name from ops.job o join jobs j on j.job = o.name where strpos(j.command, quote_literal(o.command)) = 0 $$, 'O4: each row of ops.job has the command that pg_cron runs');

update ops.job set last_run_at = now() - 3 * every - interval '15 minutes';
select bag_eq('table now_on', $$ select 'job_late', job from jobs $$, 'O4: every job that stops running raises job_late');
select pg_temp.run_all();
select is_empty('table now_on', 'O4: the next run of a job ends its job_late alarm');

-- All jobs fail for a learner. The one job that checks no caller is renamed.
savepoint before_failures;
alter function private.drive_webhooks() rename to drive_nothing;
select tests.authenticate(tests.learner());
set local role postgres;
select pg_temp.run_all();
select set_config('request.jwt.claims', '', true);
select bag_eq('table now_on', $$ select 'job_failing', job from jobs $$, 'O4: every job that fails raises job_failing');
rollback to before_failures;

create function pg_temp.spoil(p_state text) returns integer language plpgsql
as $$
begin
  insert into ops.erasure (user_id, reason) values (tests.learner(9), 'requested');
  raise exception using errcode = p_state, message = 'no reason';
end
$$;
select private.run_job('telemetry', $$ select pg_temp.spoil('57014') $$), private.run_job('telemetry', $$ select pg_temp.spoil('P0001') $$);
select is((select (failures, last_error)::text from ops.job where name = 'telemetry'), '(2,"no reason (P0001)")', 'O4: a cancelled run and a failed run both count as failures');
select is_empty('select from ops.erasure', 'O4: a failed run is rolled back');
select private.run_job('telemetry', 'select 3 as dropped');
select is((select (failures, last_error, detail)::text from ops.job where name = 'telemetry'), '(0,,"{""dropped"": 3}")', 'O4: a successful run clears the failures and records its result');
select private.run_job('telemetry', $$ select private.record_job('telemetry', 'half done', null) $$);
select is((select last_error from ops.job where name = 'telemetry'), 'half done', 'O4: a failure that a job records itself is not overwritten');

select * from finish();
rollback;
