-- What:  read_lines(): a batch's lines become checked, stamped events.
-- Why:   reading is most of ingest. Good events are told by casts and comparisons, and only what is doubtful by the rules.

create function private.knows_range(p_user uuid, p_skill uuid, p_reset_count integer)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from learner.skill_progress p
    where p.user_id = p_user and p.skill_id = p_skill and p.reset_count / 1000001 >= p_reset_count / 1000001);
end
$$;
comment on function private.knows_range(uuid, uuid, integer) is
  'Whether resets of a skill may be counted so far. Counts come in ranges of 1,000,001: a device counts within one, and only support''s correction '
  'begins the next (private.next_reset_range). A device that is ahead of support knows of a correction that a restore has lost, or has made it up.';

-- One statement, its layers kept apart by `offset 0`: the planner would merge them and evaluate every expression as
-- often as it is used. On the same machine 260 us an event by rules alone, 65 so: a regular expression of counted
-- repetitions takes 5 to 8 us, the cast and comparison that stand for it 1.
create function private.read_lines(p_user uuid, p_lines text[], p_head integer, p_first jsonb)
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- A plan for every batch would cost a quarter of what reading it does.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_user constant text := p_user::text;
  v_schema constant smallint := private.content_schema();
  v_telemetry text[];
  v_telemetry_rules jsonpath[];
  -- Most events of a batch are of one device and one session: those of the first are checked and converted once.
  v_careful constant boolean := p_first is null;
  v_device text := p_first ->> 'device_id';
  v_device_id constant uuid := v_device;
  v_session text := p_first -> 'body' ->> 'session_id';
  v_session_id uuid;
  v_events private.incoming[];
