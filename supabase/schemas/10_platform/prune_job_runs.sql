-- What:  ops.prune_job_runs(): pg_cron's records of our jobs' runs are deleted after a week, once a night.
-- Why:   pg_cron never does it, and jobs that come by every few seconds leave 20,000 rows a day; how each last went is in ops.job.
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
  -- Of Carrel's own: the project may have other jobs, whose records are none of ours.
  delete from cron.job_run_details d
  where d.start_time < now() - p_keep and d.jobid in (select j.jobid from cron.job j where j.jobname ^@ 'carrel_');
  get diagnostics v_pruned = row_count;
  return v_pruned;
end
$$;
comment on function ops.prune_job_runs(interval) is
  'Deletes what pg_cron has recorded of runs of Carrel''s jobs that began so long ago; returns how many. Admins and jobs.';
select private.schedule_job('job_runs_prune', '13 4 * * *', '1 day', 'select ops.prune_job_runs() as pruned');
