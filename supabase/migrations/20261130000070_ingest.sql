-- Generated from supabase/schemas/70_ingest by `npm run generate`. Do not edit.
--
-- What:  reading, checking and applying batches, quarantine and replay.
-- Why:   a batch is taken as a whole, and one bad event does not stop the others (U1, U3).
-- Locks: none that anybody waits for: every object is new.
-- Undo:  select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('replay_held');
--        delete from ops.job where name in ('replay_held');
--        drop table private.replay_cursor, ops.replay_queue cascade;
--        drop function if exists private.count_lines, private.parse_lines, private.with_code, private.with_arrival, private.read_header,
--          private.record_contact, private.known_events, private.uuids_of, private.check_lines, private.knows_range, private.stamp_events,
--          private.read_events, private.is_same_body, private.event_bytes, private.quarantine_bytes, private.kept_bytes,
--          private.projection_bytes, private.within_day, private.seconds_to_next_day, private.outcome_of, private.apply_events,
--          private.apply_or_bisect, private.missing_knowledge, private.is_known, private.new_knowledge, private.keep_events,
--          private.replay_rows, private.solvable_rows, private.replay_held_for, private.queue_replays, private.replay_turn,
--          ops.replay_held, private.ingest_for;
--        drop type private.line, private.incoming, private.header_pull, private.header, private.outcome;

select private.revoke_default_grants();

-- Source: schemas/70_ingest/lines.sql
-- What:  the lines of a batch as JSON (private.line).
-- Why:   one invalid line (NUL escape, lone surrogate, 1e200000, not JSON) must not affect the other 499.

create type private.line as (place integer, text text, event jsonb);
comment on type private.line is 'A line of a batch: its place among the events, from 1, its text, and its JSON (null if the text is not JSON).';

create function private.count_lines(p_lines text[])
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select count(*) from unnest(p_lines) with ordinality l (line, number)
    where l.number > 1 and (l.line ^@ '{' or l.line !~ '^[ \t\r]*$'));
end
$$;
comment on function private.count_lines(text[]) is 'The number of events in a batch: the lines after the header that are not blank.';

