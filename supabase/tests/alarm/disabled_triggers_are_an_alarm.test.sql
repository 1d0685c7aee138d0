begin;
select plan(9);

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


-- Dropped triggers.
select is_empty($$ select detail from public.alarms() where name = 'trigger_missing' $$, 'O4: no trigger is missing');
drop trigger session_audit_hand on learner.session;
drop trigger event_default_stays on learner.event_default;
select bag_eq($$ select detail from public.alarms() where name = 'trigger_missing' $$, $$ select format('Trigger %s of %s was dropped. An admin calls private.restore_triggers(), and looks for changes that left no trace', t, r)
  from (values ('session_audit_hand', 'learner.session'), ('event_default_stays', 'learner.event_default')) x (t, r) $$, 'O1, O4: a dropped trigger is an alarm');
select is(private.restore_triggers(), 2, 'O4: the call of the alarm trigger_missing creates the triggers again');
select is_empty($$ select detail from public.alarms() where name in ('trigger_missing', 'trigger_disabled') $$, 'O4: the call of the alarm trigger_missing ends it');
select is_empty($$ select k.relation from private.known_trigger k where not exists (select from pg_trigger t where t.tgrelid = to_regclass(k.relation) and t.tgname = k.name
  and k.definition ^@ pg_get_triggerdef(t.oid)) $$, 'O4: a trigger that was created again is as it was');

select * from finish();
rollback;
