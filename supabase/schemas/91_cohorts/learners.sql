-- What:  cohort_learners(), the first screen of an instructor; cohort_progress(), learners by skill; learner_answers(), one learner by question.
-- Why:   who studies, how well, and whether it arrives, in one call (O3).

create function private.days_within(p_days datemultirange, p_from date, p_to date)
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select coalesce(sum(upper(r.days) - lower(r.days)), 0)::integer from unnest(p_days * datemultirange(daterange(p_from, p_to, '[]'))) r (days) $$;
comment on function private.days_within(datemultirange, date, date) is 'The number of days of practice from p_from to p_to.';

create function private.cohort_learners(p_cohort uuid, p_cursor text, p_limit integer)
returns table (
  learner_id uuid, email text, last_day date, streak integer, longest_streak integer, days_28 integer, attempts bigint, accuracy numeric, first_accuracy numeric,
  tries_to_success numeric, outdated bigint, sync_state text, last_seen_at timestamptz, needs_help text[], cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  v_learners uuid[];
  v_states private.learner_state[];
begin
  perform private.require_role('instructor', 'admin');
  v_learners := private.learners_page(p_cohort, private.cursor_id(p_cursor), private.list_rows(p_limit));
  v_states := array(select s from private.learner_states(v_learners) s);
  perform private.audit('cohort_learners', 'ops.cohort', p_cohort::text, null, jsonb_build_object('cursor', p_cursor, 'learners', cardinality(v_learners)));
  return query
  select u.id, a.email, k.last_day, k.streak, k.longest_streak, private.days_within(p.days, (now() at time zone 'utc')::date - 27, (now() at time zone 'utc')::date + 1),
    coalesce(f.attempts, 0), f.accuracy, f.first_accuracy, f.tries, coalesce(f.outdated, 0), s.state, s.last_seen_at, coalesce(h.reasons, '{}'), u.id::text
  from unnest(v_learners) u (id)
  left join learner.practice p on p.user_id = u.id
  left join lateral private.streaks(p.days) k on true
  left join (
    select x.user_id, count(*) as attempts, private.share(count(*) filter (where x.is_correct), count(*), true) as accuracy,
      private.share(count(*) filter (where x.place = 1 and x.is_correct), count(*) filter (where x.place = 1), true) as first_accuracy,
      round(avg(x.place) filter (where x.is_success), 2) as tries, count(*) filter (where x.content_state = 'outdated') as outdated
    from private.answers_of(v_learners, null) x group by 1
  ) f on f.user_id = u.id
  left join unnest(v_states) s on s.user_id = u.id
  left join (
    select x.user_id, array_agg(distinct x.reason order by x.reason) as reasons from private.help_reasons(v_learners, v_states) x group by 1
  ) h on h.user_id = u.id
  left join private.find_accounts(v_learners, '{}') a on a.id = u.id
  order by u.id;
end
$$;
comment on function private.cohort_learners(uuid, text, integer) is 'The core of cohort_learners().';

create function public.cohort_learners(cohort uuid default null, after text default null, page_rows integer default null)
returns table (
  learner_id uuid, email text, last_day date, streak integer, longest_streak integer, days_28 integer, attempts bigint, accuracy numeric, first_accuracy numeric,
  tries_to_success numeric, outdated bigint, sync_state text, last_seen_at timestamptz, needs_help text[], cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.cohort_learners(cohort, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.cohort_learners(uuid, text, integer) is
  'The learners of a cohort by id: last day of practice, streak up to it, longest streak, days of practice in the last 28; attempts, accuracy of all and of first attempts, mean '
  'attempts until the first right answer, attempts on outdated content; sync state; reasons to help. At most 500; after is the last row''s cursor: go on until a page is empty. '
  'Without cohort for admins alone. Instructors and admins; each call is audited. Errors: forbidden, malformed_request, cohort_unknown, cursor_invalid.';

create function private.cohort_progress(p_cohort uuid, p_cursor text, p_limit integer)
returns table (learner_id uuid, skill_id uuid, skill_key text, mastery smallint, completed integer, attempts integer, correct integer, practiced_at timestamptz, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cursor constant text[] := regexp_match(p_cursor, '^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$');
begin
  perform private.require_role('instructor', 'admin');
  if p_cursor is not null and v_cursor is null then
    perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
  end if;
  perform private.require_cohort(p_cohort);
  perform private.audit('cohort_progress', 'ops.cohort', p_cohort::text, null, jsonb_build_object('cursor', p_cursor));
  return query
  select p.user_id, p.skill_id, k.key::text, p.mastery, cardinality(p.completed), p.attempts, p.correct, p.practiced_at, concat_ws('|', p.user_id, p.skill_id)
  from ops.cohort_member m
  join learner.skill_progress p on p.user_id = m.user_id
  left join content.skill k on k.id = p.skill_id
  where m.cohort_id = p_cohort and p.voided_at is null and not exists (select from ops.erasure e where e.user_id = m.user_id)
    and (v_cursor is null or (m.user_id >= v_cursor[1]::uuid and (p.user_id, p.skill_id) > (v_cursor[1]::uuid, v_cursor[2]::uuid)))
  order by p.user_id, p.skill_id
  limit private.list_rows(p_limit);
end
$$;
comment on function private.cohort_progress(uuid, text, integer) is 'The core of cohort_progress().';

create function public.cohort_progress(cohort uuid, after text default null, page_rows integer default null)
returns table (learner_id uuid, skill_id uuid, skill_key text, mastery smallint, completed integer, attempts integer, correct integer, practiced_at timestamptz, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.cohort_progress(cohort, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.cohort_progress(uuid, text, integer) is
  'The progress of a cohort''s learners in each skill since its last reset, as their devices show it; at most 500 rows. after is the last row''s cursor. '
  'Instructors and admins; each call is audited. Errors: forbidden, cohort_unknown, cursor_invalid.';

create function private.learner_answers(p_learner uuid, p_cursor text, p_limit integer)
returns table (
  question_id uuid, skill_key text, question_key text, attempts bigint, correct bigint, first_correct boolean, tries_to_success bigint, outdated bigint, last_at timestamptz,
  last_correct boolean, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_after uuid;
begin
  perform private.require_role('instructor', 'admin');
  perform private.require_own_learner(p_learner);
  v_after := private.cursor_id(p_cursor);
  perform private.audit('learner_answers', 'learner.state', p_learner::text, null, jsonb_build_object('cursor', p_cursor));
  return query
  select a.question_id, k.key::text, q.key::text, count(*), count(*) filter (where a.is_correct), bool_or(a.is_correct) filter (where a.place = 1),
    max(a.place) filter (where a.is_success), count(*) filter (where a.content_state = 'outdated'), max(a.occurred_at),
    (array_agg(a.is_correct order by a.place desc))[1], a.question_id::text
  from private.answers_of(array[p_learner], null) a
  left join content.question q on q.id = a.question_id
  left join content.skill k on k.id = q.skill_id
  where (v_after is null or a.question_id > v_after) and not exists (select from ops.erasure e where e.user_id = p_learner)
  group by a.question_id, k.key, q.key
  order by a.question_id
  limit private.list_rows(p_limit);
end
$$;
comment on function private.learner_answers(uuid, text, integer) is 'The core of learner_answers().';

create function public.learner_answers(learner uuid, after text default null, page_rows integer default null)
returns table (
  question_id uuid, skill_key text, question_key text, attempts bigint, correct bigint, first_correct boolean, tries_to_success bigint, outdated bigint, last_at timestamptz,
  last_correct boolean, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.learner_answers(learner, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.learner_answers(uuid, text, integer) is
  'How a learner of one of the caller''s cohorts has answered each question; at most 500. after is the last row''s cursor. '
  'Instructors and admins; each call is on the learner''s timeline. Errors: forbidden, cursor_invalid.';

grant execute on function private.cohort_learners(uuid, text, integer), private.cohort_progress(uuid, text, integer), private.learner_answers(uuid, text, integer),
  public.cohort_learners(uuid, text, integer), public.cohort_progress(uuid, text, integer), public.learner_answers(uuid, text, integer) to authenticated, service_role;
