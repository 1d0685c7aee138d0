-- Baseline of ingest in SQL: parses the same json and inserts into the same tables. No checks, no look-ups, no merging, no results.
create schema if not exists baseline;
create or replace function baseline.insert_rows(p_user uuid, p_lines text)
returns bigint
language plpgsql
volatile
security definer
set plan_cache_mode = force_generic_plan
as $$
declare
  v_count bigint;
  v_seq bigint := (extract(epoch from clock_timestamp()) * 1e6)::bigint;
begin
  with header as materialized (select split_part(p_lines, E'\n', 1)::jsonb as h),
  event as materialized (
    select private.ulid_to_uuid(p.e ->> 'id') as event_id, p.e ->> 'type' as type, p.e, p.e -> 'body' as body,
      private.ulid_to_uuid(p.e -> 'body' ->> 'session_id') as session_id, p.place
    from (
      select l.line::jsonb as e, l.place from string_to_table(p_lines, E'\n') with ordinality l (line, place) where l.place > 1 offset 0
    ) p
  ),
  state as (insert into learner.state (user_id) values (p_user) on conflict do nothing),
  ledger as (
    insert into learner.event (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at,
      head_version, session_id, skill_id, question_id, content_state, graded_correct)
    select p_user, e.event_id, e.type, (e.e ->> 'version')::smallint, (e.e ->> 'device_id')::uuid, (e.e ->> 'occurred_at')::timestamptz,
      (e.e ->> 'utc_offset_minutes')::smallint, e.body, now(), 1, e.session_id,
      coalesce(e.body ->> 'skill_id', e.body ->> 'question_id')::uuid, (e.body ->> 'question_id')::uuid, 'current', (e.body ->> 'correct')::boolean
    from event e where e.type <> all ('{outbox.attempted,outbox.created,cache.checked,offline.used}')
  ),
  telemetry as (
    insert into ops.telemetry (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at)
    select p_user, e.event_id, e.type, (e.e ->> 'version')::smallint, (e.e ->> 'device_id')::uuid, (e.e ->> 'occurred_at')::timestamptz,
      (e.e ->> 'utc_offset_minutes')::smallint, e.body, now()
    from event e where e.type = any ('{outbox.attempted,outbox.created,cache.checked,offline.used}')
  ),
  attempt as (
    insert into learner.attempt (user_id, event_id, session_id, skill_id, question_id, device_id, content_version, content_state, answer,
      claimed_correct, graded_correct, duration_ms, reset_count, occurred_at, utc_offset_minutes, change_seq)
    select p_user, e.event_id, e.session_id, (e.body ->> 'question_id')::uuid, (e.body ->> 'question_id')::uuid, (e.e ->> 'device_id')::uuid,
      (e.body ->> 'content_version')::integer, 'current', e.body -> 'answer', (e.body ->> 'correct')::boolean, (e.body ->> 'correct')::boolean,
      (e.body ->> 'duration_ms')::integer, 0, (e.e ->> 'occurred_at')::timestamptz, (e.e ->> 'utc_offset_minutes')::smallint, v_seq + e.place
    from event e where e.type = 'attempt.recorded'
  ),
  session as (
    insert into learner.session (user_id, session_id, device_id, content_version, started_at, started_event, change_seq)
    select p_user, e.session_id, (e.e ->> 'device_id')::uuid, (e.body ->> 'content_version')::integer, (e.e ->> 'occurred_at')::timestamptz,
      e.event_id, v_seq + e.place
    from event e where e.type = 'session.started'
  ),
  progress as (
    insert into learner.skill_progress (user_id, skill_id, mastery, completed, practiced_at, change_seq)
    select p_user, (e.body ->> 'skill_id')::uuid, (e.body ->> 'mastery')::smallint,
      array(select c.id::uuid from jsonb_array_elements_text(e.body -> 'completed') c (id)), (e.e ->> 'occurred_at')::timestamptz, v_seq + e.place
    from event e where e.type = 'progress.advanced'
    on conflict do nothing
  ),
  practice as (
    insert into learner.practice (user_id, days, change_seq) values (p_user, datemultirange(daterange(current_date, current_date, '[]')), v_seq)
    on conflict do nothing
  ),
  device as (
    insert into learner.device (user_id, device_id, contract_version, content_version, first_seen_at, last_seen_at)
    select p_user, (h.h ->> 'device_id')::uuid, (h.h ->> 'contract_version')::integer, (h.h ->> 'content_version')::integer, now(), now()
    from header h
    on conflict do nothing
  ),
  batch as (
    insert into learner.batch (user_id, received_at, batch_id, device_id, events, applied, duplicate, quarantined, retry)
    select p_user, clock_timestamp(), private.ulid_to_uuid(h.h ->> 'batch_id'), (h.h ->> 'device_id')::uuid, c.n, c.n, 0, 0, 0
    from header h, (select count(*) as n from event) c
  )
  select count(*) into v_count from event;
  return v_count;
end
$$;

-- Baseline of the function: an id and a body, once each.
create table if not exists baseline.event (user_id uuid, event_id text, body jsonb, primary key (user_id, event_id));
create or replace function baseline.insert_only(p_user uuid, p_lines text)
returns text
language sql
security definer
as $$
  with kept as (
    insert into baseline.event
    select p_user, l.line::jsonb ->> 'id', l.line::jsonb
    from string_to_table(p_lines, E'\n') with ordinality l (line, place) where l.place > 1
    on conflict do nothing returning 1)
  select json_build_object('kept', count(*))::text from kept
$$;
-- As Carrel's own code: what another role writes into learners' tables is audited row by row.
grant carrel_definer to current_user with set true;
grant usage, create on schema baseline to carrel_definer;
grant all on all tables in schema baseline to carrel_definer;
alter function baseline.insert_rows owner to carrel_definer;
alter function baseline.insert_only owner to carrel_definer;
grant usage on schema baseline to carrel_edge;
grant execute on function baseline.insert_rows, baseline.insert_only to carrel_edge;

-- What a team would pick instead: one table that clients upsert into over REST, and a push RPC as WatermelonDB describes it.
create table if not exists public.bench_answer (
  id text primary key, user_id uuid not null default auth.uid(), body jsonb not null, updated_at timestamptz not null default now());
alter table public.bench_answer enable row level security;
create policy bench_answer_all_own on public.bench_answer for all to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
grant select, insert, update on public.bench_answer to authenticated;
create or replace function public.bench_push(last_pulled_at bigint, changes jsonb)
returns void
language sql
as $$
  insert into public.bench_answer (id, body)
  select r ->> 'id', r from jsonb_array_elements((changes #> '{answers,created}') || (changes #> '{answers,updated}')) r
  on conflict (id) do update set body = excluded.body, updated_at = now()
$$;
grant execute on function public.bench_push to authenticated;
notify pgrst, 'reload schema';
