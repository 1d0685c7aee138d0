-- What:  edits by hand of learners' rows, of quarantine and of erasures are audited, with before and after.
-- Why:   a row that a person changed in Studio or a console must not look like the learner's own work (O1).

-- Carrel's definers write these rows as carrel_definer and audit their own work. Every other writer is a person. API
-- roles cannot change these tables, so no edit by hand happens in a session that ingests a batch.
create function private.audit_by_hand(p_operation text, p_schema text, p_table text, p_before jsonb, p_after jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A partition's row is audited under its parent's name.
  v_object constant text := p_schema || '.' || regexp_replace(p_table, '_(\d{4}_\d\d|default)$', '');
begin
  if p_before ->> 'user_id' <> p_after ->> 'user_id' then
    -- A row moved to another learner is audited as a delete and an insert, so that each record is redacted with its own learner.
    perform private.audit('hand_delete', v_object, p_before ->> 'user_id', p_before, null);
    perform private.audit('hand_insert', v_object, p_after ->> 'user_id', null, p_after);
  elsif p_before is distinct from p_after then
    perform private.audit('hand_' || lower(p_operation), v_object, coalesce(p_after, p_before) ->> 'user_id', p_before, p_after);
  end if;
end
$$;
comment on function private.audit_by_hand(text, text, text, jsonb, jsonb) is 'Audits a change by hand under its learner''s id.';

create function private.audit_hand_edit()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.audit_by_hand(tg_op, tg_table_schema, tg_table_name,
    case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end);
  return null;
end
$$;
comment on function private.audit_hand_edit() is 'Row trigger: audits a change that Carrel did not make itself.';

do $$
declare
  v_table regclass;
begin
  foreach v_table in array array[
    'learner.state', 'learner.session', 'learner.attempt', 'learner.skill_progress', 'learner.practice', 'learner.device', 'learner.event', 'learner.batch',
    'learner.adoption', 'ops.quarantine', 'ops.quarantine_action', 'ops.erasure', 'ops.account_deletion']::regclass[]
  loop
    -- The condition is parsed for every statement. With a text constant it is shorter than with one of type name (64 bytes).
    execute format('create trigger %I after insert or update or delete on %s for each row when (current_user <> ''carrel_definer''::text)
      execute function private.audit_hand_edit()', (select c.relname from pg_class c where c.oid = v_table) || '_audit_hand', v_table);
    execute format('create trigger %I before truncate on %s for each statement execute function private.forbid_change()',
      (select c.relname from pg_class c where c.oid = v_table) || '_stays', v_table);
  end loop;
end
$$;
