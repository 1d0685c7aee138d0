-- Generated from supabase/schemas/70_ingest by `npm run generate`. Do not edit.
--
-- What:  reading, checking and applying batches, quarantine and replay.
-- Why:   a batch is taken as a whole, and one bad event does not stop the others (U1, U3).
-- Locks: none that anybody waits for: every object is new.
-- Undo:  select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('replay_held');
--        delete from ops.job where name in ('replay_held');
--        drop function if exists private.with_code, private.envelope_code, private.body_code, private.uuids_of, private.read_header,
--          private.record_contact, private.knows_range, private.read_lines, private.known_lines, private.count_lines, private.read_events,
--          private.parse_events, private.outcome_of, private.apply_events, private.apply_or_bisect, private.keep_events,
--          private.replay_rows, private.replay_held_for, ops.replay_held, private.ingest_for;
--        drop type private.incoming, private.header_pull, private.header, private.outcome;

-- Source: schemas/70_ingest/incoming.sql
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

-- Source: schemas/70_ingest/header.sql
-- What:  what a batch's first line becomes (private.header), and read_header(), which checks it.
-- Why:   who sends, when, from which app: all that follows rests on it, so a batch whose header is wrong is refused as a whole.

create type private.header_pull as (cursor varchar(100), "limit" numeric(5));
comment on type private.header_pull is 'Which changes of its learner a device asks for: learner_changes'' first arguments.';

-- numeric, as JSON's 1.0 is 1, which integer's input does not know.
create type private.header as (
  batch_id text, device_id uuid, sent_at timestamptz, platform varchar(60), app_version varchar(60),
  contract_version numeric(5), content_version numeric(10), content_schema numeric(5), pull private.header_pull, dead_letters jsonb, by_server jsonb);
comment on type private.header is
  'The header of a batch. by_server: not null where the server wrote it for a device, of whose clock and contract it says nothing.';

create function private.read_header(p_line text)
returns private.header
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_json jsonb;
  v_header private.header;
  v_field text;