begin
  -- What devices tell about themselves. A type of several versions is listed as often; where the rules of the first are not found, the
  -- long way finds them.
  select array_agg(t.type), array_agg(case when t.version = 1 then t.rules end) into v_telemetry, v_telemetry_rules
  from private.event_type t
  where t.kept_in = 'telemetry';
  if v_device <> v_device_id::text then
    v_device := null;
  end if;
  if octet_length(v_session) = 26 and v_session ~ '^0[0-9A-HJKMNP-TV-Z]*$' then
    v_session_id := private.ulid_to_uuid(v_session);
  else
    v_session := null;
  end if;
  -- In the order of the lines: they come in it, and every join below is a look-up for one of them. Sorting rows this wide takes a tenth of the time.
  select array_agg(row (
    g.place, case when g.code is null then g.id when jsonb_typeof(g.event -> 'id') = 'string' then left(g.id, 64) end,
    -- 6 What the content says. Held, not refused: the question may be published before the learner's next contact.
    coalesce(g.code, case
      when g.content_version > p_head or (g.question_id is not null and latest.version is null) or (g.skill_id is not null
        and not exists (select from content.revision r where r.schema = v_schema and r.kind = 'skill' and r.id = g.skill_id))
        -- Made-up ids would have no end, and a union keeps them all.
        or (g.completed is not null and exists (select from unnest(g.completed) c (id)
          where not exists (select from content.answer_key k where k.question_id = c.id)))
        then 'unknown_content'
      -- Null would not keep it from being asked.
      when coalesce(g.reset_count, 0) > 1000000 and not private.knows_range(
        p_user, coalesce(g.skill_id, (older.key).skill_id, latest.skill_id), g.reset_count) then 'unknown_reset'
      when g.question_id is null and g.type = any (v_telemetry) then 'telemetry' end),
    case when g.code = 'invalid_event' then coalesce(
      private.broken_field('event', 1::smallint, g.event),
      case when not pg_input_is_valid(g.event ->> 'occurred_at', 'timestamptz') then 'occurred_at' end,
      private.broken_field(g.type, (g.event ->> 'version')::numeric::smallint, g.event)) end,
    g.event_id, g.type, g.type_version, g.device_id, g.occurred_at, g.utc_offset_minutes::smallint, g.body, g.session_id,
    coalesce(g.skill_id, (older.key).skill_id, latest.skill_id),
    g.question_id, coalesce(g.reset_count, 0), g.reset_event,
    case
      when g.question_id is null then null
      when latest.type is null then 'withdrawn'
      when (older.key).version is not null then 'outdated'
      else 'current'
    end,
    case
      when g.question_id is null then null
      -- Most questions, without the call of a function (2 us an event); private.grade() says the same.
      when (older.key).version is null and latest.type = 'single_choice' then coalesce(g.answer -> 'choice' = latest.answer -> 'choice', false)
      when (older.key).version is null then private.grade(latest.type, latest.answer, g.answer)
      else private.grade((older.key).type, (older.key).answer, g.answer)
    end)::private.incoming)
  into v_events
  from (
    -- 5 The fields. Only the type's own: of any other event a field of that name is unknown, and may hold anything.
    select t.place, t.id, t.event, t.type, t.body, t.code, t.answer,
      case when t.code is null then private.ulid_to_uuid(t.id) end as event_id,
      case when t.code is null then case when t.is_first_version then 1::smallint else t.version::smallint end end as type_version,
      case when t.code is null then case when t.device_id = v_device then v_device_id else t.device_id::uuid end end as device_id,
      case when t.code is null then coalesce(t.at, t.occurred_at::timestamptz) end as occurred_at,
      case when t.code is null then coalesce(t.utc_offset_minutes, t.utc_offset::integer) end as utc_offset_minutes,
      case when t.code is null and (t.is_attempt or t.type = 'session.started')
        then t.content_version::integer end as content_version,
      case when t.code is null and (t.is_attempt or t.type in ('session.started', 'session.ended'))
        then case when t.session_id = v_session then v_session_id else private.ulid_to_uuid(t.session_id) end end as session_id,
      case when t.code is null and not t.is_attempt and t.type in ('session.started', 'progress.advanced', 'progress.reset')
        then t.skill_id::uuid end as skill_id,
      case when t.code is null and t.is_attempt then coalesce(t.question_id, (t.body ->> 'question_id')::uuid) end as question_id,
      case
        when t.code is not null or t.is_attempt then null
        when t.type = 'progress.advanced' then coalesce(t.completed, private.uuids_of(t.body -> 'completed'))
        when t.type = 'progress.reset' then private.uuids_of(t.body -> 'base' -> 'completed')
      end as completed,
      case
        when t.code is not null then null
        when t.is_attempt or t.type = 'progress.advanced' then (t.reset -> 'count')::integer
        when t.type = 'progress.reset' then (t.body -> 'count')::integer
      end as reset_count,
      case
        when t.code is not null then null
        when t.is_attempt or t.type = 'progress.advanced' then private.ulid_to_uuid(t.reset ->> 'event')
        when t.type = 'progress.reset' then private.ulid_to_uuid(t.id)
      end as reset_event
    from (
      -- 4 Sure, or doubtful: of envelopes, and of the bodies of the commonest types in version 1. That a text is the text of what it is
      --   cast to rules out all other forms of it; that a ULID begins with 0, as it does until the year 3084, that it was a number, which
      --   of all JSON alone could look like one. What is in doubt goes by the rules.
      select s.*, case
        when v_careful or (octet_length(s.line) <= 16384
          and octet_length(s.id) = 26 and s.id ~ '^0[0-9A-HJKMNP-TV-Z]*$'
          and (s.is_attempt or (jsonb_typeof(s.event -> 'type') = 'string' and octet_length(s.type) between 1 and 64))
          and (s.is_first_version or (jsonb_typeof(s.version) = 'number' and scale(s.version::numeric) = 0 and s.version::integer between 1 and 32767))
          and s.learner_id = v_user
          and (s.device_id = v_device or s.device_id::uuid::text = s.device_id)
          and s.occurred_at = to_char(s.at at time zone 'utc', case octet_length(s.occurred_at)
            when 20 then 'YYYY-MM-DD"T"HH24:MI:SS"Z"' when 24 then 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"' else 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"' end)
          and s.utc_offset_minutes between -1080 and 1080
          and jsonb_typeof(s.body) = 'object') is not true
          then coalesce(private.envelope_code(p_user, s.line, s.event), private.body_code(s.type, s.version::numeric, s.event))
        when s.is_first_version
          and (s.session_id = v_session or s.type = 'progress.advanced'
            or (octet_length(s.session_id) = 26 and s.session_id ~ '^0[0-9A-HJKMNP-TV-Z]*$'))
          and (s.reset is null or (jsonb_typeof(s.reset) = 'object' and jsonb_typeof(s.reset -> 'count') = 'number'
            and scale((s.reset -> 'count')::numeric) = 0 and (s.reset -> 'count')::integer between 1 and 1000000
            and octet_length(s.reset ->> 'event') = 26 and s.reset ->> 'event' ~ '^0[0-9A-HJKMNP-TV-Z]*$'))
          and case
            when s.is_attempt then
              s.question_id::text = s.body ->> 'question_id'
              and jsonb_typeof(s.content_version) = 'number' and scale(s.content_version::numeric) = 0 and s.content_version::integer >= 1
              and jsonb_typeof(s.answer) = 'object' and jsonb_typeof(s.body -> 'correct') = 'boolean'
              and jsonb_typeof(s.duration) = 'number' and scale(s.duration::numeric) = 0 and s.duration::integer between 0 and 86400000
            when s.type = 'session.started' then
              (s.skill_id is null or s.skill_id::uuid::text = s.skill_id)
              and jsonb_typeof(s.content_version) = 'number' and scale(s.content_version::numeric) = 0 and s.content_version::integer >= 1
            when s.type = 'session.ended' then
              s.body ->> 'reason' in ('completed', 'abandoned', 'timed_out')
            when s.type = 'progress.advanced' then
              s.skill_id::uuid::text = s.skill_id
              and jsonb_typeof(s.body -> 'mastery') = 'number' and scale((s.body -> 'mastery')::numeric) = 0 and (s.body -> 'mastery')::integer between 0 and 100
              and (s.completed is not null or s.body ->> 'completed' is null)
          end then null
        when s.is_first_version and s.event @@ v_telemetry_rules[array_position(v_telemetry, s.type)] then null
        else private.body_code(s.type, s.version::numeric, s.event)
      end as code
      from (
        -- 3 Those of the body, and what is converted, if not in doubt: then a cast would end the whole call.
        select f.*, f.version = '1' as is_first_version, f.type = 'attempt.recorded' as is_attempt,
          case when not v_careful and jsonb_typeof(f.utc_offset) = 'number' and scale(f.utc_offset::numeric) = 0 then f.utc_offset::integer end as utc_offset_minutes,
          case when not v_careful and f.occurred_at collate "C" between '1970' and '3' and octet_length(f.occurred_at) between 20 and 27
            then f.occurred_at::timestamptz end as at,
          case when not v_careful and f.type = 'attempt.recorded' then (f.body ->> 'question_id')::uuid end as question_id,
          case when not v_careful and f.type = 'progress.advanced' then private.uuids_of(f.body -> 'completed') end as completed,
          f.body ->> 'session_id' as session_id,
          f.body ->> 'skill_id' as skill_id, case when f.body ->> 'reset' is not null then f.body -> 'reset' end as reset,
          f.body -> 'content_version' as content_version, f.body -> 'duration_ms' as duration, f.body -> 'answer' as answer
        from (
          -- 2 The fields of the envelope, as they came.
          select l.*, l.event ->> 'id' as id, l.event ->> 'type' as type, l.event -> 'version' as version,
            l.event ->> 'learner_id' as learner_id, l.event ->> 'device_id' as device_id, l.event ->> 'occurred_at' as occurred_at,
            l.event -> 'utc_offset_minutes' as utc_offset, l.event -> 'body' as body
          from (
            -- 1 Lines stay text until each has been tested, if in doubt: one bad cast would end the whole call.
            select (n.place - 1)::integer as place, n.line,
              -- Up to 4 KiB no line can nest deeper than is_jsonb() allows.
              case when (not v_careful and octet_length(n.line) <= 4096) or private.is_jsonb(n.line) then n.line::jsonb end as event
            from unnest(p_lines) with ordinality n (line, place)
            where n.place > 1 and (n.line ^@ '{' or n.line !~ '^[ \t\r]*$')
            offset 0
          ) l
          offset 0
        ) f
        offset 0
      ) s
      offset 0
    ) t
    offset 0
  ) g
  -- Limits of 1 walk the keys backwards from where they are entered: a few microseconds each, however many versions.
  left join lateral (
    select k.version, k.skill_id, k.type, k.answer from content.answer_key k
    where k.question_id = g.question_id order by k.version desc limit 1
  ) latest on true
  -- The version that the learner saw, where it is not the latest; or the first one, for a device that says less than it holds. As a value:
  -- a subquery in its place would sort nothing for each of the many others.
  cross join lateral (
    select case when latest.version > g.content_version then (
      select k from content.answer_key k
      where k.question_id = g.question_id
      order by k.version <= g.content_version desc, abs(k.version - g.content_version) limit 1) end as key
    offset 0
  ) older;
  return v_events;
end
$$;
comment on function private.read_lines(uuid, text[], integer, jsonb) is
  'The events of a batch''s lines, the first being its header. Without a first event every line is tested and goes by the rules; with it, a line '
  'that can''t be cast raises.';
