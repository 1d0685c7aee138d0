-- Batches like devices send them. An event is a line of text. Its ULID comes from its number, so a greater number is a
-- later event.
set local check_function_bodies = off;

create function tests.learner(p_n integer default 1) returns uuid
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select ('1ea40000-0000-4000-8000-' || pg_catalog.lpad(p_n::text, 12, '0'))::uuid $$;

create function tests.session(p_n integer default 1) returns uuid
language sql volatile set search_path = pg_catalog, pg_temp
as $$ select tests.session_of(tests.learner(p_n)) $$;
comment on function tests.session(integer) is 'Returns the session of a learner, who is signed in.';

create function tests.device(p_n integer default 1) returns uuid
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select ('de000000-0000-4000-8000-' || pg_catalog.lpad(p_n::text, 12, '0'))::uuid $$;

create function tests.ulid(p_n integer) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select '01KAN0000000000000' || pg_catalog.lpad(p_n::text, 8, '0') $$;
comment on function tests.ulid(integer) is 'Returns a ULID. All have the same millisecond and sort by their numbers.';

create function tests.event_id(p_n integer) returns uuid
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
begin
  return private.ulid_to_uuid(tests.ulid(p_n));
end
$$;
comment on function tests.event_id(integer) is 'Returns the ULID of a number as the uuid that the database stores.';

create function tests.event(p_n integer, p_type text, p_body jsonb, p_patch jsonb default '{}') returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select (pg_catalog.jsonb_build_object(
    'id', tests.ulid(p_n), 'type', p_type, 'version', 1, 'learner_id', tests.learner(), 'device_id', tests.device(),
    'occurred_at', '2025-11-22T10:00:00Z', 'utc_offset_minutes', 60, 'body', p_body) || p_patch)::text
$$;
comment on function tests.event(integer, text, jsonb, jsonb) is 'Returns an event of learner 1 with number p_n. p_patch overrides fields of the envelope.';

create function tests.attempt(p_n integer, p_question integer, p_patch jsonb default '{}', p_envelope jsonb default '{}') returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select tests.event(p_n, 'attempt.recorded', pg_catalog.jsonb_build_object(
    'session_id', tests.ulid(900), 'question_id', tests.question(p_question), 'content_version', 1,
    'answer', '{"choice": 1}'::jsonb, 'correct', true, 'duration_ms', 1500) || p_patch, p_envelope)
$$;
comment on function tests.attempt(integer, integer, jsonb, jsonb) is 'Returns an attempt with the right answer. p_patch overrides fields of the body, p_envelope those of the envelope.';

create function tests.progress(p_n integer, p_skill integer, p_mastery integer, p_patch jsonb default '{}') returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select tests.event(p_n, 'progress.advanced',
    pg_catalog.jsonb_build_object('skill_id', tests.skill(p_skill), 'mastery', p_mastery) || p_patch)
$$;

create function tests.reset(p_n integer, p_skill integer, p_count integer, p_patch jsonb default '{}') returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select tests.event(p_n, 'progress.reset',
    pg_catalog.jsonb_build_object('skill_id', tests.skill(p_skill), 'count', p_count) || p_patch)
$$;

create function tests.in_reset(p_count integer, p_n integer) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_build_object('reset', pg_catalog.jsonb_build_object('count', p_count, 'event', tests.ulid(p_n)))
$$;
comment on function tests.in_reset(integer, integer) is 'Returns the reset pair for the body of an event after the reset with event number p_n.';

create function tests.header(p_patch jsonb default '{}') returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select (pg_catalog.jsonb_build_object(
    'batch_id', tests.ulid(1), 'device_id', tests.device(), 'sent_at', '2025-11-22T10:00:05Z', 'platform', 'android',
    'app_version', '1.4.0', 'contract_version', 1, 'content_version', 1) || p_patch)::text
$$;

create function tests.batch(variadic p_lines text[]) returns text
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.array_to_string(tests.header(pg_catalog.jsonb_build_object(
    'sent_at', pg_catalog.to_char(pg_catalog.clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) || p_lines, E'\n', '')
$$;
comment on function tests.batch(text[]) is 'Returns a batch of a device whose clock is right, with these lines.';

create function tests.results(p_answer json) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(pg_catalog.array_agg(pg_catalog.concat_ws(' ', r.result ->> 'status', r.result ->> 'code', nullif(r.result ->> 'field', ''))
    order by r.place), '{}')
  from pg_catalog.json_array_elements(p_answer -> 'results') with ordinality r (result, place)
$$;
comment on function tests.results(json) is 'Returns one text for each result: its status, code and field.';

create function tests.send_as(p_learner uuid, variadic p_lines text[]) returns text[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  return tests.results(private.ingest_for(p_learner, tests.session_of(p_learner), tests.batch(variadic p_lines)));
end
$$;

create function tests.send(variadic p_lines text[]) returns text[]
language sql volatile set search_path = pg_catalog, pg_temp
as $$ select tests.send_as(tests.learner(), variadic p_lines) $$;
comment on function tests.send(text[]) is 'Sends a batch of learner 1 like the Edge Function and returns tests.results() of the answer.';

create function tests.send_for(p_n integer, variadic p_lines text[]) returns text[]
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select tests.send_as(tests.learner(p_n),
    variadic array(select pg_catalog.replace(l.line, tests.learner()::text, tests.learner(p_n)::text)
      from pg_catalog.unnest(p_lines) with ordinality l (line, place) order by l.place))
$$;
comment on function tests.send_for(integer, text[]) is 'Sends the same events with another learner as their owner.';

create function tests.quarantine_id(p_body text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(p_body, 'UTF8')), 'hex') $$;
comment on function tests.quarantine_id(text) is 'Returns the quarantine id of a text.';

grant execute on all functions in schema tests to anon, authenticated, service_role;

create function tests.read_batch(p_batch text) returns setof private.incoming
language sql stable set search_path = pg_catalog, pg_temp
as $$ select * from pg_catalog.unnest(private.read_events(tests.learner(), pg_catalog.string_to_array(p_batch, E'\n'), 1, null)) $$;
comment on function tests.read_batch(text) is 'Returns the events of a batch as rows, checked and stamped but not applied.';
