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
