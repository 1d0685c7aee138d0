-- What:  the audit of edits by hand, with before and after. 99_rights/watched_tables.sql lists the tables.
-- Why:   a row that a person changed in Studio or a console must not look like the learner's own work (O1).

-- Carrel's definers write these rows as carrel_definer and audit their own work. Every other writer is a person. API
-- roles cannot change these tables, so no edit by hand happens in a session that ingests a batch.
create function private.row_key(p_row jsonb, p_key text[])
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select string_agg(p_row ->> k.name, ' ' order by k.place) from unnest(p_key) with ordinality k (name, place) $$;
comment on function private.row_key(jsonb, text[]) is 'The id of a row in the audit trail: the values of these columns.';

create function private.audit_by_hand(p_operation text, p_schema text, p_table text, p_key text[], p_before jsonb, p_after jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A partition's row is audited under its parent's name.
  v_object constant text := p_schema || '.' || regexp_replace(p_table, '_(\d{4}_\d\d|default)$', '');
  v_before constant text := private.row_key(p_before, p_key);
  v_after constant text := private.row_key(p_after, p_key);
begin
  if v_before <> v_after then
    -- A row moved to another learner is audited as a delete and an insert, so that each record is redacted with its own learner.
    perform private.audit('hand_delete', v_object, v_before, p_before, null);
    perform private.audit('hand_insert', v_object, v_after, null, p_after);
  elsif p_before is distinct from p_after then
    perform private.audit('hand_' || lower(p_operation), v_object, coalesce(v_after, v_before), p_before, p_after);
  end if;
end
$$;
comment on function private.audit_by_hand(text, text, text, text[], jsonb, jsonb) is 'Audits a change by hand under its learner''s id, or else under its key.';

create function private.audit_hand_edit()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.audit_by_hand(tg_op, tg_table_schema, tg_table_name, tg_argv::text[],
    case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end);
  return null;
end
$$;
comment on function private.audit_hand_edit() is 'Row trigger: audits a change that Carrel did not make itself. Its arguments are the columns that identify a row.';
