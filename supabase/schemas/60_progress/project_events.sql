-- What:  project_events(), which turns ledger rows into sessions, attempts, progress and days of practice.
-- Why:   ingest and rebuild share this function, so both produce the same rows (I6).

create function private.project_events(p_user uuid, p_events learner.event[], p_seq bigint)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_nil constant uuid := '00000000-0000-0000-0000-000000000000';
  v_count constant integer := cardinality(p_events);
begin
  -- One statement, so that the events are unpacked once. Each table has its own range of change numbers.
  -- Within a range, a row's number is the place of an event that changed the row.
  with event as materialized (
    select e.event_id, e.type, e.device_id, e.occurred_at, e.utc_offset_minutes, e.clock_offset_ms, e.answered_at, e.clock_skew_ms, e.received_at, e.body, e.session_id, e.skill_id, e.question_id,
      e.reset_count, e.reset_event, e.content_state, e.graded_correct,
      -- Limited, because a clock that is years ahead would freeze the field at a far date.
      least(e.occurred_at, e.received_at + interval '1 day') as practiced_at, e.ordinality as place
    from unnest(p_events) with ordinality e
  ),
  -- 1 Attempts: one row per event.
  attempt as (
    insert into learner.attempt (
      user_id, event_id, session_id, skill_id, question_id, device_id, content_version, content_state, answer, claimed_correct,
      graded_correct, duration_ms, reset_count, reset_event, occurred_at, utc_offset_minutes, change_seq)
    select p_user, e.event_id, e.session_id, e.skill_id, e.question_id, e.device_id,
      (e.body -> 'content_version')::integer, e.content_state, e.body -> 'answer', (e.body -> 'correct')::boolean,
      e.graded_correct, (e.body -> 'duration_ms')::integer, e.reset_count, e.reset_event, e.occurred_at, e.utc_offset_minutes,
      p_seq + e.place
    from event e
    where e.type = 'attempt.recorded'
  ),

  -- 2 Sessions: the start with the smallest event id, and the end with the strongest reason, then the smallest id. Events are sorted by id.
  session as (
    insert into learner.session as s (
      user_id, session_id, skill_id, device_id, content_version, started_at, started_event, ended_at, ended_event, end_reason,
      end_claimed_at, change_seq)
    select p_user, k.session_id, (k.b).skill_id, coalesce((k.b).device_id, (k.f).device_id), ((k.b).body -> 'content_version')::integer,
      (k.b).occurred_at, (k.b).event_id, case when (k.f).event_id is not null then greatest((k.f).occurred_at, (k.b).occurred_at) end,
      (k.f).event_id, (k.f).body ->> 'reason', (k.f).occurred_at, p_seq + v_count + k.place
    from (
      select e.session_id, min(e.place) as place,
        p_events[min(e.place) filter (where e.type = 'session.started')] as b,
        p_events[(array_agg(e.place order by private.end_strength(e.body ->> 'reason') desc, e.place)
          filter (where e.type = 'session.ended'))[1]] as f
      from event e
      where e.type in ('session.started', 'session.ended')
      group by e.session_id
    ) k
    on conflict (user_id, session_id) do update set
      (skill_id, content_version, started_at, started_event, ended_at, ended_event, end_reason, end_claimed_at, device_id, change_seq) = (
        select m.skill_id, m.content_version, m.started_at, m.started_event,
          case when m.ended_event is not null then greatest(m.end_claimed_at, m.started_at) end,
          m.ended_event, m.end_reason, m.end_claimed_at, m.device_id, excluded.change_seq
        from (
          select
            case when starts then excluded.skill_id else s.skill_id end as skill_id,
            case when starts then excluded.content_version else s.content_version end as content_version,
            case when starts then excluded.started_at else s.started_at end as started_at,
            case when starts then excluded.started_event else s.started_event end as started_event,
            case when ends then excluded.ended_event else s.ended_event end as ended_event,
            case when ends then excluded.end_reason else s.end_reason end as end_reason,
            case when ends then excluded.end_claimed_at else s.end_claimed_at end as end_claimed_at,
            -- Without a start, the device is the device of the end.
            case when starts or (s.started_event is null and ends) then excluded.device_id else s.device_id end as device_id
          from (
            select excluded.started_event is not null and (s.started_event is null or excluded.started_event < s.started_event) as starts,
              excluded.ended_event is not null and (s.ended_event is null
                or (private.end_strength(excluded.end_reason), s.ended_event) > (private.end_strength(s.end_reason), excluded.ended_event)) as ends
          ) c
        ) m)
  ),

  -- 3 Progress: only events of the greatest reset pair count. Their merge is max, union and sums.
  progress as (
    insert into learner.skill_progress as p (
      user_id, skill_id, reset_count, reset_event, mastery, completed, attempts, correct, practiced_at, change_seq)
    select distinct on (t.skill_id)
      p_user, t.skill_id, t.reset_count, t.reset_event, coalesce(t.mastery, 0),
      case when t.completed is null then '{}' else array(
        select distinct c.id::uuid
        from unnest(t.completed) l (ids)
        cross join lateral jsonb_array_elements_text(case when jsonb_typeof(l.ids) = 'array' then l.ids else '[]' end) c (id)
        order by 1) end,
      t.attempts, t.correct, t.practiced_at, p_seq + 2 * v_count + t.place
    from (
      select e.skill_id, e.reset_count, e.reset_event,
        max((b.body -> 'mastery')::integer) as mastery,
        array_agg(b.body -> 'completed') filter (where b.body is not null) as completed,
        count(*) filter (where e.type = 'attempt.recorded') as attempts,
        count(*) filter (where e.type = 'attempt.recorded' and coalesce(e.graded_correct, (e.body -> 'correct')::boolean)) as correct,
        max(e.practiced_at) filter (where e.type <> 'progress.reset') as practiced_at,
        min(e.place) as place
      from event e
      cross join lateral (
        select case e.type when 'progress.advanced' then e.body when 'progress.reset' then e.body -> 'base' end as body
      ) b
      where e.type in ('attempt.recorded', 'progress.advanced', 'progress.reset')
      group by e.skill_id, e.reset_count, e.reset_event
    ) t
    order by t.skill_id, t.reset_count desc, coalesce(t.reset_event, v_nil) desc
    on conflict (user_id, skill_id) do update set
      (reset_count, reset_event, mastery, completed, attempts, correct, practiced_at, change_seq) = (
        select excluded.reset_count, excluded.reset_event,
          greatest(excluded.mastery, k.mastery), array(select distinct u.id from unnest(excluded.completed || k.completed) u (id) order by 1),
          excluded.attempts + k.attempts, excluded.correct + k.correct,
          greatest(excluded.practiced_at, k.practiced_at), excluded.change_seq
        from (select
          case when same then p.mastery else 0 end as mastery,
          case when same then p.completed else '{}' end as completed,
          case when same then p.attempts else 0 end as attempts,
          case when same then p.correct else 0 end as correct,
          case when same then p.practiced_at end as practiced_at
          from (select p.reset_count = excluded.reset_count and p.reset_event is not distinct from excluded.reset_event) c (same)) k)
    -- A smaller reset pair has no effect.
    where (excluded.reset_count, coalesce(excluded.reset_event, v_nil)) >= (p.reset_count, coalesce(p.reset_event, v_nil))
  )

  -- 4 Days of practice: by the event's own UTC offset, so neither the server's zone nor a journey changes a day. An event came after the
  --   last answer that its device had, and before its arrival. The first reading of its time that fits counts: corrected by the event's clock
  --   offset, by its batch's skew if that exceeds a day, or as it is. No day is before that answer, or after the arrival.
  insert into learner.practice as d (user_id, days, change_seq)
  select p_user, range_agg(daterange(t.day, t.day, '[]')), p_seq + 3 * v_count + 1
  from (
    select distinct
      (least(greatest(
        case
          when e.occurred_at + c.by_event between c.earliest and c.latest then e.occurred_at + c.by_event
          when e.occurred_at + c.by_batch between c.earliest and c.latest then e.occurred_at + c.by_batch
          else e.occurred_at
        end, e.answered_at), e.received_at) at time zone 'utc' + make_interval(mins => e.utc_offset_minutes))::date as day
    from event e
    cross join lateral (
      select interval '1 ms' * e.clock_offset_ms as by_event, case when abs(e.clock_skew_ms) > 86400000 then interval '1 ms' * e.clock_skew_ms end as by_batch,
        coalesce(e.answered_at - interval '1 hour', '-infinity') as earliest, e.received_at + interval '1 hour' as latest
    ) c
    where e.type in ('attempt.recorded', 'progress.advanced')
  ) t
  having count(*) > 0
  on conflict (user_id) do update set days = d.days + excluded.days, change_seq = excluded.change_seq
  -- The day is usually present already: one look-up, no write.
  where not d.days @> excluded.days;

  return p_seq + 3 * v_count + 1;
end
$$;
comment on function private.project_events(uuid, learner.event[], bigint) is
  'Projects new ledger rows, sorted by id, and numbers changes from p_seq. Returns the last number. The result depends only on the set of rows.';
