begin;
select plan(7);

select tests.a_release();
insert into auth.users (id) values (tests.learner(1)), (tests.learner(2));
select tests.send_for(n, tests.attempt(10, 1)) from generate_series(1, 2) n;

delete from auth.users where id = tests.learner(1);
select results_eq('select user_id, reason, erased_at from ops.erasure', $$ select tests.learner(1), 'account_deleted', null::timestamptz $$,
  'O5: deleting an account requests its erasure');
select throws_ok(format('select private.ingest_for(%L, null, %L)', tests.learner(1), tests.batch(tests.attempt(11, 1))), 'CR024', null, 'O5: a batch of a deleted account is refused');
select is((select count(*) from learner.event where user_id = tests.learner(1)), 1::bigint, 'O5: deleting an account does not erase its events itself');
select ops.run_erasures();
select is((select count(*) from learner.event where user_id = tests.learner(1)), 0::bigint, 'O5: the job run_erasures erases the events of a deleted account');
select is((select count(*) from learner.event where user_id = tests.learner(2)), 1::bigint, 'O5: the job run_erasures keeps the events of other learners');

select ops.erase_learner(tests.learner(2));
delete from auth.users where id = tests.learner(2);
select is((select (reason, erased_at is null)::text from ops.erasure where user_id = tests.learner(2)), '(account_deleted,f)', 'O5: an account that was erased before is not erased again');
select results_eq($$ select jobname, schedule, command from cron.job where jobname = 'carrel_erasures' $$,
  $$ values ('carrel_erasures', '30 seconds', $q$select private.run_job('erasures', 'select ops.run_erasures()')$q$) $$, 'O5: the job run_erasures is scheduled every 30 seconds');

select * from finish();
rollback;
