-- What:  figures_of() and choices_of(): how some learners have answered, by domain, skill, question, revision or choice.
-- Why:   a cohort's figures and those of all learners follow one rule. It reads learner.attempt, so late, duplicate, replayed and adopted events count
--        as the projections count them; a voided attempt counts nowhere (O3, I6).
create type private.figure as (
  id uuid, version integer, choice text, learners bigint, attempts bigint, correct bigint, first_attempts bigint, first_correct bigint,
  succeeded bigint, tries bigint, outdated bigint, skipped bigint);
comment on type private.figure is
  'Sums about some learners, which may be added up over disjoint groups of learners. succeeded: pairs of learner and question with a right answer; '
  'tries: the attempts of these pairs up to the first right one; skipped: learners who answered a later question of the skill, and never this one.';

create function private.answers_of(p_users uuid[], p_question uuid)
returns table (
  user_id uuid, event_id uuid, skill_id uuid, question_id uuid, content_version integer, content_state text, answer jsonb, is_correct boolean,
  occurred_at timestamptz, reset_count integer, reset_event uuid, place bigint, is_success boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select a.user_id, a.event_id, a.skill_id, a.question_id, a.content_version, a.content_state, a.answer, a.is_correct, a.occurred_at, a.reset_count, a.reset_event,
    row_number() over w,
    a.is_correct and not coalesce(bool_or(a.is_correct) over (w rows between unbounded preceding and 1 preceding), false)
  from (
    -- As skill_progress counts: by the server's grading, or by the device's claim where the server could not grade.
    select x.*, coalesce(x.graded_correct, x.claimed_correct) as is_correct
    from learner.attempt x
    where x.user_id = any (p_users) and x.voided_at is null and (p_question is null or x.question_id = p_question)
  ) a
  window w as (partition by a.user_id, a.question_id order by a.event_id)
$$;
comment on function private.answers_of(uuid[], uuid) is
  'The attempts of some learners that are not voided, at one question or all. place: of the learner''s attempts at the question, by event id, over all resets. '
  'is_success: the first right one.';

create function private.revisions_of(p_question uuid)
returns table (question_id uuid, version integer, until integer)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select k.question_id, k.version, lead(k.version, 1, 2147483647) over (partition by k.question_id order by k.version)
  from content.answer_key k where p_question is null or k.question_id = p_question
  union all
  select k.question_id, 0, min(k.version) from content.answer_key k where p_question is null or k.question_id = p_question group by 1
$$;
comment on function private.revisions_of(uuid) is
  'The revisions of a question or of all: the release that made each, and the next one. 0: older than what is on record. Each revision has an answer key, which outlives its text.';

create function private.skips_of(p_users uuid[])
returns table (question_id uuid, learners bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with question as materialized (
    select q.id, q.skill_id, row_number() over (partition by q.skill_id order by q.position, q.key) as place
    from content.question q
    where q.status = 'active' and exists (select from content.answer_key k where k.question_id = q.id)
  ),
  answered as materialized (
    select distinct a.user_id, a.question_id from learner.attempt a where a.user_id = any (p_users) and a.voided_at is null
  ),
  reached as (
    select a.user_id, q.skill_id, max(q.place) as place from answered a join question q on q.id = a.question_id group by 1, 2
  )
  select q.id, count(*)
  from reached r
  join question q on q.skill_id = r.skill_id and q.place < r.place
  where not exists (select from answered a where a.user_id = r.user_id and a.question_id = q.id)
  group by q.id
$$;
comment on function private.skips_of(uuid[]) is
  'How many learners have skipped each published question: they answered a later one of its skill (by position, then key), and never this one.';

create function private.figures_of(p_users uuid[], p_by text, p_question uuid)
returns setof private.figure
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with counted as (
    select k.id, k.version, count(distinct a.user_id) as learners, count(*) as attempts, count(*) filter (where a.is_correct) as correct,
      count(*) filter (where a.place = 1) as first_attempts, count(*) filter (where a.place = 1 and a.is_correct) as first_correct,
      count(*) filter (where a.is_success) as succeeded, coalesce(sum(a.place) filter (where a.is_success), 0)::bigint as tries,
      count(*) filter (where a.content_state = 'outdated') as outdated
    from private.answers_of(p_users, p_question) a
    left join content.skill s on p_by = 'domain' and s.id = a.skill_id
    left join private.revisions_of(p_question) r on p_by = 'revision' and r.question_id = a.question_id and a.content_version >= r.version and a.content_version < r.until
    cross join lateral (
      select
        case p_by when 'cohort' then '00000000-0000-0000-0000-000000000000' when 'domain' then s.domain_id when 'skill' then a.skill_id else a.question_id end as id,
        coalesce(r.version, 0) as version) k
    where k.id is not null
    group by 1, 2
  )
  select coalesce(c.id, s.question_id), coalesce(c.version, 0), '', coalesce(c.learners, 0), coalesce(c.attempts, 0), coalesce(c.correct, 0), coalesce(c.first_attempts, 0),
    coalesce(c.first_correct, 0), coalesce(c.succeeded, 0), coalesce(c.tries, 0), coalesce(c.outdated, 0), coalesce(s.learners, 0)
  from counted c
  full join (select * from private.skips_of(case when p_by = 'question' then p_users else '{}' end)) s on s.question_id = c.id
$$;
comment on function private.figures_of(uuid[], text, uuid) is 'Figures of some learners by cohort (all in one), domain, skill, question or revision.';

create function private.chosen(p_type text, p_answer jsonb, p_with_texts boolean)
returns text[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_chosen text[];
begin
  case p_type
    when 'multiple_choice' then
      if jsonb_typeof(p_answer -> 'choices') = 'array' then
        v_chosen := array(select distinct c from jsonb_array_elements_text(p_answer -> 'choices') c where c ~ '^1?[0-9]$' order by 1);
      end if;
    when 'true_false' then
      v_chosen := array[case when jsonb_typeof(p_answer -> 'value') = 'boolean' then p_answer ->> 'value'
        -- A device with content schema 1 has the question as a single choice of ["True", "False"].
        else case p_answer ->> 'choice' when '0' then 'true' when '1' then 'false' end end];
    when 'numeric' then
      v_chosen := array[case when p_with_texts and private.is_decimal(p_answer ->> 'value') then trim_scale((p_answer ->> 'value')::numeric)::text end];
    when 'short_text' then
      v_chosen := array[case when p_with_texts then left(private.normal_text(left(p_answer ->> 'text', 200)), 80) end];
    else
      v_chosen := array[case when p_answer ->> 'choice' ~ '^1?[0-9]$' then p_answer ->> 'choice' end];
  end case;
  return coalesce(nullif(array_remove(v_chosen, null), '{}'), '{?}');
end
$$;
comment on function private.chosen(text, jsonb, boolean) is
  'What an answer chose: indexes of choices, true or false, or, with texts, the number or the normalised text. {?}: none of these.';

create function private.choices_of(p_users uuid[], p_question uuid, p_with_texts boolean)
returns setof private.figure
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select a.question_id, coalesce(k.version, 0), c.choice, count(distinct a.user_id), count(*), count(*) filter (where a.is_correct), count(*) filter (where a.place = 1),
    count(*) filter (where a.place = 1 and a.is_correct), 0::bigint, 0::bigint, count(*) filter (where a.content_state = 'outdated'), 0::bigint
  from private.answers_of(p_users, p_question) a
  left join private.revisions_of(p_question) k on k.question_id = a.question_id and a.content_version >= k.version and a.content_version < k.until
  left join content.answer_key w on w.question_id = a.question_id and w.version = k.version
  cross join lateral unnest(
    -- Most questions have one choice, and skip the function call.
    case when w.type = 'single_choice' and a.answer ->> 'choice' ~ '^1?[0-9]$' then array[a.answer ->> 'choice'] else private.chosen(w.type, a.answer, p_with_texts) end) c (choice)
  group by 1, 2, 3
$$;
comment on function private.choices_of(uuid[], uuid, boolean) is
  'Figures of some learners by question, revision and choice. An answer with several choices is in the figure of each. Without texts, no learner''s words are in it.';
