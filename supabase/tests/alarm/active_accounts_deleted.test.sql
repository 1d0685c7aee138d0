begin;
select plan(3);

insert into auth.users (id) select tests.learner(n) from generate_series(1, 60) n;
insert into learner.device (user_id, device_id, first_seen_at, last_seen_at) select tests.learner(n), tests.device(), now(), now() - interval '1 hour' from generate_series(1, 20) n;
delete from auth.users where id > tests.learner(1);
select is_empty($$ select from public.alarms() where name = 'active_accounts_deleted' $$, 'O4: deleting some active accounts raises no alarm');
delete from auth.users where id = tests.learner(1);
select matches((select detail from public.alarms() where name = 'active_accounts_deleted'),
  '^20 accounts were deleted whose learners were active within a week; they are erased from .* UTC on\. If this was a mistake, an admin calls ops\.cancel_deletion\(\)$',
  'O4: deleting many active accounts raises active_accounts_deleted, which names the call that undoes it');
select ops.cancel_deletion(user_id, 'a clean-up by the wrong date') from ops.account_deletion;
select is_empty($$ select from public.alarms() where name = 'active_accounts_deleted' $$, 'O4: cancelled deletions end the alarm active_accounts_deleted');

select * from finish();
rollback;
