-- What:  learner_attempts(): one learner's attempts for staff, in pages, in the order in which they were given.
-- Why:   an instructor or support exports them as xAPI or for FSRS without a database connection, under the rules of their screens (O2, O3).

create function private.learner_attempts(p_learner uuid, p_reason text, p_answers boolean, p_cursor text, p_limit integer)
returns table (attempt jsonb, voided_at timestamptz, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_after constant uuid := private.cursor_id(p_cursor);
  v_after_at timestamptz;
begin
  perform private.require_role('instructor', 'support', 'admin');
  -- Support helps every learner. Instructors have their own cohorts, and require_own_learner() lets everybody else pass.
  if (private.account_of(private.caller_id(), private.caller_session())).app_role is distinct from 'support' then
    perform private.require_own_learner(p_learner);
  end if;
  perform private.require_reason(p_reason);
  if p_answers is null then
    perform private.raise_error('support_invalid', '`with_answers` must be true or false.', 'with_answers');
  elsif p_answers then
    perform private.require_answers_grant();
  end if;
  perform private.require_learner(p_learner);
  if v_after is not null then
    select x.occurred_at into v_after_at from learner.attempt x where x.user_id = p_learner and x.event_id = v_after;
    if not found then
      perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
    end if;
  end if;
  perform private.audit('learner_attempts', 'learner.state', p_learner::text, null,
    jsonb_strip_nulls(jsonb_build_object('reason', p_reason, 'answers', p_answers, 'cursor', p_cursor)));
  return query
  select case when p_answers then private.pulled_attempt(x)
      -- The number of hints is part of the rating of a review, and tells nothing of what was answered.
      else private.pulled_attempt(x) || jsonb_build_object('answer',
        case when jsonb_typeof(x.answer -> 'hints') = 'number' then jsonb_build_object('hints', x.answer -> 'hints') else '{}' end) end,
    x.voided_at, x.event_id::text
  from learner.attempt x
  where x.user_id = p_learner and (v_after is null or (x.occurred_at, x.event_id) > (v_after_at, v_after))
  order by x.occurred_at, x.event_id
  limit private.list_rows(p_limit);
end
$$;
comment on function private.learner_attempts(uuid, text, boolean, text, integer) is 'The core of learner_attempts().';

create function public.learner_attempts(
  learner uuid, reason text default null, with_answers boolean default false, after text default null, page_rows integer default null)
returns table (attempt jsonb, voided_at timestamptz, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.learner_attempts(learner, reason, with_answers, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.learner_attempts(uuid, text, boolean, text, integer) is
  'A learner''s attempts, oldest first, in the form of a pulled attempt, and when support voided them; at most 500. after is the last row''s cursor: go on until a page is empty. '
  'Without with_answers an answer holds its number of hints alone; with_answers needs a grant. Instructors (learners of their own cohorts), support and admins, with a reason; each '
  'call is on the learner''s timeline. Errors: forbidden, support_invalid, record_unknown, cursor_invalid, erased, moved, learner_adopted.';

grant execute on function private.learner_attempts(uuid, text, boolean, text, integer), public.learner_attempts(uuid, text, boolean, text, integer)
  to authenticated, service_role;
