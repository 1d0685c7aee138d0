-- What:  a batch's lines become checked, stamped events: private.incoming.
-- Why:   one poisoned line (NUL escape, lone surrogate, 1e200000, not JSON at all) must not touch its 499 neighbours.
-- Locks: none; new objects only.
-- Undo:  drop function private.parse_events; drop type private.incoming.
create type private.incoming as (
  place integer, line text, id_text text, code text, field text,
  event_id uuid, type text, type_version smallint, device_id uuid, occurred_at timestamptz, utc_offset_minutes smallint,
  body jsonb, session_id uuid, skill_id uuid, question_id uuid, reset_count integer, reset_event uuid,
  content_state text, graded_correct boolean);
comment on type private.incoming is 'One event of a batch: its line and place, then either what is wrong (code, field) or its checked fields.';

create function private.is_jsonb(p_text text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  -- Nesting that exhausts the stack raises instead of being invalid (16,300 levels with 2 MB, measured), so more
  -- brackets than 4096, wherever they stand, are not looked at. client-contract/jsonb.ts counts the same way.
  if octet_length(p_text) > 4096 and octet_length(p_text) - octet_length(translate(p_text, '[{', '')) > 4096 then
    return false;
  end if;
  return pg_input_is_valid(p_text, 'jsonb')
    -- 1e131000 is five bytes in jsonb and 131 kB in its text: 16 KiB of such would be 200 MB to read. What a double
    -- can't hold is refused; strings are cut out only where something looks like it.
    and (p_text !~ '[eE][+-]?[0-9]{3}'
      or regexp_replace(p_text, '"([^"\\]|\\.)*"', '', 'g') !~ '[eE][+-]?0*(309|3[1-9][0-9]|[4-9][0-9]{2}|[1-9][0-9]{3})');
end
$$;
comment on function private.is_jsonb(text) is 'Whether a text can be cast to jsonb; never raises.';

create function private.parse_events(p_user uuid, p_lines text, p_head integer)
returns setof private.incoming
language plpgsql -- rather than sql: its plan is kept between batches
stable
set search_path = ''
as $$
begin
  return query
  with line as materialized (
    -- Lines stay text until each has been tested: one bad cast would end the whole call.
    select (l.place - 1)::integer as place, l.line,
      case when private.is_jsonb(l.line) then l.line::jsonb end as event
    from string_to_table(p_lines, E'\n') with ordinality l (line, place)
    where l.place > 1 and l.line !~ '^[ \t\r]*$'
  ),
  enveloped as materialized (
    select l.*, l.event ->> 'type' as type,
      case
        when octet_length(l.line) > 16384 then 'too_large'
        when l.event is null then 'invalid_json'
        when (l.event @@ (select t.rules from private.event_type t where t.type = 'event')) is not true
          or not pg_input_is_valid(l.event ->> 'occurred_at', 'timestamptz') then 'invalid_event'
        when l.event ->> 'learner_id' <> p_user::text then 'wrong_learner'
      end as code
    from line l
  ),
  typed as materialized (
    select e.place, e.line, e.event, e.type, e.event -> 'body' as body,
      case when e.code is null then (e.event ->> 'version')::numeric::smallint end as type_version,
      case
        when e.code is not null then e.code
        when t.rules is not null then case when (e.event @@ t.rules) is not true then 'invalid_event' end
        when exists (select from private.event_type k where k.type = e.type and e.type not in ('batch', 'event')) then 'unknown_version'
        else 'unknown_type'
      end as code
    from enveloped e
    left join private.event_type t
      on t.type = e.type and t.version = case when e.code is null then (e.event ->> 'version')::numeric end and t.type not in ('batch', 'event')
  ),
  good as materialized (
    -- Only the type's own fields: of any other event a field of that name is unknown, and may hold anything.
    select t.place, t.type, t.body,
      case when t.type in ('session.started', 'attempt.recorded') then (t.body ->> 'content_version')::numeric::integer end as content_version,
      private.ulid_to_uuid(t.event ->> 'id') as event_id,
      case when t.type in ('session.started', 'session.ended', 'attempt.recorded') then private.ulid_to_uuid(t.body ->> 'session_id') end as session_id,
      case when t.type in ('session.started', 'progress.advanced', 'progress.reset') then (t.body ->> 'skill_id')::uuid end as skill_id,
      case when t.type = 'attempt.recorded' then (t.body ->> 'question_id')::uuid end as question_id,
      case
        when t.type = 'progress.reset' then (t.body ->> 'count')::numeric::integer
        when t.type in ('attempt.recorded', 'progress.advanced') then (t.body -> 'reset' ->> 'count')::numeric::integer
      end as reset_count,
      case
        when t.type = 'progress.reset' then private.ulid_to_uuid(t.event ->> 'id')
        when t.type in ('attempt.recorded', 'progress.advanced') then private.ulid_to_uuid(t.body -> 'reset' ->> 'event')
      end as reset_event
    from typed t
    where t.code is null
  ),
  stamped as materialized (
    select g.*, coalesce(seen.skill_id, earliest.skill_id) as question_skill,
      private.grade(coalesce(seen.type, earliest.type), coalesce(seen.answer, earliest.answer), g.body -> 'answer') as graded_correct,
      case
        when latest.type is null then 'withdrawn'
        when latest.version > g.content_version then 'outdated'
        else 'current'
      end as content_state,
      -- Held, not refused: the question may be published before the learner''s next contact.
      case when g.content_version > p_head
          or (g.question_id is not null and latest.version is null)
          or (g.skill_id is not null and skill.id is null)
        then 'unknown_content' end as code
    from good g
    -- Limits of 1 walk the keys backwards from where they are entered: a few microseconds each, however many versions.
    left join lateral (
      select k.version, k.type from content.answer_key k
      where k.question_id = g.question_id order by k.version desc limit 1
    ) latest on true
    -- The version that the learner saw; or the first one, for a device that says less than it holds.
    left join lateral (
      select k.version, k.skill_id, k.type, k.answer from content.answer_key k
      where k.question_id = g.question_id and k.version <= g.content_version order by k.version desc limit 1
    ) seen on true
    left join lateral (
      select k.skill_id, k.type, k.answer from content.answer_key k
      where k.question_id = g.question_id order by k.version limit 1
    ) earliest on seen.version is null
    left join lateral (
      select r.id from content.revision r
      where r.schema = private.content_schema() and r.kind = 'skill' and r.id = g.skill_id limit 1
    ) skill on true
  )
  select t.place, t.line,
    case when jsonb_typeof(t.event -> 'id') = 'string' then left(t.event ->> 'id', 64) end,
    coalesce(t.code, s.code),
    case when t.code = 'invalid_event' then coalesce(
      private.broken_field('event', 1::smallint, t.event),
      case when not pg_input_is_valid(t.event ->> 'occurred_at', 'timestamptz') then 'occurred_at' end,
      private.broken_field(t.type, t.type_version, t.event)) end,
    s.event_id, t.type, t.type_version,
    case when s.place is not null then (t.event ->> 'device_id')::uuid end,
    case when s.place is not null then (t.event ->> 'occurred_at')::timestamptz end,
    case when s.place is not null then (t.event ->> 'utc_offset_minutes')::numeric::smallint end,
    t.body, s.session_id, coalesce(s.question_skill, s.skill_id), s.question_id,
    coalesce(s.reset_count, 0), s.reset_event,
    case when s.question_id is not null then s.content_state end, s.graded_correct
  from typed t
  left join stamped s on s.place = t.place;
end
$$;
comment on function private.parse_events(uuid, text, integer) is
  'The events of an NDJSON batch (its first line is the header), checked by the rules and stamped with what the content says now.';
