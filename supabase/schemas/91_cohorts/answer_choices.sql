-- What:  answer_choices(): how often each choice of a question was chosen, by revision.
-- Why:   a wrong choice that many choose shows a misunderstanding, or a question that is unclear (O3).

create function private.shown_choices(p_question uuid, p_cohort uuid)
returns table (version integer, choice text, learners bigint, attempts bigint, share numeric)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pass private.answer_pass;
  v_own uuid[];
  v_least constant integer := (select s.least_learners from ops.cohort_setting s);
begin
  if p_cohort is not null then
    perform private.require_cohort(p_cohort);
    return query
    select f.version, f.choice, f.learners, f.attempts, private.share(f.attempts, sum(f.attempts) over (partition by f.version)::bigint, true)
    from private.choices_of(private.members_of(p_cohort), p_question, true) f;
    return;
  end if;
  select * into strict v_pass from private.answer_pass;
  v_own := private.hidden_learners();
  if v_own is null then
    return query
    select a.version, a.choice, a.learners, a.attempts, private.share(a.attempts, sum(a.attempts) over (partition by a.version)::bigint, true)
    from ops.answer_figure a where a.pass = v_pass.shown and a.kind = 'choice' and a.id = p_question;
    return;
  end if;
  return query
  with counted as (
    select a.version, a.choice, a.learners, a.attempts, greatest(a.learners - coalesce(o.learners, 0), 0) as others
    from ops.answer_figure a
    left join private.choices_of(v_own, p_question, false) o on o.version = a.version and o.choice = a.choice
    where a.pass = v_pass.shown and a.kind = 'choice' and a.id = p_question
  ),
  -- Rare choices are one figure. It includes the least frequent of the other choices, because otherwise the sum of all would give the rare ones away.
  merged as (
    select c.*, c.others < v_least or coalesce(lag(c.others) over (partition by c.version order by c.others, c.choice) between 1 and v_least - 1, false) as is_rare
    from counted c
  )
  select m.version, case when m.is_rare then '*' else m.choice end, private.round_down(sum(m.learners)::bigint, false), private.round_down(sum(m.attempts)::bigint, false),
    private.share(sum(m.attempts)::bigint, (sum(sum(m.attempts)) over (partition by m.version))::bigint, false)
  from merged m
  group by 1, 2
  -- One learner may have chosen several.
  having max(m.others) >= v_least;
end
$$;
comment on function private.shown_choices(uuid, uuid) is
  'The choices of a question that the caller may see, of a cohort or of all learners. Choice *: rare choices together. Errors: cohort_unknown.';

create function private.choice_label(p_question uuid, p_version integer, p_type text, p_choice text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_type in ('single_choice', 'multiple_choice') and p_choice ~ '^\d+$' then (
      select r.body::jsonb -> 'choices' ->> p_choice::integer from content.revision r
      where r.id = p_question and r.kind = 'question' and r.version = p_version and r.op = 'upsert' order by r.schema desc limit 1)
    when p_choice not in ('?', '*') then p_choice
  end
$$;
comment on function private.choice_label(uuid, integer, text, text) is 'The text of a choice in a revision. Null: the revision is no longer kept, or it is no choice of it.';

create function private.is_right_choice(p_type text, p_key jsonb, p_choice text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when p_choice in ('?', '*') then null
    when p_type = 'single_choice' then p_choice = p_key ->> 'choice'
    when p_type = 'multiple_choice' then p_key -> 'choices' @> to_jsonb(p_choice::integer)
    when p_type = 'true_false' then p_choice = p_key ->> 'value'
    when p_type = 'numeric' then private.grade(p_type, p_key, jsonb_build_object('value', p_choice))
    when p_type = 'short_text' then private.grade(p_type, p_key, jsonb_build_object('text', p_choice))
  end;
end
$$;
comment on function private.is_right_choice(text, jsonb, text) is 'Whether a choice is right by the revision''s key. Null: it is not known.';

create function private.answer_choices(p_question uuid, p_cohort uuid, p_cursor text, p_limit integer)
returns table (
  version integer, published_at timestamptz, choice text, label text, is_right boolean, learners bigint, attempts bigint, share numeric, cursor text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  v_cursor constant text[] := regexp_match(p_cursor, '^(\d{1,9})\|(\d{1,18})\|(.{1,100})$');
begin
  perform private.require_role('instructor', 'admin');
  if p_question is null then
    perform private.raise_error('malformed_request', '`question` is required.', 'question');
  elsif p_cursor is not null and v_cursor is null then
    perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
  end if;
  return query
  select c.version, (select r.published_at from content.release r where r.version = c.version), c.choice, private.choice_label(p_question, c.version, k.type, c.choice),
    private.is_right_choice(k.type, k.answer, c.choice), c.learners, c.attempts, c.share, concat_ws('|', c.version, c.attempts, c.choice)
  from private.shown_choices(p_question, p_cohort) c
  left join content.answer_key k on k.question_id = p_question and k.version = c.version
  where v_cursor is null or (-c.version, -c.attempts, c.choice collate "C") > (-v_cursor[1]::integer, -v_cursor[2]::bigint, v_cursor[3] collate "C")
  order by -c.version, -c.attempts, c.choice collate "C"
  limit private.list_rows(p_limit);
end
$$;
comment on function private.answer_choices(uuid, uuid, text, integer) is 'The core of answer_choices().';

create function public.answer_choices(question uuid, cohort uuid default null, after text default null, page_rows integer default null)
returns table (
  version integer, published_at timestamptz, choice text, label text, is_right boolean, learners bigint, attempts bigint, share numeric, cursor text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.answer_choices(question, cohort, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.answer_choices(uuid, uuid, text, integer) is
  'How often each choice of a question was chosen, by revision (version: the release that made it; 0: older), newest and most frequent first. choice: index of the choice, true or false, '
  'the number, the normalised text, ? (none of these) or * (rare choices together). Numbers and texts are shown of a cohort alone. At most 500 rows; after is the last row''s cursor. '
  'Without cohort of all learners, as accuracy(). Instructors and admins. Errors: forbidden, malformed_request, cohort_unknown, cursor_invalid.';

grant execute on function private.answer_choices(uuid, uuid, text, integer), public.answer_choices(uuid, uuid, text, integer) to authenticated, service_role;
