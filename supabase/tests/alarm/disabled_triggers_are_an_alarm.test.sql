begin;
select plan(3);

select is_empty($$ select detail from public.alarms() where name = 'trigger_disabled' $$, 'O4: no trigger is disabled');
alter table ops.history disable trigger history_audit_hand;
select results_eq($$ select detail from public.alarms() where name = 'trigger_disabled' $$,
  $$ values ('Triggers of ops.history are disabled. An admin enables them: alter table ops.history enable trigger user') $$,
  'O1, O4: a disabled trigger is an alarm, which names the call that enables it');
alter table ops.history enable trigger user;
select is_empty($$ select detail from public.alarms() where name = 'trigger_disabled' $$, 'O4: the call of the alarm trigger_disabled ends it');

select * from finish();
rollback;
