-- What:  what a batch's lines become (private.incoming), and the rules applied to one line.
-- Why:   one poisoned line (NUL escape, lone surrogate, 1e200000, not JSON at all) must not touch its 499 neighbours.
create type private.incoming as (
  place integer, id_text text, code text, field text,
  event_id uuid, type text, type_version smallint, device_id uuid, occurred_at timestamptz, utc_offset_minutes smallint,
  body jsonb, session_id uuid, skill_id uuid, question_id uuid, reset_count integer, reset_event uuid,
  content_state text, graded_correct boolean);
comment on type private.incoming is
  'One event of a batch: its place among them, from 1, then either what is wrong (code, field) or its checked fields. No code: it is for the ledger; telemetry: for ops.telemetry; duplicate: it is kept already.';

create function private.with_code(p_event private.incoming, p_code text)
returns private.incoming
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  p_event.code := p_code;
  return p_event;
end
$$;
comment on function private.with_code(private.incoming, text) is 'The same event, with that code.';

create function private.envelope_code(p_user uuid, p_line text, p_event jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when octet_length(p_line) > private.max_event_bytes() then 'too_large'
    when p_event is null then 'invalid_json'
    when (p_event @@ (select t.rules from private.event_type t where t.type = 'event')) is not true
      or not pg_input_is_valid(p_event ->> 'occurred_at', 'timestamptz') then 'invalid_event'
    when p_event ->> 'learner_id' <> p_user::text then 'wrong_learner'
  end;
end
$$;
comment on function private.envelope_code(uuid, text, jsonb) is
  'What is wrong with a line before its type is looked at, or null; the event is null where the line is no JSON.';

create function private.body_code(p_type text, p_version numeric, p_event jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rules jsonpath;
begin
  if p_type not in ('batch', 'event') then
    select t.rules into v_rules from private.event_type t where t.type = p_type and t.version = p_version;
    if found then
      return case when (p_event @@ v_rules) is not true then 'invalid_event' end;
    end if;
    if exists (select from private.event_type t where t.type = p_type) then
      return 'unknown_version';
    end if;
  end if;
  return 'unknown_type';
end
$$;
comment on function private.body_code(text, numeric, jsonb) is 'What is wrong with an event whose envelope is right, or null.';

create function private.uuids_of(p_list jsonb)
returns uuid[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids uuid[];
begin
  if jsonb_typeof(p_list) = 'array' and jsonb_array_length(p_list) <= 1000 then
    select array_agg(e.id::uuid) into v_ids from jsonb_array_elements_text(p_list) e (id);
    v_ids := coalesce(v_ids, '{}');
    if to_jsonb(v_ids) = p_list and array_position(v_ids, null) is null then
      return v_ids;
    end if;
  end if;
  return null;
end
$$;
comment on function private.uuids_of(jsonb) is 'The ids of a list of at most 1000 in lower case, null for any other value; may raise where one is no id at all.';
