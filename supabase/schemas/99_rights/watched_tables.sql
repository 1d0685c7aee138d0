-- What:  the tables whose edits by hand are audited, and the refusal of TRUNCATE on them.
-- Why:   a row that a person changed in Studio or a console must not look like Carrel's own work (O1). The triggers come last, after the owners
--        of the definers: what migrations insert before is no edit.
--        A trigger sees neither DDL, nor a session with `session_replication_role = replica`, nor anything while it is
--        disabled or dropped, which alarms() reports.

create function private.watch_by_hand(p_table regclass, p_events text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name constant text := (select c.relname from pg_class c where c.oid = p_table);
  v_key text;
begin
  -- Rows of a learner are filed under the learner, all others under their key.
  select coalesce(
    string_agg(quote_literal(a.attname), ', ') filter (where a.attname = 'user_id'),
    string_agg(quote_literal(a.attname), ', ' order by array_position(i.indkey::int2[], a.attnum))) into v_key
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey) and (a.attname = 'user_id' or a.attnum = any (
    (i.indkey::int2[])[0:i.indnkeyatts - 1]))
  where i.indrelid = p_table and i.indisprimary;
  -- The condition is parsed for every statement. With a text constant it is shorter than with one of type name (64 bytes).
  execute format('create trigger %I after %s on %s for each row when (current_user <> ''carrel_definer''::text)
    execute function private.audit_hand_edit(%s)', v_name || '_audit_hand', p_events, p_table, v_key);
  if not exists (
    -- Bit 32 is TRUNCATE.
    select from pg_trigger t where t.tgrelid = p_table and t.tgfoid = 'private.forbid_change()'::regprocedure and t.tgtype & 32 <> 0)
  then
    execute format('create trigger %I before truncate on %s for each statement execute function private.forbid_change()', v_name || '_stays', p_table);
  end if;
end
$$;
comment on function private.watch_by_hand(regclass, text) is
  'For migrations: audits these events (`insert or update or delete`) on a table unless a definer of Carrel causes them, and refuses TRUNCATE.';

select private.watch_by_hand(t.name, t.events)
from (values
  ('learner.state'::regclass, 'insert or update or delete'),
  ('learner.session', 'insert or update or delete'),
  ('learner.attempt', 'insert or update or delete'),
  ('learner.skill_progress', 'insert or update or delete'),
  ('learner.practice', 'insert or update or delete'),
  ('learner.device', 'insert or update or delete'),
  ('learner.device_session', 'insert or update or delete'),
  ('learner.event', 'insert or update or delete'),
  ('learner.batch', 'insert or update or delete'),
  ('learner.adoption', 'insert or update or delete'),
  ('ops.quarantine', 'insert or update or delete'),
  ('ops.quarantine_action', 'insert or update or delete'),
  ('ops.erasure', 'insert or update or delete'),
  ('ops.support_grant', 'insert or update or delete'),
  ('ops.telemetry_horizon', 'insert or update or delete'),
  ('ops.account_deletion', 'insert or update or delete'),
  ('ops.cohort_member', 'insert or update or delete'),
  ('ops.cohort_staff', 'insert or update or delete'),
  ('ops.content_report', 'insert or update or delete'),
  ('ops.projection_difference', 'insert or update or delete'),
  -- Telemetry changes nobody's progress, and the trigger's condition would cost every batch.
  ('ops.telemetry', 'update or delete'),
  -- Nobody updates these: other triggers refuse it.
  ('content.release', 'insert'),
  ('content.revision', 'insert or delete'),
  ('content.tree_node', 'insert or delete'),
  ('content.answer_key', 'insert or delete'),
  ('content.required_release', 'insert or update or delete'),
  ('content.schedule', 'insert or update or delete'),
  ('content.shelf', 'insert or update or delete'),
  ('content.published_media', 'insert or update or delete'),
  -- Marks are inserted for every edit of a draft, which is audited itself. Without its mark an edit is not published.
  ('content.draft_mark', 'update or delete'),
  ('ops.cell', 'insert or update or delete'),
  ('ops.learner_cell', 'insert or update or delete'),
  ('ops.history', 'insert or update or delete'),
  ('ops.history_anchor', 'insert or update or delete'),
  ('ops.erasure_check', 'insert or update or delete'),
  ('ops.job', 'insert or update or delete'),
  ('ops.alarm_acknowledgement', 'insert or update or delete'),
  ('ops.webhook_message', 'insert or update or delete'),
  ('ops.webhook_delivery', 'insert or update or delete'),
  ('ops.webhook_attempt', 'insert or update or delete'),
  -- Nobody changes or deletes these: other triggers refuse it.
  ('ops.audit_leaf', 'insert or update'),
  ('ops.audit_checkpoint', 'insert'),
  ('private.audit_mark', 'insert or update'),
  ('ops.health_hour', 'insert or update or delete'),
  ('ops.health_total', 'insert or update or delete'),
  ('ops.health_gauge', 'insert or update or delete'),
  ('ops.answer_figure', 'insert or update or delete'),
  ('private.answer_pass', 'insert or update or delete'),
  ('private.health_mark', 'insert or update or delete'),
  ('private.error_code', 'insert or update or delete'),
  ('private.event_rule', 'insert or update or delete'),
  ('private.event_type', 'insert or update or delete'),
  ('private.knowledge', 'insert or update or delete')
) t (name, events);

select private.watch_put_back(t) from unnest(array['learner.state', 'learner.event', 'learner.session', 'learner.attempt', 'learner.skill_progress',
  'learner.practice', 'content.release']::regclass[]) t;

select private.note_triggers();
