begin;
select plan(5);

select cron.schedule('another', '0 0 * * *', 'select 1');
delete from cron.job_run_details;
-- With run ids of its own: postgres has no right to pg_cron's sequence.
insert into cron.job_run_details (runid, jobid, command, status, start_time)
select row_number() over (), j.jobid, j.command, 'succeeded', now() - make_interval(days => d.days)
from cron.job j, unnest(array[0, 6, 8]) d (days) where j.jobname in ('another', 'carrel_job_runs_prune');

select is(ops.prune_job_runs(), 1::bigint, 'O4: records of job runs are removed after a week');
select is((select count(*) from cron.job_run_details), 5::bigint, 'O4: newer records and the records of other jobs stay');
select is(ops.prune_job_runs('1 day'), 1::bigint, 'O4: a shorter age can be passed to prune_job_runs');
select results_eq($$ select schedule from cron.job where jobname = 'carrel_job_runs_prune' $$, $$ values ('13 4 * * *') $$, 'O4: records of job runs are pruned every night');
select tests.authenticate(tests.learner(), 'support');
select throws_ok('select ops.prune_job_runs()', '42501', null, 'I9: support cannot prune records of job runs');

select * from finish();
rollback;
