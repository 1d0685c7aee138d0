-- What:  functions that take the content of answers out of what support reads.
-- Why:   the type, the time and the verdict of an answer are enough for nearly every question (O2, O5).

create function private.event_content(p_type text, p_version integer, p_body jsonb, p_answers boolean)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_answers then
    return p_body;
  end if;
  -- Only fields of the contract: an app may add fields with any content, which the ledger keeps.
  return (
    select coalesce(jsonb_object_agg(b.key, case when b.key = 'answer' then '"hidden"' else b.value end), '{}')
    from jsonb_each(p_body) b
    where exists (select from private.event_rule r where r.type = p_type and r.version = p_version and r.field = 'body.' || b.key));
end
$$;
comment on function private.event_content(text, integer, jsonb, boolean) is
  'The body of an event for support. Without p_answers it has the fields of the contract alone, and no answer.';

create function private.text_content(p_text text, p_answers boolean)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_answers or p_text is null then
    return p_text;
  end if;
  -- Nobody knows where a text that is no valid event has its answer. So only the envelope is shown, as far as there is one.
  if private.is_jsonb(p_text) and jsonb_typeof(p_text::jsonb) = 'object' then
    return (
      select (coalesce(jsonb_object_agg(e.key, e.value), '{}') || '{"body": "hidden"}')::text from jsonb_each(p_text::jsonb) e
      where e.key in ('id', 'type', 'version', 'learner_id', 'device_id', 'occurred_at', 'utc_offset_minutes')
        -- An object or a long text is none of these fields' values, whatever its name.
        and jsonb_typeof(e.value) in ('string', 'number') and length(e.value::text) <= 66);
  end if;
  return 'hidden';
end
$$;
comment on function private.text_content(text, boolean) is
  'The text of a quarantined event for support. Without p_answers it is the event''s envelope, or else the word hidden.';

create function private.row_content(p_row jsonb, p_answers boolean)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_answers or p_row is null then
    return p_row;
  end if;
  return case jsonb_typeof(p_row)
    when 'object' then (
      select coalesce(jsonb_object_agg(e.key, case when e.key in ('answer', 'body', 'mended_body', 'before_body', 'after_body') and e.value <> 'null'
        then '"hidden"' else private.row_content(e.value, false) end), '{}')
      from jsonb_each(p_row) e)
    when 'array' then (
      select coalesce(jsonb_agg(private.row_content(e.value, false) order by e.place), '[]') from jsonb_array_elements(p_row) with ordinality e (value, place))
    else p_row
  end;
end
$$;
comment on function private.row_content(jsonb, boolean) is
  'Rows of learners'' tables as JSON, for support. Without p_answers, answers and bodies of events are hidden at any depth.';
