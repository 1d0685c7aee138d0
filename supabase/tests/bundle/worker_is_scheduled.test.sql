begin;
select plan(1);

select results_eq($$ select jobname, schedule, command from cron.job where jobname like 'carrel_bundles%' order by 1 $$,
  $$ values ('carrel_bundles', '30 seconds', $q$select private.run_job('bundles', 'select ops.continue_bundles()')$q$),
            ('carrel_bundles_retire', '17 3 * * *', $q$select private.run_job('bundles_retire', 'select ops.remove_old_bundles()')$q$) $$,
  'C1: pg_cron wakes the bundle worker every 30 seconds, and retires bundles every night');

select * from finish();
rollback;
