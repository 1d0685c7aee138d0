begin;
select plan(12);

select tests.a_release();
select tests.send('x');
select public.discard_quarantined(tests.learner(), array[tests.quarantine_id('x')], 'noise');
create temporary table violation (rule text, statement text) on commit drop;
insert into violation values
  ('quarantine_code_known', $$ update ops.quarantine set code = 'unheard_of' $$),
  ('quarantine_status_follows_code', $$ update ops.quarantine set status = 'held', waits_for = 'reset', resolved_at = null $$),
  ('quarantine_status_follows_code', $$ update ops.quarantine set status = 'open', resolved_at = null, code = 'unknown_type' $$),
  ('quarantine_held_waits_for_something', $$ update ops.quarantine set status = 'held', waits_for = null, resolved_at = null, code = 'unknown_type' $$),
  ('quarantine_action_action_known', $$ insert into ops.quarantine_action select user_id, sha256, 9, at, actor, actor_role, 'lost', reason, null, null, null, outcome from ops.quarantine_action $$),
  ('quarantine_action_bodies_iff_mended', $$ insert into ops.quarantine_action select user_id, sha256, 9, at, actor, actor_role, 'mended', reason, null, null, null, outcome from ops.quarantine_action $$),
  ('quarantine_action_event_iff_superseded', $$ insert into ops.quarantine_action select user_id, sha256, 9, at, actor, actor_role, action, reason, null, null, null, 'superseded' from ops.quarantine_action $$),
  ('quarantine_load_not_negative', $$ update ops.quarantine_load set open_rows = -1 $$),
  ('quarantine_setting_one_row', $$ insert into ops.quarantine_setting (id) values (2) $$),
  ('quarantine_setting_holds_a_batch', $$ update ops.quarantine_setting set held_bytes = 1000 $$),
  ('quarantine_setting_retry_in_range', $$ update ops.quarantine_setting set retry_after_s = 1 $$);
select is(tests.violated(statement), rule, 'U3: a row of quarantine is refused by ' || rule) from violation;
select throws_ok('update ops.quarantine_action set reason = ''other''', 'CR002', null, 'I10: the actions of support cannot be changed');

select * from finish();
rollback;
