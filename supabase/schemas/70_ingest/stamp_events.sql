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
