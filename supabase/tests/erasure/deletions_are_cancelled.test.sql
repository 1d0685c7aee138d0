begin;
select plan(23);

select tests.a_release();
insert into auth.users (id) select tests.learner(n) from generate_series(1, 4) n;
select tests.send_for(n, tests.attempt(10, 1)) from generate_series(1, 4) n;
delete from auth.users where id in (tests.learner(1), tests.learner(2));
update auth.users set deleted_at = now() where id in (tests.learner(3), tests.learner(4));

select ops.cancel_deletion(tests.learner(1), 'a wrong click');
select is_empty('select from ops.account_deletion where user_id = tests.learner(1)', 'O5: cancel_deletion ends the grace period');
select results_eq($$ select action, actor_role, before ? 'erase_at', after from ops.audit where object_id = tests.learner(1)::text and object = 'learner.state' order by id $$,
  $$ values ('delete_account', 'postgres', null::boolean, (select jsonb_build_object('erase_at', a.before -> 'erase_at') from ops.audit a where a.action = 'cancel_deletion')),
            ('cancel_deletion', 'postgres', true, '{"reason": "a wrong click"}'::jsonb) $$, 'O1: a deleted account and the end of its grace period are audited');
select isnt_empty($$ select from public.support_timeline(tests.learner(1), 'test') where summary like 'cancel_deletion%' $$, 'O2: the timeline shows a cancelled deletion');
select is(tests.raised('select ops.cancel_deletion(tests.learner(1), ''again'')'), 'CR070 ' || tests.learner(1), 'O5: a deletion can be cancelled once');
select is(tests.raised('select ops.cancel_deletion(tests.learner(2), '' '')'), 'CR071 reason', 'O5: cancelling a deletion needs a reason');

-- Made again under the same id; and a soft delete that is taken back.
insert into auth.users (id) values (tests.learner(2));
update auth.users set deleted_at = null where id = tests.learner(3);
select is_empty('select from ops.account_deletion where user_id = tests.learner(3)', 'O5: an account that is restored has no grace period');
update ops.account_deletion set deleted_at = now() - interval '8 days', erase_at = now() where true;
select is(ops.end_grace_periods(), 1, 'O5: only accounts that are still deleted are erased when their grace period is over');
select results_eq('select user_id from ops.erasure', 'select tests.learner(4)', 'O5: an account that was made again under its id keeps its data');
select is_empty('select from ops.account_deletion', 'O5: each grace period ends once');

select ops.set_deletion_grace('1 day');
delete from auth.users where id = tests.learner(1);
delete from auth.users where id = tests.learner(2);
select is((select count(*) from ops.account_deletion where erase_at < now() + interval '25 hours'), 1::bigint, 'O5: the grace period follows its setting');
select isnt_empty($$ select from ops.audit where object = 'ops.deletion_setting' and action = 'update' $$, 'O1: a change of the grace period is audited');
select is(tests.raised(format('select ops.set_deletion_grace(%L)', bad)), 'CR044 p_grace', 'O5: a grace period out of range is refused: ' || coalesce(bad, 'null'))
from unnest(array['-1 seconds', '91 days', null]) bad;
select ops.set_deletion_grace('0 seconds');
insert into auth.users (id) values (tests.learner(5));
delete from auth.users where id = tests.learner(5);
select is(ops.end_grace_periods(), 1, 'O5: without a grace period the next run of the job erases');
select is(tests.violated('update ops.deletion_setting set grace = ''1 year'''), 'deletion_setting_grace_in_range', 'O5: the setting itself refuses a grace period out of range');

-- Deleted, made again, and deleted again almost a week later; soft, and then hard; and all at once.
select ops.set_deletion_grace('7 days');
insert into auth.users (id) select tests.learner(n) from generate_series(6, 8) n;
delete from auth.users where id = tests.learner(6);
update auth.users set deleted_at = now() where id = tests.learner(7);
update ops.account_deletion set deleted_at = deleted_at - interval '6 days', erase_at = erase_at - interval '6 days' where user_id in (tests.learner(6), tests.learner(7));
insert into auth.users (id) values (tests.learner(6));
delete from auth.users where id in (tests.learner(6), tests.learner(7));
select ok((select erase_at > now() + interval '6 days' from ops.account_deletion where user_id = tests.learner(6)), 'O5: a second deletion has a grace period of its own');
select results_eq($$ select action from ops.audit where object_id = tests.learner(6)::text and action not like 'hand%' order by id $$, $$ values ('delete_account'), ('cancel_deletion'), ('delete_account') $$,
  'O1: a second deletion is audited');
select ok((select erase_at < now() + interval '2 days' from ops.account_deletion where user_id = tests.learner(7)), 'O5: removing an account that was soft deleted does not begin again');
insert into auth.users (id) values (tests.learner(6));
update auth.users set deleted_at = now() where id = tests.learner(6);
update ops.account_deletion set deleted_at = deleted_at - interval '6 days', erase_at = erase_at - interval '6 days' where user_id = tests.learner(6);
update auth.users set deleted_at = null where id = tests.learner(6);
update auth.users set deleted_at = now() where id = tests.learner(6);
select ok((select erase_at > now() + interval '6 days' from ops.account_deletion where user_id = tests.learner(6)), 'O5: a second soft delete has a grace period of its own');
truncate auth.users cascade;
select ok((select erase_at > now() + interval '6 days' from ops.account_deletion where user_id = tests.learner(8)), 'O5: TRUNCATE of all accounts starts their grace periods');
select is((select count(*) from ops.audit where object_id = tests.learner(8)::text and action = 'delete_account'), 1::bigint, 'O1: a deletion by TRUNCATE is audited');

select tests.authenticate(tests.learner(), 'support');
select throws_ok('select ops.cancel_deletion(tests.learner(2), ''because'')', '42501', null, 'I9: support cannot cancel a deletion');

select * from finish();
rollback;
