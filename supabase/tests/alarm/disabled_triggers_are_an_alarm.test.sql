begin;
select plan(4);

select is_empty($$ select detail from public.alarms() where name = 'trigger_disabled' $$, 'O4: no trigger is disabled');
alter table ops.history disable trigger history_audit_hand;
select results_eq($$ select detail from public.alarms() where name = 'trigger_disabled' $$,
  $$ values ('Trigger history_audit_hand of ops.history is disabled. An admin enables it: alter table ops.history enable trigger history_audit_hand') $$,
  'O1, O4: a disabled trigger is an alarm, which names the call that enables it');
alter table ops.history enable trigger history_audit_hand;
alter table ops.history disable trigger history_new_seed;
select results_eq($$ select detail from public.alarms() where name = 'trigger_disabled' $$,
  $$ values ('Trigger history_new_seed of ops.history is disabled. An admin enables it: alter table ops.history enable always trigger history_new_seed') $$,
  'O4: the alarm trigger_disabled says that a trigger of the history runs always');
alter table ops.history enable always trigger history_new_seed;
select is_empty($$ select detail from public.alarms() where name = 'trigger_disabled' $$, 'O4: the call of the alarm trigger_disabled ends it');

select * from finish();
rollback;
