begin;
select plan(13);

select tests.a_release();
insert into auth.users (id) select tests.learner(n) from generate_series(1, 3) n;
select tests.send_for(n, tests.attempt(10, 1)) from generate_series(1, 3) n;

delete from auth.users where id = tests.learner(1);
update auth.users set deleted_at = now() where id = tests.learner(3);
select bag_eq('select user_id, erase_at - deleted_at > interval ''7 days'' - interval ''1 minute'' from ops.account_deletion', $$ values (tests.learner(1), true), (tests.learner(3), true) $$,
  'O5: deleting an account, hard or soft, starts a grace period of 7 days');
select is_empty('select from ops.erasure', 'O5: deleting an account requests no erasure yet');
select is(tests.raised('select tests.send_for(1, tests.attempt(11, 1))'), 'CR023', 'O5: an event of a deleted account waits on the device during the grace period');
select ops.run_erasures();
select is((select count(*) from learner.event), 3::bigint, 'O5: the job run_erasures erases nothing during the grace period');

update ops.account_deletion set deleted_at = now() - interval '8 days', erase_at = now() - interval '1 day' where user_id = tests.learner(1);
select ops.run_erasures();
select results_eq('select user_id, reason, erased_at is not null from ops.erasure', $$ select tests.learner(1), 'account_deleted', true $$, 'O5: the end of the grace period erases the learner');
select throws_ok(format('select private.ingest_for(%L, null, %L)', tests.learner(1), tests.batch(tests.attempt(12, 1))), 'CR024', null, 'O5: a batch after the grace period is refused');
select is((select count(*) from learner.event where user_id = tests.learner(1)), 0::bigint, 'O5: no event is left after the grace period');
select is((select count(*) from learner.event), 2::bigint, 'O5: the job run_erasures keeps the events of other learners');

select isnt(ops.erase_learner(tests.learner(3)), null, 'O5: an explicit request erases at once during the grace period');
select is((select reason from ops.erasure where user_id = tests.learner(3)), 'account_deleted', 'O5: an erasure during the grace period remembers that the account is deleted');
select ops.erase_learner(tests.learner(2));
delete from auth.users where id = tests.learner(2);
select is((select (reason, erased_at is null)::text from ops.erasure where user_id = tests.learner(2)), '(account_deleted,f)', 'O5: an account that was erased before is not erased again');
select is_empty('select from ops.account_deletion', 'O5: erased learners have no grace period');
select results_eq($$ select jobname, schedule, command from cron.job where jobname = 'carrel_erasures' $$,
  $$ values ('carrel_erasures', '30 seconds', $q$select private.run_job('erasures', 'select ops.run_erasures()')$q$) $$, 'O5: the job run_erasures is scheduled every 30 seconds');

select * from finish();
rollback;
