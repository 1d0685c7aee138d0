-- What:  changes of learners' rows and of quarantine that are made by hand are audited, with before and after.
-- Why:   a row that somebody changed in Studio or a console must not pass for what the learner did (O1).
-- Locks: triggers on the learner tables and ops.quarantine.
-- Undo:  drop function private.audit_hand_edit, private.audit_hand_insert, private.audit_by_hand, private.is_own_code cascade.

-- Who writes is read off the call stack: a statement that a function of `private` or `ops` runs is the product's own, which says
-- itself what it does; everything else is by hand. A setting made by ingest would not do: whoever sets it is believed, and one that is
-- left on covers what follows. A look at the stack takes 13 us on a busy machine, so it is taken where ingest does not write: at deletes, at updates
-- of what it only inserts, and at updates of projections that take no change number (private.number_change). Of what each batch updates or
-- inserts there are two, which pass by for the sessions of edge and gateway, who can't edit by hand: API roles change no table, and
-- only a superuser could pretend to be one. docs/support.md has the cost, and what is not seen.
create function private.is_own_code(p_stack text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  -- Frames from inside out: the trigger, its statement (there is none at the top level), and the function that runs it. Without regular
  -- expressions, the one for this took 30 times as long.
  v_below constant text := case when strpos(p_stack, E'\n') > 0 then substr(p_stack, strpos(p_stack, E'\n') + 1) else '' end;
  v_function constant text := case
    when v_below ^@ 'SQL statement "' then split_part(v_below, E'"\nPL/pgSQL function ', 2)
    when v_below ^@ 'PL/pgSQL function ' then substr(v_below, 19)
    else '' end;
begin
  return v_function ^@ 'private.' or v_function ^@ 'ops.';
end
$$;
comment on function private.is_own_code(text) is 'Whether the function below a trigger, on its call stack (pg_context), is one of private or ops.';

create function private.audit_by_hand(p_operation text, p_schema text, p_table text, p_before jsonb, p_after jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if p_before is distinct from p_after then
    -- A partition's row is its parent's to whoever reads the trail.
    perform private.audit('hand_' || lower(p_operation), p_schema || '.' || regexp_replace(p_table, '_(\d{4}_\d\d|default)$', ''),
      coalesce(p_after, p_before) ->> 'user_id', p_before, p_after);
  end if;
end
$$;
comment on function private.audit_by_hand(text, text, text, jsonb, jsonb) is 'Audits a change by hand under its learner''s id.';

create function private.audit_hand_edit()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_stack text;
begin
  -- First of all: a rebuild and an erasure delete 100,000 rows.
  get diagnostics v_stack = pg_context;
  if not private.is_own_code(v_stack) then
    perform private.audit_by_hand(tg_op, tg_table_schema, tg_table_name,
      case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end);
  end if;
  return null;
end
$$;
comment on function private.audit_hand_edit() is 'Row trigger: audits a change that nothing of the product made.';

create function private.audit_hand_insert()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_stack text;
begin
  get diagnostics v_stack = pg_context;
  if not private.is_own_code(v_stack) then
    perform private.audit('hand_insert', tg_table_schema || '.' || tg_table_name, null, null, jsonb_build_object('statement', left(current_query(), 16384)));
  end if;
  return null;
end
$$;
comment on function private.audit_hand_insert() is 'Statement trigger: audits the text of an insert into the ledger that is none of ingest''s.';

do $$
declare
  v_table record;
begin
  for v_table in
    select * from (values
      ('learner', 'state', 'delete', ''), ('learner', 'session', 'delete', ''), ('learner', 'skill_progress', 'delete', ''),
      ('learner', 'attempt', 'delete', ''), ('learner', 'event', 'update or delete', ''), ('learner', 'batch', 'update or delete', ''),
      ('ops', 'quarantine', 'insert or update or delete', ''), ('ops', 'quarantine_action', 'delete', ''),
      ('learner', 'device', 'update or delete', 'when (session_user not in (''carrel_edge'', ''authenticator''))')
    ) t (schema, name, events, condition)
  loop
    execute format('create trigger %2$I after %4$s on %1$I.%3$I for each row %5$s execute function private.audit_hand_edit()',
      v_table.schema, v_table.name || '_audit_hand_edit', v_table.name, v_table.events, v_table.condition);
    execute format('create trigger %2$I before truncate on %1$I.%3$I for each statement execute function private.forbid_change()',
      v_table.schema, v_table.name || '_stays', v_table.name);
  end loop;
end
$$;
create trigger event_audit_hand_insert after insert on learner.event
  for each statement when (session_user not in ('carrel_edge', 'authenticator')) execute function private.audit_hand_insert();
