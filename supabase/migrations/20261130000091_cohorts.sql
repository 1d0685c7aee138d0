-- Generated from supabase/schemas/91_cohorts by `npm run generate`. Do not edit.
--
-- What:  cohorts of learners, and what instructors read about them.
-- Why:   an instructor sees how their own learners do, and of all others only aggregates (O3).
-- Locks: `learner.adoption`, against writes, for the moment that a new trigger takes.
-- Undo:  select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('answers');
--        delete from ops.job where name in ('answers');
--        drop trigger adoption_move_memberships on learner.adoption;
--        drop table ops.answer_figure, private.answer_pass cascade;
--        drop function if exists private.find_accounts, private.reads_all, private.require_cohort, private.require_own_learner,
--          private.cursor_id, private.learners_page, private.members_of, private.check_cohort_name, private.save_cohort,
--          public.create_cohort, public.set_cohort, private.find_people, private.change_people, private.change_members,
--          private.change_staff, public.add_cohort_members, public.remove_cohort_members, public.add_cohort_staff,
--          public.remove_cohort_staff, private.move_memberships, private.cohorts, public.cohorts, private.cohort_staff,
--          public.cohort_staff, private.answers_of, private.revisions_of, private.skips_of, private.figures_of, private.chosen,
--          private.choices_of, private.add_figures, private.recount_answers, ops.recount_answers, private.hidden_learners,
--          private.round_down, private.share, private.answer_figures, private.accuracy, public.accuracy, private.shown_choices,
--          private.choice_label, private.is_right_choice, private.answer_choices, public.answer_choices, private.content_held,
--          public.content_held, private.device_states, private.learner_states, private.sync_states, public.sync_states,
--          private.help_reasons, private.needs_help, public.needs_help, private.days_within, private.cohort_learners,
--          public.cohort_learners, private.cohort_progress, public.cohort_progress, private.learner_answers, public.learner_answers;
--        drop type private.figure, private.learner_state;

select private.revoke_default_grants();

-- Source: schemas/91_cohorts/access.sql
-- What:  who may read about which learners: reads_all(), require_cohort(), require_own_learner(), learners_page(); find_accounts().
-- Why:   the rule of access stands once, and every view of instructors asks it (O3, I9).

create function private.find_accounts(p_ids uuid[], p_emails text[])
returns table (id uuid, email text, app_role text, is_confirmed boolean)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select u.id, u.email::text, coalesce(u.raw_app_meta_data ->> 'role', 'learner'), u.email_confirmed_at is not null
  from auth.users u
  where u.id = any (p_ids) and u.deleted_at is null
  union
  select u.id, u.email::text, coalesce(u.raw_app_meta_data ->> 'role', 'learner'), u.email_confirmed_at is not null
  from auth.users u
  -- Auth stores addresses in lower case. Only accounts without single sign-on have unique ones.
  where u.email = any (p_emails::varchar[]) and u.is_sso_user = false and u.deleted_at is null
$$;
comment on function private.find_accounts(uuid[], text[]) is
  'Accounts by id or by e-mail in lower case. Owned by postgres, because carrel_definer has no rights in the schema auth.';

create function private.reads_all()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.caller_id() is null or nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role' = 'service_role' then
    return true;
  end if;
  -- Both, because require_role() also lets a token of an admin pass whose account is an instructor's by now.
  return private.app_role() = 'admin' and (private.account_of(private.caller_id(), private.caller_session())).app_role = 'admin';
end
$$;
comment on function private.reads_all() is 'Whether the caller reads about all learners: SQL consoles, the service role and admins. The caller has passed require_role().';

create function private.require_cohort(p_cohort uuid)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from ops.cohort c
    where c.id = p_cohort and (private.reads_all() or (c.archived_at is null and exists (
      select from ops.cohort_staff s where s.cohort_id = c.id and s.user_id = private.caller_id()))))
  then
    -- The same for a cohort of others and for none, so that nobody learns which exist.
    perform private.raise_error('cohort_unknown', p_info => p_cohort::text);
  end if;
end
$$;
comment on function private.require_cohort(uuid) is
  'Raises cohort_unknown unless the caller may read about the members of a cohort one by one. The caller has passed require_role().';

create function private.require_own_learner(p_learner uuid)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.reads_all() then
    return;
  end if;
  if not exists (
    select from ops.cohort_member m
    join ops.cohort c on c.id = m.cohort_id and c.archived_at is null
    join ops.cohort_staff s on s.cohort_id = c.id and s.user_id = private.caller_id()
    where m.user_id = p_learner)
  then
    perform private.raise_error('forbidden', 'This learner is in none of your cohorts.', 'learner');
  end if;