create function private.parse_lines(p_lines text[])
returns private.line[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Testing a line costs as much as casting it, so lines are cast without a test if no exponent looks large and they have few
  -- brackets. Short lines have no room for many that are closed.
  v_short constant integer := 2 * private.max_json_levels();
  v_careful boolean := private.shows_large_exponent(array_to_string(p_lines, E'\n'));
begin
  loop
    begin
      return array(
        select row(l.number - 1, l.line, case
          when (not v_careful and (octet_length(l.line) <= v_short or not private.shows_many_brackets(l.line))) or private.is_jsonb(l.line)
          then l.line::jsonb end)::private.line
        from unnest(p_lines) with ordinality l (line, number)
        where l.number > 1 and (l.line ^@ '{' or l.line !~ '^[ \t\r]*$')
        order by l.number);
    exception
      -- A line is not JSON. The second pass tests each line.
      when data_exception or program_limit_exceeded or statement_too_complex then
        if v_careful then
          raise;
        end if;
        v_careful := true;
    end;
  end loop;
end
$$;
comment on function private.parse_lines(text[]) is 'The events of a batch: the lines after the header that are not blank.';

-- Source: schemas/70_ingest/incoming.sql
-- What:  private.incoming: an event on its way into the ledger, and its result.
-- Why:   reading, applying, quarantining and answering pass the same events on.
create type private.incoming as (
  place integer, id_text text, code text, field text,
  event_id uuid, type text, type_version smallint, device_id uuid, occurred_at timestamptz, utc_offset_minutes smallint, clock_offset_ms bigint,
  answered_at timestamptz, body jsonb, session_id uuid, skill_id uuid, question_id uuid, reset_count integer, reset_event uuid,
  content_state text, graded_correct boolean, received_at timestamptz, clock_skew_ms bigint);
comment on type private.incoming is
  'One event of a batch: its place, from 1, and either its error (code, field) or its checked fields. Without a code it belongs in '
  'the ledger. Two codes are not errors. telemetry: it belongs in ops.telemetry. duplicate: it is already stored. '
  'received_at and clock_skew_ms are those of the first arrival if the event is replayed, otherwise null.';

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
comment on function private.with_code(private.incoming, text) is 'The event with another code.';

create function private.with_arrival(p_event private.incoming, p_received_at timestamptz, p_skew bigint)
returns private.incoming
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  p_event.received_at := p_received_at;
  p_event.clock_skew_ms := p_skew;
  return p_event;
end
$$;
comment on function private.with_arrival(private.incoming, timestamptz, bigint) is 'The event as it arrived first, and the clock skew of its batch.';

-- Source: schemas/70_ingest/header.sql
-- What:  private.header, the type of a batch's first line, and read_header(), which checks that line.
-- Why:   everything that follows depends on the header, so a batch with an invalid header is refused.

create type private.header_pull as (cursor varchar(100), "limit" numeric(5));
comment on type private.header_pull is 'The changes that a device pulls with its batch: the first arguments of learner_changes.';

-- numeric, because JSON's 1.0 equals 1, but integer input refuses it.
create type private.header as (
  batch_id text, device_id uuid, sent_at timestamptz, platform varchar(60), app_version varchar(60),
  contract_version numeric(5), content_version numeric(10), content_schema numeric(5), pull private.header_pull, dead_letters jsonb);
comment on type private.header is 'The header of a batch.';

create function private.read_header(p_line text)
returns private.header
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_json jsonb;
  v_field text;
begin
  v_json := case when private.is_jsonb(p_line) then p_line::jsonb end;
  if (v_json @@ (select t.rules from private.event_type t where t.type = 'batch')) is not true then
    v_field := private.broken_field('batch', 1::smallint, v_json);
    perform private.raise_error('malformed_batch', coalesce(
      (select format('`%s`: %s.', r.field, r.requirement) from private.event_rule r where r.type = 'batch' and r.field = v_field and v_field <> ''),
      'The first line of a batch must be its header, a JSON object without U+0000 and lone surrogates.'), v_field);
  end if;
  return jsonb_populate_record(null::private.header, v_json);
end
$$;
comment on function private.read_header(text) is
  'The header of a batch. Raises malformed_batch with the first invalid field, or with an empty field if the line is not a JSON object.';

-- Source: schemas/70_ingest/record_contact.sql
-- What:  record_contact(): records the header of a batch as its device's last contact.
-- Why:   each sync shows the device's app and its clock skew (O2).

create function private.record_contact(p_user uuid, p_session uuid, p_header private.header, p_now timestamptz, p_skew bigint, p_oldest timestamptz, p_by_server boolean)
returns void
language plpgsql -- rather than sql, which plans at every call
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into learner.device as d (
    user_id, device_id, platform, app_version, contract_version, content_version, first_seen_at, last_seen_at, session_id, clock_skew_ms, queue_lag_ms)
  values (p_user, p_header.device_id, p_header.platform, p_header.app_version,
    -- If the server wrote the header, its time is the server's, and its contract version says nothing about the device.
    case when not p_by_server then p_header.contract_version end, p_header.content_version, p_now, p_now, p_session, p_skew,
    -- Both times are the device's, so clock skew has no effect.
    case when not p_by_server and p_oldest is not null then
      greatest(extract(epoch from p_header.sent_at - p_oldest) * 1000, 0)::bigint end)
  on conflict (user_id, device_id) do update set
    -- A field that is missing in this header keeps its last value.
    platform = coalesce(excluded.platform, d.platform), app_version = coalesce(excluded.app_version, d.app_version),
    contract_version = coalesce(excluded.contract_version, d.contract_version), content_version = coalesce(excluded.content_version, d.content_version),
    last_seen_at = excluded.last_seen_at, session_id = coalesce(excluded.session_id, d.session_id),
    clock_skew_ms = coalesce(excluded.clock_skew_ms, d.clock_skew_ms),
    queue_lag_ms = coalesce(excluded.queue_lag_ms, d.queue_lag_ms);
end
$$;
comment on function private.record_contact(uuid, uuid, private.header, timestamptz, bigint, timestamptz, boolean) is
  'Records a batch''s header as its device''s last contact. p_oldest is the time of its oldest applied event, or null.';

-- Source: schemas/70_ingest/known_events.sql
-- What:  known_events(): the events of a batch that the server has already stored with the same content.
-- Why:   a device that did not get the answer retries its batch. The retry must cost less than the first time.

create function private.known_events(p_user uuid, p_lines private.line[])
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_ids uuid[];
begin
  v_ids := array(
    select private.ulid_to_uuid(l.event ->> 'id') from unnest(p_lines) l where private.is_ulid(l.event ->> 'id') order by 1);
  return array(
    with sent as materialized (
      select l.place, l.event, private.ulid_to_uuid(l.event ->> 'id') as event_id
      from unnest(p_lines) l
      where private.is_ulid(l.event ->> 'id')
    ),
    kept as materialized (
      -- The range condition excludes partitions that cannot contain the ids.
      select e.event_id, e.type, e.type_version, e.device_id, e.occurred_at, e.utc_offset_minutes, e.clock_offset_ms, e.answered_at, e.body
      from learner.event e
      where e.user_id = p_user and e.event_id = any (v_ids) and e.event_id between v_ids[1] and v_ids[cardinality(v_ids)]
      union all
      select t.event_id, t.type, t.type_version, t.device_id, t.occurred_at, t.utc_offset_minutes, null, null, t.body
      from ops.telemetry t
      where t.user_id = p_user and t.event_id = any (v_ids) and t.event_id between v_ids[1] and v_ids[cardinality(v_ids)]
    )
    select row(s.place, s.event ->> 'id', 'duplicate', null, k.event_id, k.type, null, null, null, null, null, null,
      null, null, null, null, 0, null, null, null, null, null)::private.incoming
    from sent s
    join kept k using (event_id)
    -- The whole event is compared, so that an invalid event is never mistaken for a stored one. If only the form of a value differs
    -- (a time without milliseconds), the event is checked in full and then found to be a duplicate.
    where s.event @> jsonb_build_object('id', s.event ->> 'id', 'type', k.type, 'version', k.type_version, 'learner_id', p_user, 'device_id', k.device_id,
        'utc_offset_minutes', k.utc_offset_minutes, 'occurred_at', to_char(k.occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      and date_trunc('milliseconds', k.occurred_at) = k.occurred_at and s.event -> 'body' = k.body
      and nullif(s.event -> 'clock_offset_ms', 'null') is not distinct from to_jsonb(k.clock_offset_ms)
      and s.event ->> 'answered_at' is not distinct from to_char(k.answered_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    order by s.place);
end
$$;
comment on function private.known_events(uuid, private.line[]) is
  'The lines that the ledger or the telemetry has with the same content, as events with the code duplicate.';

-- Source: schemas/70_ingest/check_lines.sql
-- What:  check_lines(): turns the lines of a batch into events, each with its fields or with its error.
-- Why:   the rules are rows of private.event_rule, generated from the contract. No rule is written here.

create function private.uuids_of(p_list jsonb)
returns uuid[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(p_list) = 'array' then
    return array(select e.id::uuid from jsonb_array_elements_text(p_list) e (id));
  end if;
  return null;
end
$$;
comment on function private.uuids_of(jsonb) is 'A list of ids that the caller has checked; null if the value is not a list.';

create function private.check_lines(p_user uuid, p_lines private.line[])
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    with envelope as materialized (
      -- 1 Is it a valid event, and does it belong to this learner?
      select l.place, l.event, l.event ->> 'id' as id, l.event ->> 'type' as type, l.event -> 'body' as body,
        case
          when octet_length(l.text) > private.max_event_bytes() then 'too_large'
          when l.event is null then 'invalid_json'
          when (l.event @@ (select t.rules from private.event_type t where t.type = 'event')) is not true then 'invalid_event'
          when l.event ->> 'learner_id' <> p_user::text
            -- A learner who tried the app first: their events count for the account that has adopted them.
            and not exists (select from learner.adoption a where a.user_id = (l.event ->> 'learner_id')::uuid and a.adopted_by = p_user)
          then 'wrong_learner'
        end as code
      from unnest(p_lines) l
    ),
    known as materialized (
      -- 2 Does the server know its type and version, and is its body valid? The version can be cast only if the envelope is valid.
      --   The rules are used up here: with 2 KB of them in each row, the rows of a large batch do not fit into memory.
      select e.*, t.type is not null as is_known, e.event @@ t.rules as is_valid, t.kept_in
      from envelope e
      left join private.event_type t on t.type = e.type and t.type not in ('batch', 'event')
        and t.version = case when e.code is null then (e.event -> 'version')::integer end
    ),
    judged as materialized (
      -- 3 The verdict: null for a valid event.
      select k.*, k.type = 'attempt.recorded' as is_attempt, coalesce(k.code, case
        when k.is_known then case when k.is_valid is not true then 'invalid_event' end
        when exists (select from private.event_type t where t.type = k.type and t.type not in ('batch', 'event')) then 'unknown_version'
        else 'unknown_type'
      end) as verdict
      from known k
    )
    -- 4 Read the fields. The rules have passed, so every cast succeeds.
    select case
      when j.verdict is not null then row(
        j.place, case when jsonb_typeof(j.event -> 'id') = 'string' then left(j.id, 64) end, j.verdict,
        case when j.verdict = 'invalid_event' then coalesce(
          private.broken_field('event', 1::smallint, j.event), private.broken_field(j.type, (j.event -> 'version')::smallint, j.event)) end,
        null, j.type, null, null, null, null, null, null, j.body, null, null, null, 0, null, null, null, null, null)::private.incoming
      else row(
        j.place, j.id, case when j.kept_in = 'telemetry' then 'telemetry' end, null,
        private.ulid_to_uuid(j.id), j.type, (j.event -> 'version')::smallint, (j.event ->> 'device_id')::uuid,
        (j.event ->> 'occurred_at')::timestamptz, (j.event -> 'utc_offset_minutes')::smallint,
        (nullif(j.event -> 'clock_offset_ms', 'null'))::bigint, (j.event ->> 'answered_at')::timestamptz, j.body,
        case when j.is_attempt or j.type in ('session.started', 'session.ended') then private.ulid_to_uuid(j.body ->> 'session_id') end,
        case when j.type in ('session.started', 'progress.advanced', 'progress.reset') then (j.body ->> 'skill_id')::uuid end,
        case when j.is_attempt then (j.body ->> 'question_id')::uuid end,
        case
          when j.is_attempt or j.type = 'progress.advanced' then coalesce((j.body -> 'reset' -> 'count')::integer, 0)
          when j.type = 'progress.reset' then (j.body -> 'count')::integer
          else 0
        end,
        case
          when j.is_attempt or j.type = 'progress.advanced' then private.ulid_to_uuid(j.body -> 'reset' ->> 'event')
          when j.type = 'progress.reset' then private.ulid_to_uuid(j.id)
        end,
        null, null, null, null)::private.incoming
    end
    from judged j
    order by j.place);
end
$$;
comment on function private.check_lines(uuid, private.line[]) is
  'The events of a learner''s lines, in order. An invalid event has its code and the first invalid field.';

-- Source: schemas/70_ingest/stamp_events.sql
-- What:  stamp_events(): adds the state of the content at arrival to each event.
-- Why:   the state is fixed on arrival, so that projections depend only on the ledger's rows.

create function private.knows_range(p_user uuid, p_skill uuid, p_reset_count integer)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from learner.skill_progress p
    where p.user_id = p_user and p.skill_id = p_skill and p.reset_count / private.reset_range() >= p_reset_count / private.reset_range());
end
$$;
comment on function private.knows_range(uuid, uuid, integer) is
  'Whether the server knows the range of a reset count. Counts 0 to 1,000,000 belong to devices. Each support correction '
  'starts a new range (private.next_reset_range). An event from a range that the server has not seen is held.';

create function private.stamp_events(p_user uuid, p_events private.incoming[], p_head integer)
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_schema constant smallint := private.content_schema();
begin
  return array(
    with named as materialized (
      -- 1 The content that each event refers to.
      select e.*,
        case when e.code is null and e.type in ('attempt.recorded', 'session.started') then (e.body -> 'content_version')::integer end as version,
        case
          when e.code is null and e.type = 'progress.advanced' then private.uuids_of(e.body -> 'completed')
          when e.code is null and e.type = 'progress.reset' then private.uuids_of(e.body -> 'base' -> 'completed')
        end as completed
      from unnest(p_events) e
    ),
    keyed as materialized (
      -- 2 The question's newest key, and the answered version's key if that is older. If the device reports a version older than
      --   the question, its first key is used.
      select n.*, newest.version is not null as is_known, newest.type is null as is_withdrawn, older.version is not null as is_older,
        coalesce(n.skill_id, older.skill_id, newest.skill_id) as its_skill,
        case when older.version is null then newest.type else older.type end as key_type,
        case when older.version is null then newest.answer else older.answer end as key_answer
      from named n
      -- Walks the keys backwards from the newest: a few microseconds for any number of versions.
      left join lateral (
        select k.version, k.skill_id, k.type, k.answer from content.answer_key k where k.question_id = n.question_id
        order by k.version desc limit 1
      ) newest on true
      left join lateral (
        select k.version, k.skill_id, k.type, k.answer from content.answer_key k where k.question_id = n.question_id and newest.version > n.version
        order by k.version <= n.version desc, abs(k.version - n.version) limit 1
      ) older on true
    )
    -- 3 The result. Unknown content is held, not refused, because it may be published before the learner's next contact.
    select row(
      k.place, k.id_text,
      coalesce(k.code, case
        when k.version > p_head or (k.question_id is not null and not k.is_known)
          or (k.skill_id is not null
            and not exists (select from content.revision r where r.schema = v_schema and r.kind = 'skill' and r.id = k.skill_id))
          -- A union keeps all ids, so made-up ids would accumulate.
          or (k.completed is not null and exists (
            select from unnest(k.completed) c (id) where not exists (select from content.answer_key a where a.question_id = c.id)))
          then 'unknown_content'
        when k.reset_count >= private.reset_range() and not private.knows_range(p_user, k.its_skill, k.reset_count) then 'unknown_reset'
      end),
      k.field, k.event_id, k.type, k.type_version, k.device_id, k.occurred_at, k.utc_offset_minutes, k.clock_offset_ms, k.answered_at, k.body, k.session_id, k.its_skill, k.question_id,
      k.reset_count, k.reset_event,
      case when k.question_id is not null then case when k.is_withdrawn then 'withdrawn' when k.is_older then 'outdated' else 'current' end end,
      case when k.question_id is not null then private.grade(k.key_type, k.key_answer, k.body -> 'answer') end,
      k.received_at, k.clock_skew_ms)::private.incoming
    from keyed k
    order by k.place);
end
$$;
comment on function private.stamp_events(uuid, private.incoming[], integer) is
  'The events with the state of the content. An event with unknown content, or with a reset of an unknown range, gets that error as its code.';

-- Source: schemas/70_ingest/read_events.sql
-- What:  read_events(): turns the lines of a batch into events that are ready to be applied.
-- Why:   ingest, replay and support's corrections share this function, so an event is read the same way on every path.

create function private.read_events(p_user uuid, p_lines text[], p_head integer, p_newest uuid)
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lines private.line[] := private.parse_lines(p_lines);
  v_first text := v_lines[1].event ->> 'id';
  v_first_id uuid := case when private.is_ulid(v_first) then private.ulid_to_uuid(v_first) end;
  v_known private.incoming[];
begin
  -- 1 A retry of a batch is recognised by its first event. Ids newer than the learner's newest event are new. They are not looked up,
  --   because a look-up locks every partition.
  if p_newest is null or v_first_id <= p_newest then
    if exists (select from learner.event e where e.user_id = p_user and e.event_id = v_first_id) then
      v_known := private.known_events(p_user, v_lines);
      v_lines := array(select l from unnest(v_lines) l where l.place <> all (array(select k.place from unnest(v_known) k)));
    end if;
  end if;

  -- 2 All other events are checked by the rules and stamped with the state of the content.
  if v_known is null then
    return private.stamp_events(p_user, private.check_lines(p_user, v_lines), p_head);
  end if;
  return array(
    select e from unnest(v_known || private.stamp_events(p_user, private.check_lines(p_user, v_lines), p_head)) e order by e.place);
end
$$;
comment on function private.read_events(uuid, text[], integer, uuid) is
  'The events of a batch''s lines, in order. The first line is the header. '
  'p_newest: the learner''s newest event; newer events are not looked up. Null: unknown.';

-- Source: schemas/70_ingest/same_body.sql
-- What:  is_same_body(): whether two bodies of an event say the same.
-- Why:   ingest and the limit of a day must agree on what is a duplicate (I4).

create function private.is_same_body(p_a jsonb, p_b jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Many libraries write null for a field without a value, and another release of an app may leave the field out.
  return (p_a = p_b or jsonb_strip_nulls(p_a) = jsonb_strip_nulls(p_b)) is true;
end
$$;
comment on function private.is_same_body(jsonb, jsonb) is
  'Whether two bodies of an event say the same. A field that is null is the same as an absent field, at every depth.';

-- Source: schemas/70_ingest/daily_limit.sql
-- What:  the limit on what a learner's batches store in a day: the size of an event, and within_day(), which defers what has no room.
-- Why:   within the rate limits one learner could store 190 GB a day. What has no room waits on the device and is not lost (U8).

create function private.event_bytes(p_events private.incoming[])
returns bigint
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The rows' fixed columns, their index entries and the body before compression, with an eighth for the chunks of long values. A body of
  -- numbers is six times as long as its text. An attempt keeps its answer a second time.
  return (
    select coalesce(sum(case
      when e.code = 'telemetry' then 256 + pg_column_size(e.body) * 9 / 8
      when e.type = 'attempt.recorded' then 768 + 2 * pg_column_size(e.body) * 9 / 8
      else 768 + pg_column_size(e.body) * 9 / 8 end), 0)
    from unnest(p_events) e
    where e.code is null or e.code = 'telemetry');
end
$$;
comment on function private.event_bytes(private.incoming[]) is
  'The bytes that checked events take at most in the ledger and its projections, or in ops.telemetry, indexes included.';

create function private.quarantine_bytes(p_event private.incoming, p_line text)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return 1024 + octet_length(p_line) * 9 / 8
    -- The server applies a held event by itself some day, whatever that day has stored. So its room in the ledger is taken now.
    + case when exists (select from private.error_code c where c.code = p_event.code and c.held)
      then private.event_bytes(array[private.with_code(p_event, null)]) else 0 end;
end
$$;
comment on function private.quarantine_bytes(private.incoming, text) is
  'The bytes that an event and its text take at most in ops.quarantine, with a reason and the indexes, and in the ledger if it is held.';

create function private.kept_bytes(p_events private.incoming[], p_lines text[])
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    -- A text that was kept before counts again, because its row is written again.
    select coalesce(sum(private.quarantine_bytes(e, p_lines[e.place + 1])), 0)
    from unnest(p_events) e join private.error_code c on c.code = e.code
    where c.outcome = 'quarantined');
end
$$;
comment on function private.kept_bytes(private.incoming[], text[]) is 'The bytes that the events of a batch took in ops.quarantine.';

create function private.projection_bytes(p_user uuid, p_skills uuid[])
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- An update leaves the old version of the row until the next vacuum.
  return coalesce((select sum(256 + pg_column_size(p.completed)) from learner.skill_progress p where p.user_id = p_user and p.skill_id = any (p_skills)), 0)
    + coalesce((select pg_column_size(d.days) from learner.practice d where d.user_id = p_user), 0);
end
$$;
comment on function private.projection_bytes(uuid, uuid[]) is 'The bytes of the rows that an event of each of these skills writes again.';

create function private.within_day(p_user uuid, p_events private.incoming[], p_lines text[], p_room bigint)
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_room constant bigint := p_room - private.projection_bytes(p_user, array(select e.skill_id from unnest(p_events) e where e.code is null));
begin
  return array(
    select case when s.bytes > 0 and sum(s.bytes) over (order by s.place) > v_room then private.with_code(s.event, 'daily_limit') else s.event end
    from (
      select e.place, e as event, case
        -- What the server has already needs no room, and gets its answer at any time.
        when e.code is null or e.code = 'telemetry' then case when not exists (
            select from learner.event l
            where l.user_id = p_user and l.event_id = e.event_id
              and (l.type, l.type_version, l.occurred_at) = (e.type, e.type_version, e.occurred_at) and private.is_same_body(l.body, e.body)
            union all
            select from ops.telemetry t
            where t.user_id = p_user and t.event_id = e.event_id
              and (t.type, t.type_version, t.occurred_at) = (e.type, e.type_version, e.occurred_at) and private.is_same_body(t.body, e.body))
          -- An event whose id is taken goes into quarantine instead.
          then greatest(private.event_bytes(array[e]), private.quarantine_bytes(e, p_lines[e.place + 1])) end
        when exists (select from private.error_code c where c.code = e.code and c.outcome = 'quarantined') then case when not exists (
            select from ops.quarantine q where q.user_id = p_user and q.sha256 = sha256(convert_to(p_lines[e.place + 1], 'UTF8')))
          then private.quarantine_bytes(e, p_lines[e.place + 1]) end
      end as bytes
      from unnest(p_events) e
    ) s
    order by s.place);
end
$$;
comment on function private.within_day(uuid, private.incoming[], text[], bigint) is
  'The events of a batch. Those that would store more than p_room bytes get the code daily_limit, in the order of the batch.';

create function private.seconds_to_next_day()
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- At most six hours, because an operator may raise the limit.
  select least(86400 - floor(extract(epoch from clock_timestamp() at time zone 'utc'))::bigint % 86400, 21600)::integer
$$;
comment on function private.seconds_to_next_day() is 'Seconds after which an event beyond the day''s limit is to be sent again.';

-- Source: schemas/70_ingest/outcome.sql
-- What:  private.outcome, the result of a batch: counts, and the results in the form that devices read.
-- Why:   every event gets a result, in the order of the request, with what the device needs for its next step (U2).
create type private.outcome as (
  events integer, applied integer, duplicate integer, quarantined integer, retry integer, oldest timestamptz, results json);
comment on type private.outcome is
  'The result of a batch: the number of events, in total and by status, the time of the oldest applied event, and all results for the device.';

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
  -- 1 In most batches all events have the same status. Concatenation is safe, because nothing needs escaping; json_build_object takes three times as long.
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

  -- 2 Otherwise each event by its code, in the order of the lines.
  select count(*) filter (where r.status = 'quarantined'), count(*) filter (where r.status = 'retry'),
    ('[' || coalesce(string_agg(
      case
        when r.error is null then '{"id":"' || r.id_text || '","status":"' || r.status || '"}'
        else json_strip_nulls(json_build_object(
          'id', r.id_text, 'status', r.status, 'code', r.code, 'field', case when r.status = 'quarantined' then r.field end,
          'retryable', r.event_retryable,
          'retry_after_s', case when r.event_retryable then coalesce(r.event_retry_after_s,
            case r.code when 'daily_limit' then private.seconds_to_next_day() else (select q.retry_after_s from ops.quarantine_setting q) end) end))::text
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
  'The result of events, in their order. The result of an event that was not accepted has its error, and when to retry.';

-- Source: schemas/70_ingest/apply_events.sql
-- What:  apply_events(): stores checked events in the ledger or ops.telemetry, projects them, and returns each result as a code.
-- Why:   ingest, replay and support's corrections share this function, so an event has the same effect on every path (U1, U3).

create function private.apply_events(p_user uuid, p_now timestamptz, p_head integer, p_skew bigint, p_events private.incoming[], p_lookup boolean)
returns private.incoming[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_events private.incoming[];
  v_storing private.incoming[];
  v_new integer;
  v_skills uuid[];
  v_ids uuid[];
  v_known uuid[] := '{}';
  v_past uuid[] := '{}';
  v_lookup boolean;
  v_waiting boolean;
  v_fresh learner.event[];
begin
  -- 1 The events to store, and their ids that are taken. Ids are unique across the ledger and ops.telemetry (I4). A device's ids ascend, so
  --   usually all are newer than the learner's newest event. Otherwise each id is looked up, which locks every partition.
  --   The range condition excludes partitions that cannot contain the ids.
  select count(*), array_agg(distinct e.event_id order by e.event_id), array_agg(e.skill_id) into v_new, v_ids, v_skills
  from unnest(p_events) e
  where e.code is null or e.code = 'telemetry';
  if v_new = 0 then
    return null;
  end if;
  select p_lookup or (select s.newest_event < v_ids[1] from learner.state s where s.user_id = p_user) is not true,
    exists (select from ops.quarantine q where q.user_id = p_user and q.event_id is not null)
  into v_lookup, v_waiting;
  if v_lookup then
    v_known := array(
      select l.event_id from learner.event l
      where l.user_id = p_user and l.event_id = any (v_ids) and l.event_id between v_ids[1] and v_ids[cardinality(v_ids)]
      union all
      select t.event_id from ops.telemetry t
      where t.user_id = p_user and t.event_id = any (v_ids) and t.event_id between v_ids[1] and v_ids[cardinality(v_ids)]);
    -- Telemetry that was here and has been deleted since.
    v_past := array(
      select e.event_id from unnest(p_events) e
      join ops.telemetry_horizon h on h.user_id = p_user and h.device_id = e.device_id and h.last_event >= e.event_id
      where e.code = 'telemetry' and e.event_id <> all (v_known));
    v_known := v_known || v_past;
  end if;
  if v_known <> '{}' or cardinality(v_ids) < v_new then
    v_storing := array(
      select distinct on (e.event_id) e
      from unnest(p_events) e
      where (e.code is null or e.code = 'telemetry') and e.event_id <> all (v_known)
      order by e.event_id, e.place);
  end if;

  -- 2 Store the first event of each new id. The learner's lock is held, so no other transaction can take an id. `on conflict` would
  --   take a tenth of the time of the insert, because it prepares each row.
  with reported as (
    insert into ops.telemetry (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at)
    select p_user, i.event_id, i.type, i.type_version, i.device_id, i.occurred_at, i.utc_offset_minutes, i.body, coalesce(i.received_at, p_now)
    from unnest(coalesce(v_storing, p_events)) i
    where i.code = 'telemetry'
  ),
  fresh as (
    insert into learner.event as l (
      user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, clock_offset_ms, answered_at, body, received_at, head_version,
      clock_skew_ms, session_id, skill_id, question_id, reset_count, reset_event, content_state, graded_correct)
    select p_user, i.event_id, i.type, i.type_version, i.device_id, i.occurred_at, i.utc_offset_minutes, i.clock_offset_ms, i.answered_at, i.body,
      coalesce(i.received_at, p_now), p_head, case when i.received_at is null then p_skew else i.clock_skew_ms end, i.session_id, i.skill_id, i.question_id, i.reset_count, i.reset_event, i.content_state, i.graded_correct
    from unnest(coalesce(v_storing, p_events)) i
    where i.code is null
    returning l.event_id, l as row
  )
  select array_agg(f.row order by f.event_id) into v_fresh from fresh f;

  -- 3 Project the new ledger rows. Nothing else is projected.
  update learner.state s set
    newest_event = greatest(s.newest_event, v_ids[cardinality(v_ids)]),
    stored_bytes = s.stored_bytes + private.event_bytes(coalesce(v_storing, p_events)) + private.projection_bytes(p_user, v_skills),
    change_seq = case when v_fresh is null then s.change_seq else private.project_events(p_user, v_fresh, s.change_seq) end
  where s.user_id = p_user and v_storing is distinct from '{}';

  -- 4 Compare events whose id is taken with the stored event.
  if v_storing is not null then
    v_events := array(
      select case
        when e.code <> 'telemetry' then e
        when e.code = 'telemetry' and e.event_id = any (v_past) then private.with_code(e, 'duplicate')
        when (k.type, k.type_version, k.occurred_at) is distinct from (e.type, e.type_version, e.occurred_at)
          or not private.is_same_body(k.body, e.body)
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

  -- 5 A corrected event supersedes the invalid one. A held event was not invalid, so different content under its id is a conflict.
  --   Checked first, because an update runs the table's triggers even if it changes no row.
  if v_waiting then
    with settled as (
      select q.sha256, q.status = 'held' and (
        (h.event ->> 'type', (h.event -> 'version')::smallint, (h.event ->> 'occurred_at')::timestamptz)
          is distinct from (e.type, e.type_version, e.occurred_at)
        or not private.is_same_body(h.event -> 'body', e.body)) as is_other
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
  'Applies checked events under the learner''s lock. Returns the events if a code has changed, otherwise null. The caller quarantines what could not be applied. '
  'p_lookup: look up ids even if they are newer than learner.state.newest_event.';

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
      -- Returns the argument itself, which any other expression would copy.
      if v_events is null then
        return p_events;
      end if;
      return v_events;
    exception
      -- Validation should have caught this. Halving finds the invalid event, which is then quarantined.
      when data_exception or integrity_constraint_violation then
        raise log 'carrel: % events could not be applied: % (%)', v_count, sqlerrm, sqlstate;
        -- A key that a writer without the lock took meanwhile is found by the look-up of the second try.
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
  'Applies all events. If a constraint still fails, applies all but the failing events, which get the code internal.';

-- Source: schemas/70_ingest/missing_knowledge.sql
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

-- Source: schemas/70_ingest/keep_events.sql
-- What:  keep_events(): stores the events of a batch that could not be applied in quarantine, within the limits.
-- Why:   a device deletes events that are reported as quarantined, so they must be stored. No learner may fill the disk (U3).
create function private.keep_events(
  p_user uuid, p_now timestamptz, p_skew bigint, p_head integer, p_knowledge bigint, p_header private.header, p_lines text[], p_events private.incoming[])
returns private.incoming[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_full bytea[];
begin
  -- 1 New texts must fit into the learner's quarantine; open and held events have separate limits. Smaller texts come first, so that
  --   one large text does not exclude many. A text that is already stored needs no more room.
  with bad as (
    select distinct on (k.sha256) k.sha256, e.place, k.line, e.id_text, e.code, e.field,
      coalesce(e.device_id, p_header.device_id) as device_id,
      private.waiting_status(e.code) as status,
      -- The header of a batch of dead letters has the reasons, in the order of the events.
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
      user_id, sha256, event_id, code, field, body, device_id, batch_id, origin, reason, status, first_seen_at, last_seen_at, clock_skew_ms, knowledge, tried_at,
      waits_for)
    select p_user, f.sha256, case when private.is_ulid(f.id_text) then private.ulid_to_uuid(f.id_text) end,
      f.code, f.field, f.line, f.device_id, private.ulid_to_uuid(p_header.batch_id), f.origin, f.reason, f.status, p_now, p_now, p_skew, p_knowledge, p_now,
      private.missing_knowledge(f.code, f.line, p_head)
    from fitting f
    where f.fits
    on conflict (user_id, sha256) do update set
      last_seen_at = excluded.last_seen_at, times_seen = q.times_seen + 1, batch_id = excluded.batch_id,
      code = case when q.status = 'superseded' then q.code else excluded.code end,
      field = case when q.status = 'superseded' then q.field else excluded.field end,
      origin = case when excluded.origin = 'dead_letter' then excluded.origin else q.origin end,
      reason = coalesce(excluded.reason, q.reason), knowledge = excluded.knowledge, tried_at = excluded.tried_at,
      waits_for = coalesce(excluded.waits_for, q.waits_for),
      -- Support's decisions and superseded events keep their status.
      status = case when q.status in ('superseded', 'discarded') then q.status else excluded.status end
  )
  select array_agg(f.sha256) into v_full from fitting f where not f.fits;
  if v_full is null then
    return p_events;
  end if;

  -- 2 Events that did not fit stay on the device. They may fit after support has settled others.
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
comment on function private.keep_events(uuid, timestamptz, bigint, integer, bigint, private.header, text[], private.incoming[]) is
  'Stores events that could not be applied, once per text. Returns all events; those that do not fit get the code quarantine_full.';

-- Source: schemas/70_ingest/replay_held.sql
-- What:  replay of quarantined events through ingest; held events are retried automatically when the server knows more.
-- Why:   the device has deleted an event that was reported as quarantined, so only the server can retry it (U3).

create function private.replay_rows(p_user uuid, p_now timestamptz, p_head integer, p_knowledge bigint, p_rows bytea[])
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows bytea[];
  v_lines text[];
  v_arrivals timestamptz[];
  v_skews bigint[];
  v_events private.incoming[];
begin
  -- 1 The texts in the order of their ids, with support's corrections, and how each arrived first.
  select array_agg(q.sha256 order by q.event_id, q.sha256),
    array_prepend('', array_agg(coalesce(q.mended_body, q.body) order by q.event_id, q.sha256)),
    array_agg(q.first_seen_at order by q.event_id, q.sha256), array_agg(q.clock_skew_ms order by q.event_id, q.sha256)
  into v_rows, v_lines, v_arrivals, v_skews
  from ops.quarantine q
  where q.user_id = p_user and q.sha256 = any (p_rows) and q.status in ('open', 'held');
  if v_rows is null then
    return 0;
  end if;

  -- 2 The same path as for all events. An event that waited counts as if it had been applied when it arrived, so that its day is the same.
  v_events := private.apply_or_bisect(p_user, p_now, p_head, null, array(
    select private.with_arrival(e, v_arrivals[e.place], v_skews[e.place])
    from unnest(private.read_events(p_user, v_lines, p_head, null)) e
    order by e.place));

  -- 3 A separate statement, because applying may have superseded the row already.
  update ops.quarantine q set
    knowledge = p_knowledge, tried_at = p_now,
    -- The original error stays on record.
    code = case when k.is_taken then q.code else e.code end,
    field = case when k.is_taken then q.field else e.field end,
    waits_for = coalesce(private.missing_knowledge(e.code, v_lines[e.place + 1], p_head), q.waits_for),
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
  'Sends open and held rows through ingest again and returns how many were applied. Each row gets its new status. The caller holds the learner''s lock.';

create function private.solvable_rows(p_user uuid, p_knowledge bigint, p_limit integer)
returns bytea[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- One look-up for each name, not for each row: 10,000 events of an unknown type wait for one name.
  with recursive name (waits_for) as (
    (select q.waits_for from ops.quarantine q where q.user_id = p_user and q.status = 'held' order by q.waits_for limit 1)
    union all
    select (
      select q.waits_for from ops.quarantine q where q.user_id = p_user and q.status = 'held' and q.waits_for > n.waits_for
      order by q.waits_for limit 1)
    from name n where n.waits_for is not null
  ),
  known as materialized (
    select n.waits_for from name n where private.is_known(n.waits_for)
  )
  select array(
    select w.sha256 from (
      select q.sha256, q.event_id from known n
      join ops.quarantine q on q.user_id = p_user and q.status = 'held' and q.waits_for = n.waits_for and q.knowledge < p_knowledge
      union
      select q.sha256, q.event_id from ops.quarantine q where q.user_id = p_user and q.status = 'held' and q.knowledge = 0
    ) w
    order by w.event_id, w.sha256 limit p_limit)
$$;
comment on function private.solvable_rows(uuid, bigint, integer) is
  'A learner''s held events that lack nothing any more, or are to be tried in any case, and were not tried with this knowledge. Oldest first, at most p_limit.';

create function private.replay_held_for(p_user uuid, p_now timestamptz, p_head integer, p_knowledge bigint, p_limit integer, out applied integer, out finished boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows bytea[];
begin
  applied := 0;
  finished := not exists (select from ops.quarantine_load l where l.user_id = p_user and l.held_rows > 0 and l.looked_up < p_knowledge);
  if finished then
    return;
  end if;
  v_rows := private.solvable_rows(p_user, p_knowledge, p_limit);
  if v_rows <> '{}' then
    applied := private.replay_rows(p_user, p_now, p_head, p_knowledge, v_rows);
  end if;
  -- The others wait for something else. Nothing is written to them: a release would cost a learner with 10,000 of them 3 s.
  finished := cardinality(v_rows) < p_limit;
  if finished then
    update ops.quarantine_load l set looked_up = p_knowledge where l.user_id = p_user;
  end if;
end
$$;
comment on function private.replay_held_for(uuid, timestamptz, integer, bigint, integer) is
  'Retries the learner''s held events that lack nothing any more, oldest first, at most p_limit. Returns how many were applied, and whether none is left. '
  'The caller holds the learner''s lock.';

-- Source: schemas/70_ingest/replay_queue.sql
-- What:  ops.replay_queue, the learners whose held events the server may be able to apply now, and queue_replays(), which finds them.
-- Why:   after a release only those who waited for what it brought have a turn. Thousands who wait for something else cost nothing (U3).

create table private.replay_cursor (
  singleton boolean not null default true,
  version   integer not null default 0,
  constraint replay_cursor_pkey primary key (singleton),
  constraint replay_cursor_singleton check (singleton)
);
comment on table private.replay_cursor is 'One row. version: the learners who waited for what this release and earlier ones brought are in ops.replay_queue, or done.';
alter table private.replay_cursor enable row level security;
create policy replay_cursor_all_nobody on private.replay_cursor for all to anon, authenticated using (false);
insert into private.replay_cursor default values;

create table ops.replay_queue (
  user_id    uuid not null,
  tried_at   timestamptz,
  failures   integer not null default 0,
  last_error text,
  constraint replay_queue_pkey primary key (user_id),
  constraint replay_queue_failures_not_negative check (failures >= 0),
  constraint replay_queue_error_iff_failing check ((failures = 0) = (last_error is null))
);
create index replay_queue_tried_at_user_id_idx on ops.replay_queue (tried_at nulls first, user_id);
comment on table ops.replay_queue is 'Learners with held events that the server may be able to apply now. The least recently tried has the next turn.';
comment on column ops.replay_queue.failures is 'Failed turns in a row. last_error is the last one''s error. The next turn comes as many minutes later, at most 10.';
alter table ops.replay_queue enable row level security;
create policy replay_queue_all_nobody on ops.replay_queue for all to anon, authenticated using (false);

create function private.queue_replays(p_head integer, p_knowledge bigint)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since constant integer := (select c.version from private.replay_cursor c);
begin
  insert into ops.replay_queue (user_id)
  select distinct w.user_id
  from (
    -- From name to name and from learner to learner through the index, so that rows that wait for something else are not read: a release
    -- of 3,300 questions takes 50 ms, whoever waits for what.
    select h.user_id
    from unnest(private.new_knowledge(v_since, p_head)) n (name)
    cross join lateral (
      with recursive who (user_id) as (
        (select q.user_id from ops.quarantine q where q.status = 'held' and q.waits_for = n.name order by q.user_id limit 1)
        union all
        select (
          select q.user_id from ops.quarantine q where q.status = 'held' and q.waits_for = n.name and q.user_id > w.user_id
          order by q.user_id limit 1)
        from who w where w.user_id is not null
      )
      select w.user_id from who w where w.user_id is not null
    ) h
    union all
    select q.user_id from ops.quarantine q where q.status = 'held' and q.knowledge = 0
  ) w
  join ops.quarantine_load l on l.user_id = w.user_id and l.looked_up < p_knowledge
  on conflict do nothing;
  -- A batch that began before a release may hold an event just after it. No batch takes minutes.
  update private.replay_cursor c set version = r.version
  from (select max(r.version) as version from content.release r where r.version <= p_head and r.published_at < clock_timestamp() - interval '5 minutes') r
  where r.version > c.version;
end
$$;
comment on function private.queue_replays(integer, bigint) is
  'Queues the learners with held events that wait for what releases up to p_head brought, or are to be tried in any case. p_knowledge: the server''s knowledge.';

-- Source: schemas/70_ingest/replay_job.sql
-- What:  ops.replay_held(), the job that retries held events of learners who are not syncing, until its time is used.
-- Why:   after a release all learners who waited for it should see their answers counted within seconds, not only those who sync (U3).

create function private.replay_turn(p_user uuid, p_head integer, p_knowledge bigint, p_turn integer, out applied integer, out error text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_finished boolean;
begin
  begin
    select r.applied, r.finished into applied, v_finished from private.replay_held_for(p_user, clock_timestamp(), p_head, p_knowledge, p_turn) r;
  exception when others then
    -- One learner's trouble does not stop the others.
    applied := 0;
    error := left(format('%s (%s)', sqlerrm, sqlstate), 300);
  end;
  if v_finished then
    delete from ops.replay_queue r where r.user_id = p_user;
  else
    update ops.replay_queue r set tried_at = clock_timestamp(), failures = case when error is null then 0 else r.failures + 1 end, last_error = error
    where r.user_id = p_user;
  end if;
end
$$;
comment on function private.replay_turn(uuid, integer, bigint, integer) is
  'One turn of a queued learner: at most p_turn events. Who has none left leaves the queue. The caller holds the learner''s lock.';

create function ops.replay_held(p_budget interval default '1.5 seconds', p_turn integer default private.max_batch_events())
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- As in ingest_for(). Planning took most of the time of a learner with few events.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set jit = off
as $$
declare
  v_end constant timestamptz := clock_timestamp() + p_budget;
  v_user uuid;
  v_head integer;
  v_knowledge bigint;
  v_applied integer := 0;
  v_error text;
begin
  perform private.require_role('support', 'admin');
  if private.is_upgrading() then
    perform private.record_job('replay_held', null, null);
    return 0;
  end if;
  -- Read before any text: later releases are for the next run. A second run at the same time waits here for the first.
  select coalesce((select max(r.version) from content.release r), 0), k.number into v_head, v_knowledge from private.knowledge k;
  perform from private.replay_cursor c for update;
  perform private.queue_replays(v_head, v_knowledge);

  -- Each learner has a turn of at most p_turn events before anybody has a second one. All locks last until the end of the run. A sync waits
  -- 2 s for its learner's lock, so the run is shorter.
  loop
    -- Busy learners are skipped: their own sync replays their events. Nothing is replayed during an erasure or a move.
    select r.user_id into v_user
    from ops.replay_queue r join learner.state s on s.user_id = r.user_id
    where (r.failures = 0 or r.tried_at < clock_timestamp() - least(interval '1 minute' * r.failures, interval '10 minutes'))
      and not exists (select from ops.erasure e where e.user_id = r.user_id)
      and private.is_here(r.user_id)
    order by r.tried_at nulls first, r.user_id
    limit 1
    for update of s skip locked;
    exit when not found;
    -- Again under the lock: an erasure or a move may have begun since the row was found.
    continue when not private.is_here(v_user) or exists (select from ops.erasure e where e.user_id = v_user);
    v_applied := v_applied + (private.replay_turn(v_user, v_head, v_knowledge, p_turn)).applied;
    exit when clock_timestamp() >= v_end;
  end loop;
  if v_applied > 0 then
    perform private.audit('replay_held', 'ops.quarantine', null, null, jsonb_build_object('applied', v_applied));
  end if;
  -- As long as a learner's turns fail, the job counts as failing.
  select format('Learner %s: %s', r.user_id, r.last_error) into v_error from ops.replay_queue r where r.failures > 0 order by r.tried_at desc limit 1;
  perform private.record_job('replay_held', v_error, case when v_applied > 0 then jsonb_build_object('applied', v_applied) end);
  return v_applied;
end
$$;
comment on function ops.replay_held(interval, integer) is
  'Retries held events that lack nothing any more, of learners who are not syncing, until p_budget is used. Each learner has turns of at most p_turn '
  'events. Returns how many were applied. Runs by pg_cron, and goes on where the last run ended.';

select private.schedule_job('replay_held', '5 seconds', '1 minute', 'select ops.replay_held()');

-- Source: schemas/70_ingest/ingest.sql
-- What:  ingest: one batch, one transaction, one result per event in the order of the request.
-- Why:   the ledger's key makes events count once. Events that cannot be applied are quarantined, so none is lost (U1-U3).

create function private.ingest_for(p_user uuid, p_session uuid, p_lines text, p_by_server boolean default false)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- Applies to all functions called. Planning took 8 of 14 ms per batch. A cached plan made on an empty table must not read a whole table later.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
-- Without sequential scans, some plans look expensive enough for JIT compilation.
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
  v_room bigint;
  v_is_recorded boolean;
  v_last_seq bigint;
begin
  -- The Edge Functions refuse larger batches. Invalid UTF-8 grows by a third when it is replaced, hence the factor.
  if octet_length(p_lines) > 2 * private.max_batch_bytes() then
    perform private.raise_error('payload_too_large', format('A batch may have at most %s bytes.', private.max_batch_bytes()), private.max_batch_bytes()::text);
  end if;

  -- 1 The header.
  v_lines := string_to_array(p_lines, E'\n');
  v_header := private.read_header(v_lines[1]);
  v_count := private.count_lines(v_lines);
  if v_count > private.max_batch_events() then
    perform private.raise_error('batch_too_large', format('A batch may have at most %s events.', private.max_batch_events()), private.max_batch_events()::text);
  end if;

  -- 2 The learner's lock and the rate limit, in a separate statement: later statements must see what the last holder committed.
  v_refusal := private.take_tokens(p_user, v_count, octet_length(p_lines));

  -- 3 State at arrival, and in the same query the rare reasons to refuse the batch.
  v_now := clock_timestamp();
  select s.change_seq, s.newest_event, coalesce((select max(r.version) from content.release r), 0), k.number,
    exists (select from ops.steering t where t.paused)
      or exists (select from ops.history h where h.upgrade_until is not null)
      or exists (select from ops.erasure e where e.user_id = p_user)
      or exists (select from learner.adoption a where a.user_id = p_user)
      or exists (select from ops.cell),
    exists (select from ops.quarantine_load l where l.user_id = p_user and l.held_rows > 0 and l.looked_up < k.number),
    p.stored_bytes_per_day - s.stored_bytes, s.batches <= p.batch_records_per_day
  into v_seq, v_newest, v_head, v_knowledge, v_barred, v_held, v_room, v_is_recorded
  from learner.state s, private.knowledge k, ops.pressure_setting p
  where s.user_id = p_user;
  if v_barred then
    perform private.require_running(v_header.platform, v_header.app_version);
    perform private.refuse_absent(p_user);
  end if;
  -- Under the lock, so that a sign-out or a revocation that has returned counts. A batch of 50 events takes as long without it.
  perform private.require_session(p_user, p_session, v_header.device_id);
  if v_refusal is not null then
    return v_refusal;
  end if;
  -- The clock skew is unknown if the server wrote the header for a device (merge_progress).
  v_skew := case when not p_by_server then (extract(epoch from v_now - v_header.sent_at) * 1000)::bigint end;

  -- 4 Retry held events if the server has new knowledge.
  if v_held then
    perform private.replay_held_for(p_user, v_now, v_head, v_knowledge, private.max_batch_events());
  end if;

  -- 5 Check, apply, quarantine. Most learners never come near the limit of a day, so their events are not measured before they are
  --   stored: a batch of 1 MiB stores less than 64 times the size of a batch.
  v_events := private.read_events(p_user, v_lines, v_head, v_newest);
  if v_room < 64 * private.max_batch_bytes() then
    v_events := private.within_day(p_user, v_events, v_lines, v_room);
  end if;
  v_events := private.apply_or_bisect(p_user, v_now, v_head, v_skew, v_events);
  v_outcome := private.outcome_of(v_events);
  -- Without room, what is to be quarantined is there already.
  if v_outcome.quarantined > 0 and v_room > 0 then
    v_events := private.keep_events(p_user, v_now, v_skew, v_head, v_knowledge, v_header, v_lines, v_events);
    v_outcome := private.outcome_of(v_events);
    update learner.state s set stored_bytes = s.stored_bytes + private.kept_bytes(v_events, v_lines) where s.user_id = p_user;
  end if;

  -- 6 Record the contact.
  perform private.record_contact(p_user, p_session, v_header, v_now, v_skew, v_outcome.oldest, p_by_server);

  if v_is_recorded and v_room > 0 then
    insert into learner.batch (user_id, received_at, batch_id, device_id, events, applied, duplicate, quarantined, retry)
    values (p_user, v_now, private.ulid_to_uuid(v_header.batch_id), v_header.device_id,
      v_outcome.events, v_outcome.applied, v_outcome.duplicate, v_outcome.quarantined, v_outcome.retry);
  end if;

  select s.change_seq into v_last_seq from learner.state s where s.user_id = p_user;
  return json_build_object(
    'batch_id', v_header.batch_id,
    'changed', v_last_seq > v_seq,
    'received_at', to_char(v_now at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'token', private.history() || '.' || v_last_seq,
    'results', v_outcome.results);
end
$$;
comment on function private.ingest_for(uuid, uuid, text, boolean) is
  'Accepts one NDJSON batch of a learner: a header line, then one event per line (at most 500). Returns {batch_id, changed, received_at, token, results}, '
  'or {refused} if a rate limit is exceeded. Errors: payload_too_large, malformed_batch, batch_too_large, paused, erased, moved, learner_adopted, unauthenticated, '
  'session_ended, device_revoked; lock_timeout if the learner is busy. p_by_server: the server wrote the header for a device and knows neither its clock nor its contract version.';
grant execute on function private.ingest_for(uuid, uuid, text, boolean) to carrel_edge;
