begin;
select plan(8);

select tests.webhook_endpoint('releases');
select ops.erase_learner(tests.learner(1));
select is_empty($$ select from ops.webhook_message where type = 'learner.erased' $$, 'O5: an endpoint that did not ask for erasures gets no ids of learners');
select public.add_webhook_endpoint('https://vault.example/erasures', array['learner.erased'], 'vault');

select tests.send_for(n, tests.attempt(10, 1)) from generate_series(2, 3) n;
select ops.erase_learner(tests.learner(2)), ops.erase_learner(tests.learner(2));
select results_eq($$ select type, version, body::jsonb -> 'data' from ops.webhook_message where type = 'learner.erased' $$,
  $$ select 'learner.erased', null::integer, jsonb_build_object('history', private.history(), 'user_id', user_id, 'reason', 'requested', 'requested_at', requested_at)
     from ops.erasure where user_id = tests.learner(2) $$, 'O5: a subscribed endpoint gets one message for each erasure');
select results_eq('select endpoint_id, state from ops.webhook_delivery', $$ values (tests.webhook_endpoint_id('vault'), 'pending') $$, 'O5: only the subscribed endpoint gets the message');
select tests.session(2), tests.session(3);
delete from auth.users where id in (tests.learner(2), tests.learner(3));
update ops.account_deletion set erase_at = deleted_at where true;
select ops.end_grace_periods();
select bag_eq($$ select body::jsonb #>> '{data,user_id}' as id, body::jsonb #>> '{data,reason}' as reason from ops.webhook_message where type = 'learner.erased' $$,
  $$ values (tests.learner(2)::text, 'requested'), (tests.learner(2)::text, 'account_deleted'), (tests.learner(3)::text, 'account_deleted') $$,
  'O5: a deleted account sends a message when its grace period is over');

select is_empty($$ select from public.alarms() where name = 'erasures_unsent' $$, 'O5: an undelivered erasure message younger than an hour raises no alarm');
update ops.webhook_message set created_at = created_at - interval '2 hours';
select is((select detail from public.alarms() where name = 'erasures_unsent'), 'Erasures that did not reach their endpoint: 3. An admin sees them in webhook_deliveries() and sends them again: retry_webhook()', 'O5: an undelivered erasure message older than an hour raises erasures_unsent');
update ops.webhook_delivery set state = 'delivered', next_attempt_at = null, settled_at = now();
select is_empty($$ select from public.alarms() where name = 'erasures_unsent' $$, 'O5: the alarm erasures_unsent ends with the delivery');

-- An older copy without the erasures. The messages, in any order, are an export.
create temporary table told on commit drop as select jsonb_agg(body::jsonb -> 'data' order by id) as erasures from ops.webhook_message where type = 'learner.erased';
update ops.webhook_endpoint set enabled = false;
delete from ops.erasure;
select ops.reapply_erasures(jsonb_build_object('erasures', erasures)) from told;
select bag_eq('select user_id, reason from ops.erasure', $$ values (tests.learner(2), 'account_deleted'), (tests.learner(3), 'account_deleted') $$, 'O5: erasure messages can be reapplied after a restore');

select * from finish();
rollback;