end
$$;
comment on function private.require_own_learner(uuid) is
  'Raises forbidden unless the caller may read about one learner. The caller has passed require_role().';

create function private.cursor_id(p_cursor text)
returns uuid
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_cursor is not null and p_cursor !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
  end if;
  return p_cursor::uuid;
end
$$;
comment on function private.cursor_id(text) is 'A page cursor that is an id. Raises cursor_invalid.';

create function private.learners_page(p_cohort uuid, p_after uuid, p_rows integer)
returns uuid[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_learners uuid[];
begin
  if p_cohort is not null then
    perform private.require_cohort(p_cohort);
    v_learners := array(
      select m.user_id from ops.cohort_member m
      where m.cohort_id = p_cohort and (p_after is null or m.user_id > p_after)
        -- An erasure in progress.
        and not exists (select from ops.erasure e where e.user_id = m.user_id)
      order by m.user_id limit p_rows);
  elsif private.reads_all() then
    v_learners := array(
      select s.user_id from learner.state s
      where (p_after is null or s.user_id > p_after) and not exists (select from ops.erasure e where e.user_id = s.user_id)
      order by s.user_id limit p_rows);
  else
    perform private.raise_error('malformed_request', '`cohort` is required.', 'cohort');
  end if;
  -- A page also ends at 200,000 attempts, because its time follows them. It has at least one learner.
  return array(
    select t.id
    from (
      select l.id, l.place, sum(n.attempts) over (order by l.place) as attempts
      from unnest(v_learners) with ordinality l (id, place)
      cross join lateral (select coalesce(sum(p.attempts), 0) as attempts from learner.skill_progress p where p.user_id = l.id) n
    ) t
    where t.place = 1 or t.attempts <= 200000
    order by t.place);
end
$$;
comment on function private.learners_page(uuid, uuid, integer) is
  'The next learners of a cohort by id, or of all if p_cohort is null and the caller reads about all. Errors: cohort_unknown, malformed_request.';

create function private.members_of(p_cohort uuid)
returns uuid[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select array(
    select m.user_id from ops.cohort_member m
    where m.cohort_id = p_cohort and not exists (select from ops.erasure e where e.user_id = m.user_id))
$$;
comment on function private.members_of(uuid) is 'All learners of a cohort. The caller has passed require_cohort().';

-- Source: schemas/91_cohorts/manage_cohorts.sql
-- What:  create_cohort() and set_cohort(), for admins.
-- Why:   who is in which class decides who is read by whom, so only admins decide it, and each change is audited (O1, O3).

create function private.check_cohort_name(p_name text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if (p_name ~ '\S' and length(p_name) <= 200 and p_name !~ '[[:cntrl:]]') is not true then
    perform private.raise_error('malformed_request', '`name` must be one line of at most 200 characters, and not blank.', 'name');
  end if;
end
$$;
comment on function private.check_cohort_name(text) is 'Raises malformed_request for a name that no cohort can have.';

create function private.save_cohort(p_is_new boolean, p_cohort uuid, p_name text, p_archived boolean)
returns ops.cohort
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cohort ops.cohort;
begin
  perform private.require_role('admin');
  if p_is_new or p_name is not null then
    perform private.check_cohort_name(p_name);
  end if;
  if p_is_new then
    insert into ops.cohort (name) values (p_name) returning * into v_cohort;
  else
    update ops.cohort c set
      name = coalesce(p_name, c.name),
      archived_at = case when p_archived then coalesce(c.archived_at, now()) when not p_archived then null else c.archived_at end
    where c.id = p_cohort
    returning * into v_cohort;
    if not found then
      perform private.raise_error('cohort_unknown', p_info => p_cohort::text);
    end if;
  end if;
  return v_cohort;
exception
  when unique_violation then
    perform private.raise_error('cohort_name_taken', p_info => p_name);
end
$$;
comment on function private.save_cohort(boolean, uuid, text, boolean) is 'The core of create_cohort() and set_cohort(). Triggers audit the change.';

create function public.create_cohort(name text)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return to_json(private.save_cohort(true, null, name, null));
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.create_cohort(text) is
  'Creates a cohort and returns it: {id, name, created_at, archived_at}. Admins; audited. Errors: forbidden, malformed_request, cohort_name_taken.';

create function public.set_cohort(cohort uuid, name text default null, archived boolean default null)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return to_json(private.save_cohort(false, cohort, name, archived));
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.set_cohort(uuid, text, boolean) is
  'Renames a cohort, archives it or takes it back, and returns it. What is null stays. Only admins read an archived cohort, whose name may be used again. '
  'Admins; audited. Errors: forbidden, malformed_request, cohort_unknown, cohort_name_taken.';

grant execute on function private.save_cohort(boolean, uuid, text, boolean), public.create_cohort(text), public.set_cohort(uuid, text, boolean)
  to authenticated, service_role;

-- Source: schemas/91_cohorts/people_of_cohorts.sql
-- What:  adding and removing members and staff of a cohort, many in one call, with a result for each.
-- Why:   a class list has mistakes. One wrong line must not stop the others, and must say what is wrong (O3).

create function private.find_people(p_people text[])
returns table (place bigint, person text, id uuid, app_role text, problem text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with given as materialized (
    select g.place, g.person, lower(btrim(g.person)) as word, case when pg_input_is_valid(btrim(g.person), 'uuid') then btrim(g.person)::uuid end as id
    from unnest(p_people) with ordinality g (person, place)
  ),
  account as materialized (
    select a.* from private.find_accounts(
      array(select coalesce(d.adopted_by, g.id) from given g left join learner.adoption d on d.user_id = g.id where g.id is not null),
      array(select g.word from given g where g.id is null)) a
  )
  -- Who names an adopted learner means the account.
  select g.place, g.person, coalesce(d.adopted_by, g.id, a.id), a.app_role,
    case
      when g.word is null or (g.id is null and g.word !~ '^[^@\s]+@[^@\s]+$') then 'invalid'
      when g.id is null and not a.is_confirmed then 'email_unconfirmed'
      when exists (select from ops.erasure e where e.user_id = coalesce(d.adopted_by, g.id, a.id)) then 'erased'
      -- A learner of another sign-in service has no account here.
      when a.id is null and not exists (select from learner.state s where s.user_id = coalesce(d.adopted_by, g.id)) then 'unknown'
    end
  from given g
  left join learner.adoption d on d.user_id = g.id
  left join account a on case when g.id is not null then a.id = coalesce(d.adopted_by, g.id) else a.email = g.word end
  order by g.place
$$;
comment on function private.find_people(text[]) is
  'People by id or e-mail, in the order given. problem: invalid, unknown, email_unconfirmed or erased; null: found.';

create function private.change_people(p_cohort uuid, p_people text[], p_table regclass, p_add boolean, p_parameter text)
returns table (person text, id uuid, result text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_staff constant boolean := p_table = 'ops.cohort_staff'::regclass;
  v_action constant text := case when p_add then 'add_' else 'remove_' end || case when v_is_staff then 'cohort_staff' else 'cohort_member' end;
  v_found record;
  v_held uuid[];
  v_rows integer;
begin
  -- 1 The caller, the list, and the cohort, whose lock keeps two lists from filling it at once.
  perform private.require_role('admin');
  if coalesce(cardinality(p_people), 0) not between 1 and 500 or array_ndims(p_people) > 1 then
    perform private.raise_error('malformed_request', format('`%s` must be a list of 1 to 500 ids or e-mail addresses.', p_parameter), p_parameter);
  end if;
  perform from ops.cohort c where c.id = p_cohort for update;
  if not found then
    perform private.raise_error('cohort_unknown', p_info => p_cohort::text);
  end if;

  -- 2 No erasure or adoption of these people can begin until the end, so none of them is left behind in a cohort.
  if p_add then
    v_held := private.hold_off_erasures(array(select f.id from private.find_people(p_people) f where f.problem is null));
  end if;

  -- 3 One by one, in the order given. A second read, which sees what an adoption has changed meanwhile.
  for v_found in select * from private.find_people(p_people) loop
    person := v_found.person;
    id := v_found.id;
    result := v_found.problem;
    if not p_add and id is not null then
      execute format('delete from %s where cohort_id = $1 and user_id = $2', p_table) using p_cohort, id;
      get diagnostics v_rows = row_count;
      result := case when v_rows > 0 then 'removed' when result is null then 'not_in_cohort' else result end;
    elsif result is null and v_is_staff and coalesce(v_found.app_role, 'learner') not in ('instructor', 'admin') then
      result := 'no_instructor';
    elsif result is null and id <> all (v_held) then
      result := 'busy';
    elsif result is null and not v_is_staff and (select count(*) >= (select s.most_members from ops.cohort_setting s) from ops.cohort_member m where m.cohort_id = p_cohort)
      and not exists (select from ops.cohort_member m where m.cohort_id = p_cohort and m.user_id = v_found.id)
    then
      result := 'cohort_full';
    elsif result is null then
      execute format('insert into %s (cohort_id, user_id) values ($1, $2) on conflict do nothing', p_table) using p_cohort, id;
      get diagnostics v_rows = row_count;
      result := case when v_rows > 0 then 'added' else 'already_in_cohort' end;
    end if;
    if result in ('added', 'removed') then
      perform private.audit(v_action, p_table::text, id::text, null, jsonb_build_object('cohort_id', p_cohort));
    end if;
    return next;
  end loop;
end
$$;
comment on function private.change_people(uuid, text[], regclass, boolean, text) is
  'Adds or removes people of a cohort. Each change is audited under the person''s id. Returns each line with its result.';

create function private.change_members(p_cohort uuid, p_learners text[], p_add boolean)
returns table (person text, id uuid, result text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return query select * from private.change_people(p_cohort, p_learners, 'ops.cohort_member', p_add, 'learners');
end
$$;
comment on function private.change_members(uuid, text[], boolean) is 'The core of add_cohort_members() and remove_cohort_members().';

create function private.change_staff(p_cohort uuid, p_people text[], p_add boolean)
returns table (person text, id uuid, result text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return query select * from private.change_people(p_cohort, p_people, 'ops.cohort_staff', p_add, 'instructors');
end
$$;
comment on function private.change_staff(uuid, text[], boolean) is 'The core of add_cohort_staff() and remove_cohort_staff().';

create function public.add_cohort_members(cohort uuid, learners text[])
returns table (person text, id uuid, result text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.change_members(cohort, learners, true);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.add_cohort_members(uuid, text[]) is
  'Adds learners to a cohort by id or e-mail, at most 500 a call. Returns each with its result: added, already_in_cohort, invalid (neither id nor e-mail), '
  'unknown, email_unconfirmed, erased, cohort_full, or busy (adopted or erased just now: repeat). An adopted learner''s id means the account. Admins; each addition is audited. '
  'Errors: forbidden, malformed_request, cohort_unknown.';

create function public.remove_cohort_members(cohort uuid, learners text[])
returns table (person text, id uuid, result text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.change_members(cohort, learners, false);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.remove_cohort_members(uuid, text[]) is
  'Removes learners from a cohort by id or e-mail, at most 500 a call. Returns each with its result: removed, not_in_cohort, invalid, unknown, '
  'email_unconfirmed, erased. Admins; each removal is audited. Errors: forbidden, malformed_request, cohort_unknown.';

create function public.add_cohort_staff(cohort uuid, instructors text[])
returns table (person text, id uuid, result text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.change_staff(cohort, instructors, true);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.add_cohort_staff(uuid, text[]) is
  'Lets instructors read about the members of a cohort, by id or e-mail, at most 500 a call. Returns each with its result: as add_cohort_members(), '
  'or no_instructor for an account without that role. Admins; each addition is audited. Errors: forbidden, malformed_request, cohort_unknown.';

create function public.remove_cohort_staff(cohort uuid, instructors text[])
returns table (person text, id uuid, result text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.change_staff(cohort, instructors, false);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.remove_cohort_staff(uuid, text[]) is
  'Ends the reading of instructors about a cohort, at once. Returns each with its result: as remove_cohort_members(). Admins; each removal is audited. '
  'Errors: forbidden, malformed_request, cohort_unknown.';

grant execute on function private.change_members(uuid, text[], boolean), private.change_staff(uuid, text[], boolean),
  public.add_cohort_members(uuid, text[]), public.remove_cohort_members(uuid, text[]), public.add_cohort_staff(uuid, text[]),
  public.remove_cohort_staff(uuid, text[]) to authenticated, service_role;

-- Source: schemas/91_cohorts/adopted_members.sql
-- What:  an adoption moves memberships to the account.
-- Why:   a learner who tried the app in class and signs in later stays in the class (U10, O3).

create function private.move_memberships()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into ops.cohort_member (cohort_id, user_id, added_at)
  select m.cohort_id, new.adopted_by, m.added_at from ops.cohort_member m where m.user_id = new.user_id
  on conflict do nothing;
  perform private.audit('move_cohort_member', 'ops.cohort_member', new.adopted_by::text, null,
    jsonb_build_object('cohort_id', m.cohort_id, 'anonymous', new.user_id))
  from ops.cohort_member m where m.user_id = new.user_id;
  delete from ops.cohort_member m where m.user_id = new.user_id;
  delete from ops.cohort_staff s where s.user_id = new.user_id;
  return null;
end
$$;
comment on function private.move_memberships() is 'Row trigger: moves an adopted learner''s memberships to the account. The adoption holds both learners'' locks.';

create trigger adoption_move_memberships after insert on learner.adoption for each row execute function private.move_memberships();

-- Source: schemas/91_cohorts/list_cohorts.sql
-- What:  cohorts() and cohort_people(): the cohorts that the caller may read, and who is in one.
-- Why:   an instructor starts with their own cohorts, an admin with all (O3).

create function private.cohorts(p_cursor text, p_limit integer)
returns table (id uuid, name text, created_at timestamptz, archived_at timestamptz, members bigint, staff bigint, cursor text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reads_all boolean;
  v_cursor constant text[] := regexp_match(p_cursor, '^((?:[0-9a-f]{2})+)\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$');
begin
  perform private.require_role('instructor', 'admin');
  v_reads_all := private.reads_all();
  if p_cursor is not null and v_cursor is null then
    perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
  end if;
  return query
  select c.id, c.name, c.created_at, c.archived_at, (select count(*) from ops.cohort_member m where m.cohort_id = c.id),
    (select count(*) from ops.cohort_staff s where s.cohort_id = c.id), encode(convert_to(c.name, 'UTF8'), 'hex') || '|' || c.id
  from ops.cohort c
  where (v_cursor is null or (convert_to(c.name, 'UTF8'), c.id) > (decode(v_cursor[1], 'hex'), v_cursor[2]::uuid))
    and (v_reads_all or (c.archived_at is null and exists (
      select from ops.cohort_staff s where s.cohort_id = c.id and s.user_id = private.caller_id())))
  -- Collation C compares bytes.
  order by c.name, c.id
  limit private.list_rows(p_limit);
end
$$;
comment on function private.cohorts(text, integer) is 'The core of cohorts().';

create function public.cohorts(after text default null, page_rows integer default null)
returns table (id uuid, name text, created_at timestamptz, archived_at timestamptz, members bigint, staff bigint, cursor text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.cohorts(after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.cohorts(text, integer) is
  'An instructor''s cohorts, or, for admins, all, archived ones too; by name, at most 500. after is the last row''s cursor. '
  'Instructors and admins. Errors: forbidden, cursor_invalid.';

create function private.cohort_staff(p_cohort uuid)
returns table (staff_id uuid, email text, added_at timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('instructor', 'admin');
  perform private.require_cohort(p_cohort);
  return query
  select s.user_id, a.email, s.added_at
  from ops.cohort_staff s
  left join private.find_accounts(array(select x.user_id from ops.cohort_staff x where x.cohort_id = p_cohort limit 500), '{}') a on a.id = s.user_id
  where s.cohort_id = p_cohort
  order by s.added_at, s.user_id
  limit 500;
end
$$;
comment on function private.cohort_staff(uuid) is 'The core of cohort_staff().';

create function public.cohort_staff(cohort uuid)
returns table (staff_id uuid, email text, added_at timestamptz)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.cohort_staff(cohort);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.cohort_staff(uuid) is
  'The instructors of a cohort, at most 500. Its own instructors and admins. Errors: forbidden, cohort_unknown.';

grant execute on function private.cohorts(text, integer), private.cohort_staff(uuid), public.cohorts(text, integer), public.cohort_staff(uuid)
  to authenticated, service_role;

-- Source: schemas/91_cohorts/figures.sql
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

-- Source: schemas/91_cohorts/recount.sql
-- What:  ops.recount_answers(), a job that counts the figures of all learners in small steps, and ops.answer_figure, their sums.
-- Why:   figures over 1,000,000 attempts take longer than a request may. A full recount is right after anything that changed the rows, such as late events,
--        voids, adoptions and erasures. It ends at most once a day, so that two readings rarely differ by a single answer (O3, O5).
create table ops.answer_figure (
  pass           bigint not null,
  kind           text not null,
  id             uuid not null,
  version        integer not null,
  choice         text not null,
  learners       bigint not null,
  attempts       bigint not null,
  correct        bigint not null,
  first_attempts bigint not null,
  first_correct  bigint not null,
  succeeded      bigint not null,
  tries          bigint not null,
  outdated       bigint not null,
  skipped        bigint not null,
  constraint answer_figure_pkey primary key (pass, kind, id, version, choice),
  constraint answer_figure_kind_known check (kind in ('cohort', 'domain', 'skill', 'question', 'revision', 'choice'))
);
comment on table ops.answer_figure is
  'How all learners have answered, as private.figure says, without personal data. Rows of the shown pass are complete. The next pass is counted beside them.';

create table private.answer_pass (
  singleton   boolean not null default true,
  counting    bigint not null default 1,
  began_at    timestamptz,
  after_user  uuid,
  shown       bigint not null default 0,
  shown_at    timestamptz,
  constraint answer_pass_pkey primary key (singleton),
  constraint answer_pass_singleton check (singleton),
  constraint answer_pass_shown_before_counting check (shown < counting)
);
comment on table private.answer_pass is 'One row: how far the recount of answers is, and which pass is shown.';
comment on column private.answer_pass.after_user is 'The last learner whose answers the pass has counted; null: none yet.';
comment on column private.answer_pass.shown_at is 'When the shown pass began. Answers that arrived later are not in it.';
insert into private.answer_pass default values;

alter table ops.answer_figure enable row level security;
alter table private.answer_pass enable row level security;
create policy answer_figure_all_nobody on ops.answer_figure for all to anon, authenticated using (false);
create policy answer_pass_all_nobody on private.answer_pass for all to anon, authenticated using (false);

create function private.add_figures(p_pass bigint, p_users uuid[])
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into ops.answer_figure as f (
    pass, kind, id, version, choice, learners, attempts, correct, first_attempts, first_correct, succeeded, tries, outdated, skipped)
  select p_pass, k.kind, x.*
  from unnest(array['cohort', 'domain', 'skill', 'question', 'revision']) k (kind) cross join lateral private.figures_of(p_users, k.kind, null) x
  union all
  select p_pass, 'choice', x.* from private.choices_of(p_users, null, false) x
  on conflict (pass, kind, id, version, choice) do update set
    learners = f.learners + excluded.learners, attempts = f.attempts + excluded.attempts, correct = f.correct + excluded.correct,
    first_attempts = f.first_attempts + excluded.first_attempts, first_correct = f.first_correct + excluded.first_correct,
    succeeded = f.succeeded + excluded.succeeded, tries = f.tries + excluded.tries, outdated = f.outdated + excluded.outdated,
    skipped = f.skipped + excluded.skipped
$$;
comment on function private.add_figures(bigint, uuid[]) is 'Adds the figures of some learners to a pass. Each learner is added once.';

create function private.recount_answers(p_seconds double precision, p_again boolean)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  v_until constant timestamptz := clock_timestamp() + make_interval(secs => p_seconds);
  v_pass private.answer_pass;
  v_users uuid[];
  v_count integer := 0;
begin
  select * into strict v_pass from private.answer_pass for update;
  if v_pass.began_at is null then
    if not p_again and v_pass.shown_at > now() - (select s.recount_every from ops.cohort_setting s) then
      return 0;
    end if;
    v_pass.began_at := clock_timestamp();
  end if;
  loop
    -- At most 500 learners or some 200,000 attempts a step. The lock is the pass alone: ingest does not wait.
    v_users := private.learners_page(null, v_pass.after_user, 500);
    if v_users = '{}' then
      delete from ops.answer_figure f where f.pass < v_pass.counting;
      update private.answer_pass set shown = v_pass.counting, shown_at = v_pass.began_at, counting = v_pass.counting + 1, began_at = null, after_user = null;
      return v_count;
    end if;
    perform private.add_figures(v_pass.counting, v_users);
    v_pass.after_user := v_users[cardinality(v_users)];
    v_count := v_count + cardinality(v_users);
    exit when clock_timestamp() >= v_until;
  end loop;
  update private.answer_pass set began_at = v_pass.began_at, after_user = v_pass.after_user;
  return v_count;
end
$$;
comment on function private.recount_answers(double precision, boolean) is 'The core of ops.recount_answers().';

create function ops.recount_answers(p_seconds double precision default 10, p_again boolean default false)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.recount_answers(p_seconds, p_again);
end
$$;
comment on function ops.recount_answers(double precision, boolean) is
  'Counts the figures of all learners for p_seconds, and goes on in the next run. Shows them once all learners are counted. Returns the number of learners counted. '
  'Begins again after ops.cohort_setting.recount_every, or at once with p_again. Admins and a job each minute.';

select private.schedule_job('answers', '* * * * *', '1 minute', 'select ops.recount_answers()');

-- Source: schemas/91_cohorts/accuracy.sql
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

-- Source: schemas/91_cohorts/answer_choices.sql
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

-- Source: schemas/91_cohorts/content_held.sql
-- What:  content_held(): how many devices and learners have which version of the content.
-- Why:   who publishes sees when learners have it (O3, C7). It names nobody, and an instructor's counts are rounded as other figures of all learners.
create function private.content_held(p_limit integer)
returns table (version integer, published_at timestamptz, devices bigint, learners bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_exact boolean;
begin
  perform private.require_role('instructor', 'admin');
  v_exact := private.reads_all();
  return query
  select h.version, r.published_at, private.round_down(h.devices, v_exact), private.round_down(h.learners, v_exact)
  from (
    select d.content_version as version, count(*) as devices, count(distinct d.user_id) as learners
    from learner.device d
    where d.revoked_at is null and d.last_seen_at > now() - interval '28 days' and d.content_version > 0
    group by 1
  ) h
  left join content.release r on r.version = h.version
  order by h.version desc
  limit private.list_rows(p_limit);
end
$$;
comment on function private.content_held(integer) is 'The core of content_held().';

create function public.content_held(page_rows integer default null)
returns table (version integer, published_at timestamptz, devices bigint, learners bigint)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.content_held(page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.content_held(integer) is
  'How many devices and learners have which version, newest first, as their devices last said: devices that were seen within 28 days and are not revoked. published_at is null of a '
  'release that was removed since. For instructors counts are rounded down to a multiple of ops.cohort_setting.least_learners. Instructors and admins. Errors: forbidden.';

grant execute on function private.content_held(integer), public.content_held(integer) to authenticated, service_role;

-- Source: schemas/91_cohorts/sync_states.sql
-- What:  sync_states(): how each device of a cohort's learners syncs, in words.
-- Why:   an instructor must tell a learner who does nothing from one whose work does not arrive (O3). The rule stands here alone. docs/instructors.md
--        has it as a table with what to do.

create function private.device_states(p_users uuid[])
returns table (
  user_id uuid, device_id uuid, platform text, app_version text, state text, since timestamptz, last_seen_at timestamptz, waiting bigint, refused bigint, code text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with device as materialized (
    select d.*, s.limited_at, d.session_id is not null and d.session_id <> all (o.sessions) as has_ended
    from unnest(p_users) u (id)
    join learner.device d on d.user_id = u.id
    join learner.state s on s.user_id = u.id
    cross join lateral (select private.open_sessions(u.id) as sessions) o
  ),
  setting as materialized (
    select s.*, private.ulid_floor(now() - s.problem_within) as reports_from,
      -- A clock may be ahead by some days. Later months need no look.
      private.ulid_floor(now() + s.problem_within) as reports_to
    from ops.cohort_setting s
  )
  select d.user_id, d.device_id, d.platform, d.app_version, k.state,
    case k.state when 'signed_out' then coalesce(d.revoked_at, d.last_seen_at) when 'storage_full' then f.received_at when 'unable_to_sync' then q.since else d.last_seen_at end,
    d.last_seen_at, w.waiting, coalesce(q.refused, 0),
    case k.state when 'storage_full' then f.code when 'unable_to_sync' then q.code when 'queued' then case when w.is_limited then 'rate_limited' end end
  from device d
  cross join setting s
  -- 1 The last failure of the app for want of storage, unless the device reported later that it works again.
  left join lateral (
    select t.body ->> 'code' as code, t.received_at
    from ops.telemetry t
    where t.user_id = d.user_id and t.event_id >= s.reports_from and t.event_id < s.reports_to and t.device_id = d.device_id and t.type = 'app.failed' and t.body ->> 'code' = any (s.storage_codes)
      and not exists (
        select from ops.telemetry r
        where r.user_id = t.user_id and r.event_id > t.event_id and r.event_id < s.reports_to and r.device_id = t.device_id and r.type = 'app.recovered' and r.body ->> 'code' = t.body ->> 'code')
    order by t.event_id desc limit 1
  ) f on true
  -- 2 Events that wait for support, dead letters included.
  left join lateral (
    select count(*) as refused, min(x.first_seen_at) as since, (array_agg(x.code order by x.last_seen_at desc, x.sha256))[1] as code
    from ops.quarantine x where x.user_id = d.user_id and x.device_id = d.device_id and x.status = 'open'
    having count(*) > 0
  ) q on true
  -- 3 Events on the device: those that its last report names and the server does not hold, and those that the last batch was told to send again.
  left join lateral (
    select t.event_id, (t.body ->> 'events')::numeric::integer as events,
      (select p.event_id from ops.telemetry p
       where p.user_id = t.user_id and p.event_id < t.event_id and p.event_id >= s.reports_from and p.device_id = t.device_id and p.type = 'outbox.created'
       order by p.event_id desc limit 1) as before
    from ops.telemetry t
    where t.user_id = d.user_id and t.event_id >= s.reports_from and t.event_id < s.reports_to and t.device_id = d.device_id and t.type = 'outbox.created'
    order by t.event_id desc limit 1
  ) r on true
  left join lateral (
    select b.retry, b.received_at from learner.batch b
    where b.user_id = d.user_id and b.device_id = d.device_id and b.received_at > now() - s.problem_within and b.received_at <= now() + interval '1 hour' order by b.received_at desc limit 1
  ) b on true
  cross join lateral (
    select coalesce(d.limited_at > greatest(b.received_at, now() - s.problem_within), false) as is_limited,
      -- The first report of a device may be about events of an earlier id of the device.
      greatest(case when r.before is not null then r.events - (
        select count(*) from (
          select e.event_id from learner.event e where e.user_id = d.user_id and e.event_id > r.before and e.event_id < r.event_id and e.device_id = d.device_id
          union
          select x.event_id from ops.quarantine x where x.user_id = d.user_id and x.event_id > r.before and x.event_id < r.event_id and x.device_id = d.device_id) held)
        else 0 end, 0) + coalesce(b.retry, 0) as waiting
    -- Counted once: without this, each use of the column would count again.
    offset 0
  ) w
  cross join lateral (
    select case
      when d.revoked_at is not null or d.has_ended then 'signed_out'
      when f.code is not null then 'storage_full'
      when q.refused is not null then 'unable_to_sync'
      when (w.waiting > 0 or w.is_limited) and d.last_seen_at > now() - s.syncing_within then 'syncing'
      when w.waiting > 0 or w.is_limited then 'queued'
      when d.last_seen_at > now() - s.synced_within then 'recently_synced'
      else 'not_recently_synced' end as state
  ) k
$$;
comment on function private.device_states(uuid[]) is
  'The sync state of each device of some learners: the first that holds of signed_out, storage_full, unable_to_sync, syncing, queued, recently_synced, not_recently_synced. '
  'waiting: events still on the device; refused: events that wait for support.';

create type private.learner_state as (user_id uuid, state text, since timestamptz, last_seen_at timestamptz, code text);
comment on type private.learner_state is 'How a learner''s device syncs.';

create function private.learner_states(p_users uuid[])
returns setof private.learner_state
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select u.id, coalesce(d.state, 'never_synced'), d.since, d.last_seen_at, d.code
  from unnest(p_users) u (id)
  left join (
    select distinct on (s.user_id) s.* from private.device_states(p_users) s order by s.user_id, s.state = 'signed_out', s.last_seen_at desc, s.device_id
  ) d on d.user_id = u.id
$$;
comment on function private.learner_states(uuid[]) is
  'The sync state of each learner: that of the device seen last, of those that are signed in if there is one. never_synced without a device.';

create function private.sync_states(p_cohort uuid, p_cursor text, p_limit integer)
returns table (
  learner_id uuid, email text, device_id uuid, platform text, app_version text, state text, since timestamptz, last_seen_at timestamptz, waiting bigint, refused bigint,
  code text, cursor text)
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
  v_learners := private.learners_page(p_cohort, private.cursor_id(p_cursor), least(private.list_rows(p_limit), 100));
  perform private.audit('sync_states', 'ops.cohort', p_cohort::text, null, jsonb_build_object('cursor', p_cursor, 'learners', cardinality(v_learners)));
  return query
  select u.id, a.email, d.device_id, d.platform, d.app_version, coalesce(d.state, 'never_synced'), d.since, d.last_seen_at, coalesce(d.waiting, 0), coalesce(d.refused, 0),
    d.code, u.id::text
  from unnest(v_learners) u (id)
  left join private.device_states(v_learners) d on d.user_id = u.id
  left join private.find_accounts(v_learners, '{}') a on a.id = u.id
  order by u.id, d.last_seen_at desc, d.device_id;
end
$$;
comment on function private.sync_states(uuid, text, integer) is 'The core of sync_states().';

create function public.sync_states(cohort uuid default null, after text default null, page_rows integer default null)
returns table (
  learner_id uuid, email text, device_id uuid, platform text, app_version text, state text, since timestamptz, last_seen_at timestamptz, waiting bigint, refused bigint,
  code text, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.sync_states(cohort, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.sync_states(uuid, text, integer) is
  'How each device of a cohort''s learners syncs: signed_out, storage_full, unable_to_sync, syncing, queued, recently_synced, not_recently_synced, never_synced, with the events that wait '
  'on the device (waiting) and for support (refused). page_rows: learners, at most 100; after is the last row''s cursor: go on until a page is empty. Without cohort for admins alone. '
  'Instructors and admins; each call is audited. Errors: forbidden, malformed_request, cohort_unknown, cursor_invalid.';

grant execute on function private.sync_states(uuid, text, integer), public.sync_states(uuid, text, integer) to authenticated, service_role;

-- Source: schemas/91_cohorts/needs_help.sql
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

-- Source: schemas/91_cohorts/learners.sql
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
