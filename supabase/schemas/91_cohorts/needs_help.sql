-- What:  needs_help(): the learners of a cohort who fail repeatedly, have stopped, or whose work does not arrive.
-- Why:   an instructor of 200 learners needs to know whom to look at first (O3). The thresholds are in ops.cohort_setting.

create function private.help_reasons(p_users uuid[], p_states private.learner_state[])
returns table (user_id uuid, reason text, since timestamptz, skill_id uuid, question_id uuid, failures bigint, detail text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- 1 Wrong answers in a row up to the last one, in the round that skill_progress counts. A reset begins a new round.
  select f.user_id, 'repeated_failure', f.since, f.skill_id, f.question_id, f.failures, null
  from (
    select a.user_id, a.skill_id, a.question_id, count(*) filter (where a.place > coalesce(a.last_right, 0)) as failures,
      min(a.occurred_at) filter (where a.place > coalesce(a.last_right, 0)) as since,
      max(least(a.occurred_at, now())) as last_at
    from (
      select x.*, max(x.place) filter (where x.is_correct) over (partition by x.user_id, x.question_id) as last_right
      from private.answers_of(p_users, null) x
      join learner.skill_progress p on p.user_id = x.user_id and p.skill_id = x.skill_id and p.reset_count = x.reset_count
        and p.reset_event is not distinct from x.reset_event
    ) a
    group by 1, 2, 3
  ) f
  cross join ops.cohort_setting s
  where f.failures >= s.help_failures and f.last_at > now() - s.help_recent
  union all
  -- 2 The last day of practice is the learner's own day.
  select p.user_id, 'stopped', (k.last_day + 1)::timestamp at time zone 'utc', null, null, null, null
  from learner.practice p
  cross join ops.cohort_setting s
  cross join lateral private.streaks(p.days) k
  where p.user_id = any (p_users) and k.last_day < (now() at time zone 'utc' - s.stopped_after)::date
  union all
  -- 3 What the learner does is not complete on the server.
  select d.user_id, 'unable_to_sync', d.since, null, null, null, concat_ws(': ', d.state, d.code)
  from unnest(p_states) d where d.state in ('unable_to_sync', 'storage_full')
$$;
comment on function private.help_reasons(uuid[], private.learner_state[]) is
  'Why some learners need help: repeated_failure (one row a question), stopped, unable_to_sync. p_states: their sync states.';

create function private.needs_help(p_cohort uuid, p_cursor text, p_limit integer)
returns table (
  learner_id uuid, email text, reason text, since timestamptz, skill_key text, question_key text, failures bigint, detail text, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  v_learners uuid[];
begin
  perform private.require_role('instructor', 'admin');
  v_learners := private.learners_page(p_cohort, private.cursor_id(p_cursor), private.list_rows(p_limit));
  perform private.audit('needs_help', 'ops.cohort', p_cohort::text, null, jsonb_build_object('cursor', p_cursor, 'learners', cardinality(v_learners)));
  return query
  -- A learner without a reason has one empty row, if the page ends with them: the next page begins there.
  select u.id, a.email, h.reason, h.since, k.key::text, q.key::text, h.failures, h.detail, u.id::text
  from unnest(v_learners) with ordinality u (id, place)
  left join (
    -- Of many questions, the ten that failed most.
    select x.*, row_number() over (partition by x.user_id, x.reason order by x.failures desc, x.question_id) as number from private.help_reasons(v_learners, array(select s from private.learner_states(v_learners) s)) x
  ) h on h.user_id = u.id and h.number <= 10
  left join content.skill k on k.id = h.skill_id
  left join content.question q on q.id = h.question_id
  left join private.find_accounts(v_learners, '{}') a on a.id = u.id
  where h.reason is not null or u.place = cardinality(v_learners)
  order by u.place, h.reason, h.number;
end
$$;
comment on function private.needs_help(uuid, text, integer) is 'The core of needs_help().';

create function public.needs_help(cohort uuid default null, after text default null, page_rows integer default null)
returns table (
  learner_id uuid, email text, reason text, since timestamptz, skill_key text, question_key text, failures bigint, detail text, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.needs_help(cohort, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.needs_help(uuid, text, integer) is
  'Learners of a cohort who need help, with the reason: repeated_failure (wrong answers in a row at a question, at most ten questions a learner), stopped (no practice for some time), '
  'unable_to_sync. page_rows: learners who are looked at, at most 500. after is the last row''s cursor: go on until a page is empty. The last row of a page may have no reason. '
  'Without cohort for admins alone. Instructors and admins; each call is audited. Errors: forbidden, malformed_request, cohort_unknown, cursor_invalid.';

grant execute on function private.needs_help(uuid, text, integer), public.needs_help(uuid, text, integer) to authenticated, service_role;
