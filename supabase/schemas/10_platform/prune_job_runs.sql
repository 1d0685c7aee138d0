-- What:  ops.prune_job_runs(), a nightly job that deletes pg_cron's records of Carrel's job runs after a week.
-- Why:   pg_cron keeps them for ever, and frequent jobs add 20,000 rows a day. ops.job has each job's last result.
create function ops.prune_job_runs(p_keep interval default '7 days')
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pruned bigint;
begin
  perform private.require_role('admin');
  perform private.require_interval('p_keep', p_keep);
  -- Only Carrel's jobs: the project may have others.
  delete from cron.job_run_details d
  where d.start_time < now() - p_keep and d.jobid in (select j.jobid from cron.job j where j.jobname ^@ 'carrel_');
  get diagnostics v_pruned = row_count;
  return v_pruned;
end
$$;
comment on function ops.prune_job_runs(interval) is
  'Deletes pg_cron''s records of Carrel''s job runs that are older than p_keep. Returns their number. Admins and jobs.';
select private.schedule_job('job_runs_prune', '13 4 * * *', '1 day', 'select ops.prune_job_runs() as pruned');
