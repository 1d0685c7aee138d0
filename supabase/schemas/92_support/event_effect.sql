-- What:  event_effect(): which rows of its learner an event of the ledger has changed, as JSON and as a sentence.
-- Why:   "Does this answer count?" is the question behind most questions about an event (O2).

create function private.minute_text(p_at timestamptz)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select to_char(p_at at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"') $$;
comment on function private.minute_text(timestamptz) is 'A time for a sentence.';

create function private.content_name(p_kind text, p_id uuid)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(case p_kind
    when 'skill' then (select s.key from content.skill s where s.id = p_id)
    when 'question' then (select q.key from content.question q where q.id = p_id)
  end, p_id::text)
$$;
comment on function private.content_name(text, uuid) is 'The key of a skill or a question, or its id if no draft has the id.';

create function private.row_effect(p_event learner.event)
returns table (kind text, id text, counts boolean, voided_at timestamptz, sentence text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select 'attempt', private.uuid_to_ulid(a.event_id), true, a.voided_at,
    format('It is an attempt at the question %s: %s%s.', private.content_name('question', a.question_id),
      case coalesce(a.graded_correct, a.claimed_correct) when true then 'right' else 'wrong' end,
      case when a.content_state <> 'current' then ', on ' || a.content_state || ' content' else '' end)
  from learner.attempt a where a.user_id = (p_event).user_id and a.event_id = (p_event).event_id
  union all
  select 'session', private.uuid_to_ulid(s.session_id), (p_event).event_id in (s.started_event, s.ended_event), s.voided_at,
    case
      when s.started_event = (p_event).event_id then 'It started a session.'
      when s.ended_event = (p_event).event_id then format('It ended a session as %s.', s.end_reason)
      else 'Another event of the same session counts instead of it.'
    end
  from learner.session s
  where s.user_id = (p_event).user_id and s.session_id = (p_event).session_id and (p_event).type in ('session.started', 'session.ended')
  union all
  select 'skill_progress', p.skill_id::text, c.counts, p.voided_at,
    case
      when c.counts and (p_event).type = 'progress.reset' then format('It started the skill %s over.', private.content_name('skill', p.skill_id))
      when c.counts then format('It counts in the progress of the skill %s.', private.content_name('skill', p.skill_id))
      else format('It does not count in the progress of the skill %s, which was started over.', private.content_name('skill', p.skill_id))
    end
  from learner.skill_progress p
  cross join lateral (
    select (p_event).reset_count = p.reset_count
      and case (p_event).type when 'progress.reset' then (p_event).event_id else (p_event).reset_event end is not distinct from p.reset_event) c (counts)
  where p.user_id = (p_event).user_id and p.skill_id = (p_event).skill_id and (p_event).type in ('attempt.recorded', 'progress.advanced', 'progress.reset')
$$;
comment on function private.row_effect(learner.event) is
  'The rows that belong to an event, with whether the event counts in each, and when support has voided the row.';

create function private.event_effect(p_event learner.event, out changed jsonb, out is_voided boolean, out sentence text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('kind', r.kind, 'id', r.id, 'counts', r.counts, 'voided_at', r.voided_at))), '[]'),
    -- Voided progress is a decision about a skill, not about this event.
    coalesce(bool_or(r.voided_at is not null and r.kind <> 'skill_progress'), false),
    coalesce(string_agg(r.sentence || case when r.voided_at is not null then format(' Support voided the %s at %s.',
      replace(r.kind, '_', ' '), private.minute_text(r.voided_at)) else '' end, ' '), 'It changes no row.')
  from private.row_effect(p_event) r
$$;
comment on function private.event_effect(learner.event) is 'The rows of row_effect() as JSON, whether the event''s own row is voided, and sentences that say so.';
