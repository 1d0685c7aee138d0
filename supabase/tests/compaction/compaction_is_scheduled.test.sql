begin;
select plan(3);

select results_eq($$ select schedule, command from cron.job where jobname = 'carrel_compaction' $$,
  $$ values ('47 2 * * *', $q$select private.run_job('compaction', 'select ops.compact_content()')$q$) $$, 'C3: pg_cron compacts once a night, by the settings');

select tests.a_release();
update content.question set prompt = 'new' where id = tests.question(1);
select tests.publish();
update ops.content_setting set keep_versions = 1, keep_age = '1 hour', keep_answers = '1 hour';
do $$ begin execute (select command from cron.job where jobname = 'carrel_compaction'); end $$;
select is((select horizon from ops.content_setting), 0, 'C3: as the job runs it, what is younger than keep_age stays');
alter table content.release disable trigger user;
update content.release set published_at = published_at - interval '2 hours';
alter table content.release enable trigger user;
do $$ begin execute (select command from cron.job where jobname = 'carrel_compaction'); end $$;
select is((select horizon from ops.content_setting), 1, 'C3: and what is older and superseded goes');

select * from finish();
rollback;
