-- What:  accuracy(): how a cohort, or all learners, have answered, by domain, skill, question or revision.
-- Why:   instructors find what is hard, what is skipped, and whether a revision helped. Of learners outside their cohorts they see aggregates alone (O3, O5).

create function private.hidden_learners()
returns uuid[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case when not private.reads_all() then array(
    -- Archived cohorts too: the caller has read about their learners.
    select m.user_id from ops.cohort_staff s join ops.cohort_member m on m.cohort_id = s.cohort_id where s.user_id = private.caller_id()
    union
    select private.caller_id()) end
$$;
comment on function private.hidden_learners() is
  'Null for a caller who reads about all. Otherwise the learners whom the caller can subtract from figures of all learners, because their figures are known to the caller.';

create function private.round_down(p_count bigint, p_exact boolean)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select case when p_exact then p_count else p_count - p_count % (select s.least_learners from ops.cohort_setting s) end $$;
comment on function private.round_down(bigint, boolean) is 'A count as it is shown: exact, or rounded down to a multiple of ops.cohort_setting.least_learners.';

create function private.share(p_part bigint, p_whole bigint, p_exact boolean)
returns numeric
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select round(p_part::numeric / nullif(p_whole, 0), case when p_exact then 4 else 2 end) $$;
comment on function private.share(bigint, bigint, boolean) is 'A share as it is shown: with four digits, or in whole percent. Null of nothing.';

create function private.answer_figures(p_by text, p_cohort uuid, p_question uuid)
returns table (figure private.figure, is_exact boolean, as_of timestamptz)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pass private.answer_pass;
  v_subtracted uuid[];
begin
  if p_cohort is not null then
    perform private.require_cohort(p_cohort);
    return query select f, true, now() from private.figures_of(private.members_of(p_cohort), p_by, p_question) f
    where p_question is null or f.id = p_question;
    return;
  end if;
  select * into strict v_pass from private.answer_pass;
  v_subtracted := private.hidden_learners();
  -- The caller can subtract what they know of their own learners. So enough others must be in each figure.
  return query
  select row(a.id, a.version, a.choice, a.learners, a.attempts, a.correct, a.first_attempts, a.first_correct, a.succeeded, a.tries, a.outdated, a.skipped)::private.figure,
    v_subtracted is null, v_pass.shown_at
  from ops.answer_figure a
  left join (select f.* from private.figures_of(coalesce(v_subtracted, '{}'), p_by, p_question) f) o on o.id = a.id and o.version = a.version
  where a.pass = v_pass.shown and a.kind = p_by and (p_question is null or a.id = p_question)
    and (v_subtracted is null or a.learners - coalesce(o.learners, 0) >= (select s.least_learners from ops.cohort_setting s));
end
$$;
comment on function private.answer_figures(text, uuid, uuid) is
  'Figures of a cohort as of now, or of all learners as of the last recount. Of all learners an instructor gets only figures with enough others. Errors: cohort_unknown.';

create function private.accuracy(p_by text, p_cohort uuid, p_skill uuid, p_question uuid, p_sort text, p_cursor text, p_limit integer)
returns table (
  id uuid, version integer, key text, title text, learners bigint, attempts bigint, correct bigint, accuracy numeric, first_attempts bigint, first_accuracy numeric,
  tries_to_success numeric, outdated bigint, skipped bigint, published_at timestamptz, as_of timestamptz, cursor text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  v_cursor constant text[] := regexp_match(p_cursor, '^(-?\d{1,19}(?:\.\d{1,9})?)\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\|(\d{1,9})$');
begin
  perform private.require_role('instructor', 'admin');
  if (p_by in ('cohort', 'domain', 'skill', 'question', 'revision')) is not true then
    perform private.raise_error('malformed_request', '`by` must be cohort, domain, skill, question or revision.', 'by');
  elsif (p_sort in ('hardest', 'skipped', 'tries', 'newest')) is not true then
    perform private.raise_error('malformed_request', '`sort` must be hardest, skipped, tries or newest.', 'sort');
  elsif p_by = 'revision' and p_question is null then
    perform private.raise_error('malformed_request', '`question` is required for revisions.', 'question');
  elsif p_cursor is not null and v_cursor is null then
    perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
  end if;
  return query
  with shown as (
    select (f.figure).*, f.is_exact, f.as_of from private.answer_figures(p_by, p_cohort, case when p_by in ('question', 'revision') then p_question end) f
  ),
  ordered as (
    select s.*, coalesce(q.key, k.key, d.key) as key, coalesce(left(q.prompt, 200), k.title, d.title) as title,
      round(case p_sort
        -- What nobody has answered comes last.
        when 'hardest' then coalesce(private.share(s.first_correct, s.first_attempts, s.is_exact), 2)
        when 'skipped' then -private.round_down(s.skipped, s.is_exact)
        when 'tries' then -coalesce(round(s.tries::numeric / nullif(s.succeeded, 0), 1), 0)
        else -s.version end, 4) as place
    from shown s
    left join content.question q on p_by in ('question', 'revision') and q.id = s.id
    left join content.skill k on p_by = 'skill' and k.id = s.id
    left join content.domain d on p_by = 'domain' and d.id = s.id
    where p_skill is null or coalesce(q.skill_id, k.id) = p_skill
  )
  select o.id, case when p_by = 'revision' then o.version end, o.key, o.title, private.round_down(o.learners, o.is_exact), private.round_down(o.attempts, o.is_exact),
    case when o.is_exact then o.correct end, private.share(o.correct, o.attempts, o.is_exact), private.round_down(o.first_attempts, o.is_exact),
    private.share(o.first_correct, o.first_attempts, o.is_exact), round(o.tries::numeric / nullif(o.succeeded, 0), case when o.is_exact then 2 else 1 end),
    private.round_down(o.outdated, o.is_exact), case when p_by = 'question' then private.round_down(o.skipped, o.is_exact) end,
    (select r.published_at from content.release r where p_by = 'revision' and r.version = o.version), o.as_of, concat_ws('|', o.place, o.id, o.version)
  from ordered o
  where v_cursor is null or (o.place, o.id, o.version) > (v_cursor[1]::numeric, v_cursor[2]::uuid, v_cursor[3]::integer)
  order by o.place, o.id, o.version
  limit private.list_rows(p_limit);
end
$$;
comment on function private.accuracy(text, uuid, uuid, uuid, text, text, integer) is 'The core of accuracy().';

create function public.accuracy(
  by text, cohort uuid default null, skill uuid default null, question uuid default null, sort text default 'hardest', after text default null,
  page_rows integer default null)
returns table (
  id uuid, version integer, key text, title text, learners bigint, attempts bigint, correct bigint, accuracy numeric, first_attempts bigint, first_accuracy numeric,
  tries_to_success numeric, outdated bigint, skipped bigint, published_at timestamptz, as_of timestamptz, cursor text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.accuracy(by, cohort, skill, question, sort, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.accuracy(text, uuid, uuid, uuid, text, text, integer) is
  'How the learners of a cohort answered, or, without cohort, all learners as of the last recount. by: cohort (one row), domain, skill, question (of a skill), or revision '
  '(of a question). sort: hardest (least first_accuracy), skipped, tries, newest. At most 500 rows; after is the last row''s cursor. Of all learners an instructor sees '
  'figures with at least five learners outside of their cohorts, rounded. Instructors and admins. Errors: forbidden, malformed_request, cohort_unknown, cursor_invalid.';

grant execute on function private.accuracy(text, uuid, uuid, uuid, text, text, integer),
  public.accuracy(text, uuid, uuid, uuid, text, text, integer) to authenticated, service_role;
