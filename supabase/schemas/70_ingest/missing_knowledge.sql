-- What:  missing_knowledge(), what a held event lacks; is_known() and new_knowledge(), whether and when the server has it.
-- Why:   a release or an upgrade solves few of the held events. The others need not be tried.

create function private.missing_knowledge(p_code text, p_line text, p_head integer)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event jsonb;
  v_body jsonb;
begin
  if not exists (select from private.error_code e where e.code = p_code and e.held) then
    return null;
  end if;
  -- A held event is JSON of a valid form, so every cast succeeds.
  v_event := p_line::jsonb;
  v_body := v_event -> 'body';
  return case p_code
    when 'unknown_content' then coalesce(
      case when (v_body ->> 'content_version')::numeric > p_head then 'version:' || (v_body ->> 'content_version')::numeric::integer end,
      (select k.name from (values ('question:' || (v_body ->> 'question_id')), ('skill:' || (v_body ->> 'skill_id'))) k (name)
       where k.name is not null and not private.is_known(k.name) limit 1),
      (select 'question:' || c.id from unnest(private.uuids_of(coalesce(v_body -> 'completed', v_body -> 'base' -> 'completed'))) c (id)
       where not private.is_known('question:' || c.id) limit 1),
      -- Published between the check of the event and now.
      'version:' || p_head)
    when 'unknown_reset' then 'reset'
    -- unknown_type, unknown_version.
    else format('type:%s@%s', v_event ->> 'type', (v_event ->> 'version')::numeric::integer)
  end;
end
$$;
comment on function private.missing_knowledge(text, text, integer) is
  'What an event with the code of a held event lacks, in the form of ops.quarantine.waits_for; null for other codes. p_line is the event''s text.';

create function private.is_known(p_name text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_value constant text := split_part(p_name, ':', 2);
begin
  return case split_part(p_name, ':', 1)
    when 'question' then exists (select from content.answer_key k where k.question_id = v_value::uuid)
    when 'skill' then exists (
      select from content.revision r where r.schema = private.content_schema() and r.kind = 'skill' and r.id = v_value::uuid)
    when 'version' then v_value::integer <= coalesce((select max(r.version) from content.release r), 0)
    when 'type' then exists (
      select from private.event_type t
      where t.type = regexp_replace(substr(p_name, 6), '@\d+$', '') and format('type:%s@%s', t.type, t.version) = p_name and t.type not in ('batch', 'event'))
    -- A correction marks the events that it solves.
    else false
  end;
end
$$;
comment on function private.is_known(text) is 'Whether the server has what a held event waits for.';

create function private.new_knowledge(p_since integer, p_head integer)
returns text[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select array(
    select 'version:' || v from generate_series(p_since + 1, p_head) v
    union
    select 'question:' || k.question_id from content.answer_key k where k.version between p_since + 1 and p_head
    union
    select 'skill:' || r.id from content.revision r
    where r.schema = private.content_schema() and r.kind = 'skill' and r.version between p_since + 1 and p_head
    union
    -- All types: they are few, and they have no release.
    select format('type:%s@%s', t.type, t.version) from private.event_type t where t.type not in ('batch', 'event'))
$$;
comment on function private.new_knowledge(integer, integer) is
  'What events may have waited for and releases after p_since up to p_head brought, and all event types, in the form of ops.quarantine.waits_for.';