begin
  -- 1 What devices write is told by its types: that they give back the same JSON rules out all other forms of it. Made ready for every
  --   batch anew, an expression costs by its functions, so ranges share theirs.
  if octet_length(p_line) <= 4096 and not private.shows_long_exponent(p_line) then
    begin
      v_json := p_line;
      v_header := jsonb_populate_record(null::private.header, v_json);
      if jsonb_strip_nulls(to_jsonb(v_header) - 'sent_at') <@ v_json
        and octet_length(v_header.batch_id) = 26 and v_header.batch_id ~ '^0[0-9A-HJKMNP-TV-Z]*$'
        and v_json ->> 'sent_at' = to_char(v_header.sent_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
        and v_header.sent_at >= '1970-01-01Z' and v_header.sent_at < '3000-01-01Z'
        and v_header.device_id is not null and v_header.contract_version is not null and v_header.dead_letters is null
        and least(v_header.platform, v_header.app_version, (v_header.pull).cursor) is distinct from ''
        and least(v_header.contract_version, v_header.content_version + 1, v_header.content_schema, (v_header.pull).limit) >= 1
        and greatest(v_header.contract_version, v_header.content_schema) <= 32767
        and (v_header.content_version <= 2147483647) is not false and ((v_header.pull).limit <= 1000) is not false
      then
        return v_header;
      end if;
    exception
      when data_exception or program_limit_exceeded or statement_too_complex then null;
    end;
  end if;

  -- 2 In doubt, by the rules.
  v_json := case when private.is_jsonb(p_line) then p_line end;
  if v_json is not null then
    v_field := coalesce(
      case when (v_json @@ (select t.rules from private.event_type t where t.type = 'batch')) is not true then
        private.broken_field('batch', 1::smallint, v_json) end,
      case when not pg_input_is_valid(v_json ->> 'sent_at', 'timestamptz') then 'sent_at' end);
  end if;
  if v_json is null or v_field is not null then
    perform private.raise_error('malformed_batch', coalesce(
      (select format('`%s`: %s.', r.field, r.requirement) from private.event_rule r where r.type = 'batch' and r.field = v_field and v_field <> ''),
      'The first line of a batch must be its header, a JSON object.'), v_field);
  end if;
  return jsonb_populate_record(null::private.header, v_json);
end
$$;
comment on function private.read_header(text) is
  'The header of a batch; raises malformed_batch, whose detail is the first field that is wrong, or empty where the line is no JSON object.';

-- Source: schemas/70_ingest/record_contact.sql
-- What:  record_contact(): the header of a batch becomes what is known of its device.
-- Why:   each sync is a contact, and says what runs on the device and how far its clock is off (O2).

create function private.record_contact(p_user uuid, p_header private.header, p_now timestamptz, p_skew bigint, p_oldest timestamptz)
returns void
language plpgsql -- rather than sql, so that it is seen on the call stack: no edit by hand (private.is_own_code)
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Else the server wrote the header for it: then the time is the server's, and the contract anybody's.
  v_by_device constant boolean := p_header.by_server is null;
begin
  insert into learner.device as d (
    user_id, device_id, platform, app_version, contract_version, content_version, first_seen_at, last_seen_at, clock_skew_ms, queue_lag_ms)
  values (p_user, p_header.device_id, p_header.platform, p_header.app_version,
    case when v_by_device then p_header.contract_version end, p_header.content_version, p_now, p_now, p_skew,
    -- Both by the device's clock: received_at minus occurred_at, less its skew.
    case when v_by_device and p_oldest is not null then
      greatest(extract(epoch from p_header.sent_at - p_oldest) * 1000, 0)::bigint end)
  on conflict (user_id, device_id) do update set
    -- What this header does not say is not forgotten.
    platform = coalesce(excluded.platform, d.platform), app_version = coalesce(excluded.app_version, d.app_version),
    contract_version = coalesce(excluded.contract_version, d.contract_version), content_version = coalesce(excluded.content_version, d.content_version),
    last_seen_at = excluded.last_seen_at, clock_skew_ms = coalesce(excluded.clock_skew_ms, d.clock_skew_ms),
    queue_lag_ms = coalesce(excluded.queue_lag_ms, d.queue_lag_ms);
end
$$;
comment on function private.record_contact(uuid, private.header, timestamptz, bigint, timestamptz) is
  'Records a batch''s header as its device''s last contact; p_oldest is when the oldest of its events occurred, null where it has none.';

-- Source: schemas/70_ingest/read_lines.sql
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

-- Source: schemas/70_ingest/read_events.sql
-- What:  read_events(): all events of a batch, those that the ledger has already told apart; parse_events(), the same as rows.
-- Why:   a device that never heard the answer sends its batch again: that must cost less than the first time.

create function private.known_lines(p_user uuid, p_lines text[])
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_events jsonb[];
  v_places integer[];
  v_ids uuid[];
  v_least uuid;
  v_greatest uuid;
  v_known private.incoming[];
begin
  -- 1 The lines as events, their places and ids, and the range of these.
  select array_agg(l.event), array_agg(l.place), array_agg(l.event_id),
    private.ulid_to_uuid(min(l.id collate "C")), private.ulid_to_uuid(max(l.id collate "C"))
  into v_events, v_places, v_ids, v_least, v_greatest
  from (
    select n.place, n.event, n.id, private.ulid_to_uuid(n.id) as event_id
    from (
      select r.place, r.event, r.event ->> 'id' as id
      from (
        select (t.place - 1)::integer as place, t.line::jsonb as event
        from unnest(p_lines) with ordinality t (line, place)
        where t.place > 1 and t.line ^@ '{' and octet_length(t.line) <= 4096
        offset 0
      ) r
      offset 0
    ) n
    where octet_length(n.id) = 26 and n.id ~ '^[0-7][0-9A-HJKMNP-TV-Z]*$' and jsonb_typeof(n.event -> 'id') = 'string'
      and n.event ->> 'learner_id' = p_user::text
    offset 0
  ) l;

  -- 2 What is kept under their ids. The range says before any look-up in which partitions that can't be.
  select array_agg(row (l.place, l.event ->> 'id', 'duplicate', null, k.event_id, k.type, null, null, null, null,
    null, null, null, null, 0, null, null, null)::private.incoming order by l.place)
  into v_known
  from (
    select e.event_id, e.type, e.type_version, e.device_id, e.occurred_at, e.utc_offset_minutes, e.body
    from learner.event e where e.user_id = p_user and e.event_id = any (v_ids) and e.event_id between v_least and v_greatest
    union all
    select t.event_id, t.type, t.type_version, t.device_id, t.occurred_at, t.utc_offset_minutes, t.body
    from ops.telemetry t where t.user_id = p_user and t.event_id = any (v_ids) and t.event_id between v_least and v_greatest
  ) k
  cross join lateral (select array_position(v_ids, k.event_id) as n offset 0) i
  cross join lateral (select v_places[i.n] as place, v_events[i.n] as event offset 0) l
  -- The whole event is compared, so that what the rules would refuse is never taken for what they have passed. A time
  -- in another form than JavaScript's goes the long way.
  where k.type = l.event ->> 'type' and k.device_id::text = l.event ->> 'device_id'
    and k.type_version::text = l.event ->> 'version' and jsonb_typeof(l.event -> 'version') = 'number'
    and k.utc_offset_minutes::text = l.event ->> 'utc_offset_minutes' and jsonb_typeof(l.event -> 'utc_offset_minutes') = 'number'
    and to_char(k.occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') = l.event ->> 'occurred_at'
    and date_trunc('milliseconds', k.occurred_at) = k.occurred_at and k.body = l.event -> 'body';
  return v_known;
end
$$;
comment on function private.known_lines(uuid, text[]) is
  'Of a batch''s lines those that the ledger holds with the same content, as events with the code duplicate; raises where a line is no JSON.';

create function private.count_lines(p_lines text[], p_enough integer)
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Devices write no blank lines: looking at each would not tell more.
  if cardinality(p_lines) <= p_enough + 1 then
    return greatest(cardinality(p_lines) - 1, 0);
  end if;
  return (
    select count(*) from unnest(p_lines) with ordinality l (line, place)
    where l.place > 1 and (l.line ^@ '{' or l.line !~ '^[ \t\r]*$'));
end
$$;
comment on function private.count_lines(text[], integer) is
  'How many events a batch has: its lines but the first, and without blank ones where there would be more than enough.';

create function private.read_events(p_user uuid, p_text text, p_lines text[], p_head integer, p_newest uuid)
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_first jsonb;
  v_first_id uuid;
  v_is_replay boolean;
  v_known private.incoming[];
  v_rest text[];
begin
  v_first := nullif(p_lines[2], '')::jsonb;
  if octet_length(v_first ->> 'id') = 26 and v_first ->> 'id' ~ '^[0-7][0-9A-HJKMNP-TV-Z]*$' then
    v_first_id := private.ulid_to_uuid(v_first ->> 'id');
    -- A statement of its own: it locks every partition there is, and new events need none.
    if (v_first_id > p_newest) is not true then
      v_is_replay := exists (select from learner.event e where e.user_id = p_user and e.event_id = v_first_id);
    end if;
  end if;
  -- Told by its first event; the others may be new.
  if v_is_replay then
    v_known := private.known_lines(p_user, p_lines);
    if cardinality(v_known) = private.count_lines(p_lines, cardinality(v_known)) then
      return v_known;
    end if;
  end if;
  if private.shows_long_exponent(p_text) then
    return private.read_lines(p_user, p_lines, p_head, null);
  end if;
  if v_known is null then
    return private.read_lines(p_user, p_lines, p_head, coalesce(v_first, '{}'));
  end if;
  select array_agg(case when k.place is null then l.line else '' end order by l.place) into v_rest
  from unnest(p_lines) with ordinality l (line, place)
  left join unnest(v_known) k on k.place = l.place - 1;
  return array(select e from unnest(v_known || private.read_lines(p_user, v_rest, p_head, v_first)) e order by e.place);
exception
  -- Some line is not what devices write; which one is found by looking at each.
  when data_exception or program_limit_exceeded or statement_too_complex then
    return private.read_lines(p_user, p_lines, p_head, null);
end
$$;
comment on function private.read_events(uuid, text, text[], integer, uuid) is
  'The events of a batch, given whole and in lines (the first is its header), in its order, checked by the rules and stamped with what the content says now; null where there are none. '
  'p_newest: the learner''s newest event, beyond which none is a replay; null where that is not known.';

create function private.parse_events(p_user uuid, p_lines text, p_head integer)
returns setof private.incoming
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select * from unnest(private.read_events(p_user, p_lines, string_to_array(p_lines, E'\n'), p_head, null)) $$;
comment on function private.parse_events(uuid, text, integer) is 'read_events() as rows.';

-- Source: schemas/70_ingest/outcome.sql
-- What:  how a batch fared (private.outcome): counts, and the results as devices read them.
-- Why:   every event gets a result, in the order of the request, with what the device needs to go on (U2).
create type private.outcome as (
  events integer, applied integer, duplicate integer, quarantined integer, retry integer, oldest timestamptz, results json);
comment on type private.outcome is
  'How a batch fared: how many events, how many of each status, when the oldest applied one occurred, and all results as the device reads them.';

create function private.outcome_of(p_events private.incoming[])
returns private.outcome
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_outcome private.outcome;
  v_ids text;
  v_status text;
  v_rest text;
begin
  -- 1 Of most batches all events fare alike. Put together by hand, as nothing needs to be escaped: json_build_object takes three times as long.
  select count(*), count(*) filter (where e.code is null or e.code = 'telemetry'), count(*) filter (where e.code = 'duplicate'), 0, 0,
    min(e.occurred_at) filter (where e.code is null or e.code = 'telemetry'), string_agg(e.id_text, E'\n')
  into v_outcome.events, v_outcome.applied, v_outcome.duplicate, v_outcome.quarantined, v_outcome.retry, v_outcome.oldest, v_ids
  from unnest(p_events) e;
  v_status := case v_outcome.events when 0 then null when v_outcome.applied then 'applied' when v_outcome.duplicate then 'duplicate' end;
  if v_status is not null then
    v_rest := '","status":"' || v_status || '"}';
    v_outcome.results := '[{"id":"' || replace(v_ids, E'\n', v_rest || ',{"id":"') || v_rest || ']';
    return v_outcome;
  end if;

  -- 2 Else each by its code, in the order of the lines.
  select count(*) filter (where r.status = 'quarantined'), count(*) filter (where r.status = 'retry'),
    ('[' || coalesce(string_agg(
      case
        when r.error is null then '{"id":"' || r.id_text || '","status":"' || r.status || '"}'
        else json_strip_nulls(json_build_object(
          'id', r.id_text, 'status', r.status, 'code', r.code, 'field', case when r.status = 'quarantined' then r.field end,
          'retryable', r.event_retryable,
          'retry_after_s', case when r.event_retryable then coalesce(r.event_retry_after_s, (select q.retry_after_s from ops.quarantine_setting q)) end))::text
      end, ',' order by r.place), '') || ']')::json
  into v_outcome.quarantined, v_outcome.retry, v_outcome.results
  from (
    select e.place, e.id_text, e.code, e.field, c.code as error, c.event_retryable, c.event_retry_after_s,
      coalesce(c.outcome, case e.code when 'duplicate' then 'duplicate' else 'applied' end) as status
    from unnest(p_events) e
    left join private.error_code c on c.code = e.code
  ) r;
  return v_outcome;
end
$$;
comment on function private.outcome_of(private.incoming[]) is
  'Sums up events that were applied, or not, in their order; one that is not taken says whether to send it again, and when.';

-- Source: schemas/70_ingest/apply_events.sql
-- What:  apply_events(): checked events go into the ledger, ops.telemetry and the projections, and come back with what became of each as their code.
-- Why:   ingest, replay and support's corrections share it, so that whichever way an event comes, the same becomes of it (U1, U3).

create function private.apply_events(p_user uuid, p_now timestamptz, p_head integer, p_skew bigint, p_events private.incoming[], p_look boolean)
returns private.incoming[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_events private.incoming[];
  v_storing private.incoming[];
  v_new integer;
  v_ids uuid[];
  v_known uuid[] := '{}';
  v_look boolean;
  v_waiting boolean;
  v_fresh learner.event[];
begin
  -- 1 What there is to store, and which of its ids are taken: one space of ids across the ledger and ops.telemetry (I4). A device's ids
  --   ascend, so mostly all are beyond the learner's newest; else each is looked up, which locks every partition there is. Their range,
  --   stated with the look-ups, tells early in which ones none can be.
  select count(*), array_agg(distinct e.event_id order by e.event_id) into v_new, v_ids
  from unnest(p_events) e
  where e.code is null or e.code = 'telemetry';
  if v_new = 0 then
    return null;
  end if;
  select p_look or (select s.newest_event < v_ids[1] from learner.state s where s.user_id = p_user) is not true,
    exists (select from ops.quarantine q where q.user_id = p_user and q.event_id is not null)
  into v_look, v_waiting;
  if v_look then
    v_known := array(
      select l.event_id from learner.event l
      where l.user_id = p_user and l.event_id = any (v_ids) and l.event_id between v_ids[1] and v_ids[cardinality(v_ids)]
      union all
      select t.event_id from ops.telemetry t
      where t.user_id = p_user and t.event_id = any (v_ids) and t.event_id between v_ids[1] and v_ids[cardinality(v_ids)]);
  end if;
  if v_known <> '{}' or cardinality(v_ids) < v_new then
    v_storing := array(
      select distinct on (e.event_id) e
      from unnest(p_events) e
      where (e.code is null or e.code = 'telemetry') and e.event_id <> all (v_known)
      order by e.event_id, e.place);
  end if;

  -- 2 The first of each id that is not. The learner's lock is held, so nobody else can take one meanwhile; `on conflict`, which
  --   prepares each row for that, is a tenth of the time that storing them takes.
  with told as (
    insert into ops.telemetry (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at)
    select p_user, i.event_id, i.type, i.type_version, i.device_id, i.occurred_at, i.utc_offset_minutes, i.body, p_now
    from unnest(coalesce(v_storing, p_events)) i
    where i.code = 'telemetry'
  ),
  fresh as (
    insert into learner.event as l (
      user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at, head_version,
      clock_skew_ms, session_id, skill_id, question_id, reset_count, reset_event, content_state, graded_correct)
    select p_user, i.event_id, i.type, i.type_version, i.device_id, i.occurred_at, i.utc_offset_minutes, i.body, p_now, p_head,
      p_skew, i.session_id, i.skill_id, i.question_id, i.reset_count, i.reset_event, i.content_state, i.graded_correct
    from unnest(coalesce(v_storing, p_events)) i
    where i.code is null
    returning l.event_id, l as row
  )
  select array_agg(f.row order by f.event_id) into v_fresh from fresh f;

  -- 3 Projections, from the ledger's rows and nothing else.
  update learner.state s set
    newest_event = greatest(s.newest_event, v_ids[cardinality(v_ids)]),
    change_seq = case when v_fresh is null then s.change_seq else private.project_events(p_user, v_fresh, s.change_seq) end
  where s.user_id = p_user and v_storing is distinct from '{}';

  -- 4 What was not new, if anything, is compared with what is held under its id.
  if v_storing is not null then
    v_events := array(
      select case
        when e.code <> 'telemetry' then e
        when (k.type, k.type_version, k.occurred_at, k.body) is distinct from (e.type, e.type_version, e.occurred_at, e.body)
          then private.with_code(e, 'id_conflict')
        when e.event_id = any (v_known)
          or e.place > min(e.place) filter (where e.code is null or e.code = 'telemetry') over (partition by e.event_id)
          then private.with_code(e, 'duplicate')
        else e
      end
      from unnest(p_events) e
      left join lateral (
        select l.type, l.type_version, l.occurred_at, l.body from learner.event l where l.user_id = p_user and l.event_id = e.event_id
        union all
        select t.type, t.type_version, t.occurred_at, t.body from ops.telemetry t where t.user_id = p_user and t.event_id = e.event_id
      ) k on e.code is null or e.code = 'telemetry'
      order by e.place);
  end if;

  -- 5 A corrected event supersedes the broken one. A held one was not broken: where other content takes its id, that is a conflict.
  --   Asked first: an update runs the table's triggers, even of no row.
  if v_waiting then
    with settled as (
      select q.sha256, q.status = 'held' and (h.event ->> 'type', (h.event -> 'version')::smallint, (h.event ->> 'occurred_at')::timestamptz,
        h.event -> 'body') is distinct from (e.type, e.type_version, e.occurred_at, e.body) as is_other
      from unnest(coalesce(v_events, p_events)) e
      join ops.quarantine q on q.user_id = p_user and q.event_id = e.event_id and q.status <> 'superseded' and q.code <> 'id_conflict'
      cross join lateral (select case when q.status = 'held' then coalesce(q.mended_body, q.body)::jsonb end as event) h
      where e.code is null or e.code = 'telemetry'
    )
    update ops.quarantine q set
      status = case when s.is_other then 'open' else 'superseded' end,
      code = case when s.is_other then 'id_conflict' else q.code end,
      resolved_at = case when not s.is_other then p_now end,
      resolved_event = case when not s.is_other then q.event_id end
    from settled s
    where q.user_id = p_user and q.sha256 = s.sha256;
  end if;
  return v_events;
end
$$;
comment on function private.apply_events(uuid, timestamptz, integer, bigint, private.incoming[], boolean) is
  'Applies checked events under the learner''s lock, and returns them where their codes have changed, else null; what it can''t apply, the caller keeps. '
  'p_look: look ids up though they are beyond learner.state.newest_event.';

create function private.apply_or_bisect(p_user uuid, p_now timestamptz, p_head integer, p_skew bigint, p_events private.incoming[])
returns private.incoming[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count constant integer := coalesce(cardinality(p_events), 0);
  v_events private.incoming[];
begin
  for v_try in 1..2 loop
    begin
      v_events := private.apply_events(p_user, p_now, p_head, p_skew, p_events, v_try > 1);
      -- The argument itself, which no other expression gives back without copying it.
      if v_events is null then
        return p_events;
      end if;
      return v_events;
    exception
      -- Validation should have seen it; if it did not, the culprit is found by halving, and kept.
      when data_exception or integrity_constraint_violation then
        raise log 'carrel: % events could not be applied: % (%)', v_count, sqlerrm, sqlstate;
        -- A key that was taken meanwhile, by somebody without the lock, is a known one at the second look.
        exit when sqlstate <> '23505';
    end;
  end loop;
  if v_count = 1 then
    v_events := p_events;
    v_events[1].code := 'internal';
    return v_events;
  end if;
  return private.apply_or_bisect(p_user, p_now, p_head, p_skew, p_events[1:v_count / 2])
    || private.apply_or_bisect(p_user, p_now, p_head, p_skew, p_events[v_count / 2 + 1:v_count]);
end
$$;
comment on function private.apply_or_bisect(uuid, timestamptz, integer, bigint, private.incoming[]) is
  'Applies all events, or, should a constraint still object, all but the culprits, whose code is internal.';

-- Source: schemas/70_ingest/keep_events.sql
-- What:  keep_events(): what a batch could not apply goes into quarantine, as far as there is room.
-- Why:   a device lets go of what it is told is quarantined, so it must be kept; and no learner may fill the disk (U3).
create function private.keep_events(
  p_user uuid, p_now timestamptz, p_knowledge bigint, p_header private.header, p_lines text[], p_events private.incoming[])
returns private.incoming[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_full bytea[];
begin
  -- 1 What is new must fit beside what is there, open and held events apart; smaller texts first, so that one large
  --   text does not stand in the way of many. A text that is there already takes no more room.
  with bad as (
    select distinct on (k.sha256) k.sha256, e.place, k.line, e.id_text, e.code, e.field,
      coalesce(e.device_id, p_header.device_id) as device_id,
      private.waiting_status(e.code) as status,
      -- Of a batch of dead letters the header gives the reasons, in the order of the events.
      case when p_header.dead_letters is not null then 'dead_letter' else 'batch' end as origin,
      p_header.dead_letters ->> (e.number - 1)::integer as reason,
      exists (select from ops.quarantine q where q.user_id = p_user and q.sha256 = k.sha256) as is_known
    from (select u.*, row_number() over (order by u.place) as number from unnest(p_events) u) e
    cross join lateral (select l.line, sha256(convert_to(l.line, 'UTF8')) as sha256 from (select p_lines[e.place + 1] as line) l) k
    where exists (select from private.error_code c where c.code = e.code and c.outcome = 'quarantined')
    order by k.sha256, e.place
  ),
  fitting as (
    select b.*, b.is_known or (
      coalesce(case b.status when 'held' then l.held_rows else l.open_rows end, 0) + count(*) filter (where not b.is_known) over w
        <= case b.status when 'held' then s.held_rows else s.open_rows end
      and coalesce(case b.status when 'held' then l.held_bytes else l.open_bytes end, 0)
        + coalesce(sum(octet_length(b.line)) filter (where not b.is_known) over w, 0)
        <= case b.status when 'held' then s.held_bytes else s.open_bytes end) as fits
    from bad b
    cross join ops.quarantine_setting s
    left join ops.quarantine_load l on l.user_id = p_user
    window w as (partition by b.status order by octet_length(b.line), b.place)
  ),
  kept as (
    insert into ops.quarantine as q (
      user_id, sha256, event_id, code, field, body, device_id, batch_id, origin, reason, status, first_seen_at, last_seen_at, knowledge, tried_at)
    select p_user, f.sha256, case when private.is_ulid(f.id_text) then private.ulid_to_uuid(f.id_text) end,
      f.code, f.field, f.line, f.device_id, private.ulid_to_uuid(p_header.batch_id), f.origin, f.reason, f.status, p_now, p_now, p_knowledge, p_now
    from fitting f
    where f.fits
    on conflict (user_id, sha256) do update set
      last_seen_at = excluded.last_seen_at, times_seen = q.times_seen + 1, batch_id = excluded.batch_id,
      code = case when q.status = 'superseded' then q.code else excluded.code end,
      field = case when q.status = 'superseded' then q.field else excluded.field end,
      origin = case when excluded.origin = 'dead_letter' then excluded.origin else q.origin end,
      reason = coalesce(excluded.reason, q.reason), knowledge = excluded.knowledge, tried_at = excluded.tried_at,
      -- What support has decided stays decided, and what has become an event stays one.
      status = case when q.status in ('superseded', 'discarded') then q.status else excluded.status end
  )
  select array_agg(f.sha256) into v_full from fitting f where not f.fits;
  if v_full is null then
    return p_events;
  end if;

  -- 2 What did not fit stays with the device; it may fit once support has been through.
  return array(
    select case
      when c.outcome = 'quarantined' and sha256(convert_to(p_lines[e.place + 1], 'UTF8')) = any (v_full)
        then private.with_code(e, 'quarantine_full')
      else e
    end
    from unnest(p_events) e
    left join private.error_code c on c.code = e.code
    order by e.place);
end
$$;
comment on function private.keep_events(uuid, timestamptz, bigint, private.header, text[], private.incoming[]) is
  'Keeps the events of a batch that could not be applied, once per text; returns all, those that do not fit with the code quarantine_full.';

-- Source: schemas/70_ingest/replay_held.sql
-- What:  quarantined texts go through ingest again; held ones by themselves, once the server knows more.
-- Why:   a device was told that its event is kept and has let go of it; nobody else would ever send it again (U3).

create function private.replay_rows(p_user uuid, p_now timestamptz, p_head integer, p_knowledge bigint, p_rows bytea[])
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows bytea[];
  v_lines text[];
  v_events private.incoming[];
begin
  -- 1 The texts, mended ones as they are now, in the order of their ids.
  select array_agg(q.sha256 order by q.event_id, q.sha256),
    array_prepend('', array_agg(coalesce(q.mended_body, q.body) order by q.event_id, q.sha256))
  into v_rows, v_lines
  from ops.quarantine q
  where q.user_id = p_user and q.sha256 = any (p_rows) and q.status in ('open', 'held');
  if v_rows is null then
    return 0;
  end if;

  -- 2 The same way as any event. How far the device's clock was off when it handed them in is not known any more.
  v_events := private.apply_or_bisect(p_user, p_now, p_head, null, private.read_events(p_user, array_to_string(v_lines, E'\n'), v_lines, p_head, null));

  -- 3 A statement of its own: applying may have superseded the row already.
  update ops.quarantine q set
    knowledge = p_knowledge, tried_at = p_now,
    -- What was wrong with it stays on record.
    code = case when k.is_taken then q.code else e.code end,
    field = case when k.is_taken then q.field else e.field end,
    status = case when k.is_taken then 'superseded' else private.waiting_status(e.code) end,
    resolved_at = case when k.is_taken then p_now end,
    resolved_event = case when k.is_taken then e.event_id end
  from unnest(v_events) e
  cross join lateral (select coalesce(e.code, 'telemetry') in ('telemetry', 'duplicate') as is_taken) k
  where q.user_id = p_user and q.sha256 = v_rows[e.place];
  return (private.outcome_of(v_events)).applied;
end
$$;
comment on function private.replay_rows(uuid, timestamptz, integer, bigint, bytea[]) is
  'Sends open and held rows through ingest again; returns how many applied. Each row says what came of it. Under the learner''s lock.';

create function private.replay_held_for(p_user uuid, p_now timestamptz, p_head integer, p_knowledge bigint, p_limit integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.replay_rows(p_user, p_now, p_head, p_knowledge, array(
    select q.sha256 from ops.quarantine q
    where q.user_id = p_user and q.status = 'held' and q.knowledge < p_knowledge
    order by q.knowledge limit p_limit));
end
$$;
comment on function private.replay_held_for(uuid, timestamptz, integer, bigint, integer) is
  'Tries the learner''s held events that were last tried when less was known; returns how many applied. Under the learner''s lock.';

create function ops.replay_held(p_learners integer default 100, p_events integer default 1000)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user uuid;
  v_head integer;
  v_knowledge bigint;
  v_room integer := p_events;
  v_held integer;
  v_applied integer := 0;
begin
  perform private.require_role('support', 'admin');
  -- Before any text is looked at: what is published meanwhile is for the next run.
  select coalesce((select max(r.version) from content.release r), 0), k.number into v_head, v_knowledge from private.knowledge k;
  for v_user, v_held in
    select d.user_id, d.held from (
      select q.user_id, count(*) as held from (
        select h.user_id from ops.quarantine h
        where h.status = 'held' and h.knowledge < v_knowledge
          -- Nothing comes back while its learner is being erased.
          and not exists (select from ops.erasure e where e.user_id = h.user_id)
        order by h.knowledge, h.user_id limit p_events
      ) q
      group by q.user_id limit p_learners
    ) d
  loop
    -- A learner who is syncing right now is replayed by that sync. All locks last until the end: thus the limit on events,
    -- 0.2 s of them, or 0.8 s on a machine with four times the work it can do.
    perform from learner.state s where s.user_id = v_user for update skip locked;
    continue when not found;
    v_applied := v_applied + private.replay_held_for(v_user, clock_timestamp(), v_head, v_knowledge, least(v_room, private.max_batch_events()));
    v_room := v_room - v_held;
    exit when v_room <= 0;
  end loop;
  if v_applied > 0 then
    perform private.audit('replay_held', 'ops.quarantine', null, null, jsonb_build_object('applied', v_applied));
  end if;
  return v_applied;
end
$$;
comment on function ops.replay_held(integer, integer) is
  'Tries held events again for which the server has learned more, of some learners who are not syncing; returns how many applied. Runs by pg_cron.';

-- In chunks of at most 1,000 events: their learners' locks are held to the end of the run, and a sync waits at most 2 s.
select private.schedule_job('replay_held', '30 seconds', '1 minute', 'select ops.replay_held()');

-- Source: schemas/70_ingest/ingest.sql
-- What:  ingest: one batch, one transaction, a result for every event in the order of the request.
-- Why:   exactly once is the ledger's key; nothing is lost because whatever can't be applied is quarantined (U1-U3).

create function private.ingest_for(p_user uuid, p_lines text)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- For all that it calls: of 14 ms a batch 8 were planning. A plan that outlives an empty table must not be one that reads it whole.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
-- Without sequential scans a plan that has no other way counts as dear enough to be compiled.
set jit = off
as $$
declare
  v_lines text[];
  v_count integer;
  v_refusal json;
  v_seq bigint;
  v_newest uuid;
  v_header private.header;
  v_barred boolean;
  v_held boolean;
  v_now timestamptz;
  v_head integer;
  v_knowledge bigint;
  v_skew bigint;
  v_events private.incoming[];
  v_outcome private.outcome;
  v_last_seq bigint;
begin
  -- The functions refuse what is larger. Bytes that are no text have grown by a third since.
  if octet_length(p_lines) > 2 * private.max_batch_bytes() then
    perform private.raise_error('payload_too_large', format('A batch may have at most %s bytes.', private.max_batch_bytes()), private.max_batch_bytes()::text);
  end if;

  -- 1 The header.
  v_lines := string_to_array(p_lines, E'\n');
  v_header := private.read_header(v_lines[1]);
  v_count := private.count_lines(v_lines, private.max_batch_events());
  if v_count > private.max_batch_events() then
    perform private.raise_error('batch_too_large', format('A batch may have at most %s events.', private.max_batch_events()), private.max_batch_events()::text);
  end if;

  -- 2 The learner's lock, with the tokens, in a statement of its own: what follows must see what the last holder committed.
  v_refusal := private.take_tokens(p_user, v_count);

  -- 3 What arrival decides; and, in the same look, whether anything that is seldom so speaks against the batch.
  v_now := clock_timestamp();
  select s.change_seq, s.newest_event, coalesce((select max(r.version) from content.release r), 0), k.number,
    exists (select from ops.steering t where t.paused)
      or exists (select from ops.erasure e where e.user_id = p_user)
      or exists (select from learner.device d where d.user_id = p_user and d.device_id = v_header.device_id and d.revoked_at is not null),
    exists (select from ops.quarantine q where q.user_id = p_user and q.status = 'held' and q.knowledge < k.number)
  into v_seq, v_newest, v_head, v_knowledge, v_barred, v_held
  from learner.state s, private.knowledge k
  where s.user_id = p_user;
  if v_barred then
    perform private.require_running(v_header.platform, v_header.app_version);
    perform private.refuse_erased(p_user);
    perform private.require_welcome(p_user, v_header.device_id);
  end if;
  if v_refusal is not null then
    return v_refusal;
  end if;
  -- Nothing is known of a clock where the server wrote the header for a device (merge_progress).
  v_skew := case when v_header.by_server is null then (extract(epoch from v_now - v_header.sent_at) * 1000)::bigint end;

  -- 4 Events that were held for what has become known since.
  if v_held then
    perform private.replay_held_for(p_user, v_now, v_head, v_knowledge, private.max_batch_events());
  end if;

  -- 5 Check, apply, keep.
  v_events := private.apply_or_bisect(p_user, v_now, v_head, v_skew, private.read_events(p_user, p_lines, v_lines, v_head, v_newest));
  v_outcome := private.outcome_of(v_events);
  if v_outcome.quarantined > 0 then
    v_outcome := private.outcome_of(private.keep_events(p_user, v_now, v_knowledge, v_header, v_lines, v_events));
  end if;

  -- 6 The contact.
  perform private.record_contact(p_user, v_header, v_now, v_skew, v_outcome.oldest);

  insert into learner.batch (user_id, received_at, batch_id, device_id, events, applied, duplicate, quarantined, retry)
  values (p_user, v_now, private.ulid_to_uuid(v_header.batch_id), v_header.device_id,
    v_outcome.events, v_outcome.applied, v_outcome.duplicate, v_outcome.quarantined, v_outcome.retry);

  select s.change_seq into v_last_seq from learner.state s where s.user_id = p_user;
  -- The function sync looks for `changed` where it stands: before anything that a device has written.
  return json_build_object(
    'batch_id', v_header.batch_id,
    'changed', v_last_seq > v_seq,
    'received_at', to_char(v_now at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'token', private.history() || '.' || v_last_seq,
    'results', v_outcome.results);
end
$$;
comment on function private.ingest_for(uuid, text) is
  'Takes one NDJSON batch of a learner: a header line, then one event a line (at most 500). Returns {batch_id, changed, received_at, token, results}, '
  'or {refused} where the learner has sent too much. Errors: payload_too_large, malformed_batch, batch_too_large, paused, erased, device_revoked; '
  'lock_timeout where the learner is busy.';
grant execute on function private.ingest_for(uuid, text) to carrel_edge;
