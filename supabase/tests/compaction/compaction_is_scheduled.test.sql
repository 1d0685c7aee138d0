begin;
select plan(3);

select results_eq($$ select schedule, command from cron.job where jobname = 'carrel_compaction' $$,
  $$ values ('47 2 * * *', $q$select private.run_job('compaction', 'select ops.compact_content()')$q$) $$, 'C3: pg_cron compacts once a night with the configured settings');

select tests.a_release();
update content.question set prompt = 'new' where id = tests.question(1);
select tests.publish();
update ops.content_setting set keep_versions = 1, keep_age = '1 hour', keep_answers = '1 hour';
do $$ begin execute (select command from cron.job where jobname = 'carrel_compaction'); end $$;
select is((select horizon from ops.content_setting), 0, 'C3: the compaction job keeps what is younger than keep_age');
alter table content.release disable trigger user;
update content.release set published_at = published_at - interval '2 hours';
alter table content.release enable trigger user;
do $$ begin execute (select command from cron.job where jobname = 'carrel_compaction'); end $$;
select is((select horizon from ops.content_setting), 1, 'C3: the compaction job drops superseded rows older than keep_age');

select * from finish();
rollback;
