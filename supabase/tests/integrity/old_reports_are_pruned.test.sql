begin;
select plan(8);

create function pg_temp.report(p_days integer) returns void language plpgsql as $$
begin
  perform private.report_content(tests.learner(), tests.session(), '{"kind":"repair","version":1,"rows":1,"nodes":[]}');
  update ops.content_report set reported_on = reported_on - p_days, reported_at = reported_at - make_interval(days => p_days)
  where reported_on = (now() at time zone 'utc')::date;
end
$$;
select pg_temp.report(days) from unnest(array[1, 179, 181, 400]) days;

select is(ops.prune_content_reports('200 days'), 1::bigint, 'C6: reports older than the given age are removed');
select is(ops.prune_content_reports(), 1::bigint, 'C6: reports older than 180 days are removed by default');
select is((select array_agg((now() at time zone 'utc')::date - reported_on order by 1) from ops.content_report), array[1, 179], 'C6: newer reports are kept');
select is((select array_agg(before order by id) from ops.audit where action = 'prune_content_reports' and at >= now()),
  array['{"reports": 1}', '{"reports": 1}']::jsonb[], 'C6: each pruning of reports is recorded');
update ops.content_setting set keep_reports = '30 days';
select is(ops.prune_content_reports(), 1::bigint, 'O5: the setting keep_reports changes the age at which reports are removed');
select is((select count(*) from ops.content_report), 1::bigint, 'O5: reports younger than keep_reports are kept');
select results_eq($$ select schedule, command from cron.job where jobname = 'carrel_reports_prune' $$,
  $$ values ('53 3 * * *', $q$select private.run_job('reports_prune', 'select ops.prune_content_reports()')$q$) $$, 'C6: reports are pruned every night');
select tests.authenticate(tests.learner(), 'support');
select throws_ok('select ops.prune_content_reports()', '42501', null, 'I9: support cannot prune reports');

select * from finish();
rollback;
