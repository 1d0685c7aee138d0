-- What:  changes of learners' rows, of quarantine and of erasures that are made by hand are audited, with before and after.
-- Why:   a row that somebody changed in Studio or a console must not pass for what the learner did (O1).

-- Who writes is read off the call stack: a statement that a function of `private` or `ops` runs is the product's own, which says
-- itself what it does; everything else is by hand. A setting made by ingest would not do: whoever sets it is believed, and one that is
-- left on covers what follows. A look at the stack takes 13 us on a busy machine, so what each batch writes is looked at only in sessions
-- that are not edge's or the gateway's. Nobody edits by hand in those: API roles change no table, and only a superuser could pretend to
-- be one. docs/support.md has the cost, and what is not seen.
create function private.is_own_code(p_stack text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
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
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A partition's row is its parent's to whoever reads the trail.
  v_object constant text := p_schema || '.' || regexp_replace(p_table, '_(\d{4}_\d\d|default)$', '');
begin
  if p_before ->> 'user_id' <> p_after ->> 'user_id' then
    -- A row that is given to another learner is one that goes and one that comes: each is redacted with its own learner.
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

do $$
declare
  v_table record;
  v_trigger record;
begin
  for v_table in
    -- `batched` is what ingest does for every batch. Not inserts of attempts: a rebuild makes 100,000, and took 2.2 times as long.
    select * from (values
      ('learner', 'state', 'delete', 'insert or update'), ('learner', 'session', 'delete', 'insert or update'),
      ('learner', 'attempt', 'delete', 'update'), ('learner', 'skill_progress', 'delete', 'insert or update'),
      ('learner', 'practice', 'delete', 'insert or update'), ('learner', 'device', 'delete', 'insert or update'),
      ('learner', 'event', 'update or delete', 'insert'), ('learner', 'batch', 'update or delete', 'insert'),
      ('ops', 'quarantine', 'insert or update or delete', null), ('ops', 'quarantine_action', 'insert or delete', null),
      ('ops', 'erasure', 'insert or update or delete', null)
    ) t (schema, name, rare, batched)
  loop
    -- Every statement parses the condition anew, and a constant of type name is 64 bytes of it: hence texts.
    for v_trigger in
      select * from (values
        ('edit', v_table.rare, ''), ('write', v_table.batched, 'when (session_user <> ''carrel_edge''::text and session_user <> ''authenticator''::text)')
      ) t (name, events, condition)
      where t.events is not null
    loop
      execute format('create trigger %2$I after %4$s on %1$I.%3$I for each row %5$s execute function private.audit_hand_edit()',
        v_table.schema, format('%s_audit_hand_%s', v_table.name, v_trigger.name), v_table.name, v_trigger.events, v_trigger.condition);
    end loop;
    execute format('create trigger %2$I before truncate on %1$I.%3$I for each statement execute function private.forbid_change()',
      v_table.schema, v_table.name || '_stays', v_table.name);
  end loop;
end
$$;
