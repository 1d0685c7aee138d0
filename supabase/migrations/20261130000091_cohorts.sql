-- Generated from supabase/schemas/91_cohorts by `npm run generate`. Do not edit.
--
-- What:  cohorts of learners, and what instructors read about them.
-- Why:   an instructor sees how their own learners do, and of all others only aggregates (O3).
-- Locks: `learner.adoption`, against writes, for the moment that a new trigger takes.
-- Undo:  drop trigger adoption_move_memberships on learner.adoption;
--        drop function if exists private.find_accounts, private.reads_all, private.require_cohort, private.own_learners,
--          private.require_own_learner, private.cursor_id, private.learners_page, private.check_cohort_name, private.save_cohort,
--          public.create_cohort, public.set_cohort, private.find_people, private.change_people, private.change_members,
--          private.change_staff, public.add_cohort_members, public.remove_cohort_members, public.add_cohort_staff,
--          public.remove_cohort_staff, private.move_memberships, private.cohorts, public.cohorts, private.cohort_staff,
--          public.cohort_staff;

select private.revoke_default_grants();

-- Source: schemas/91_cohorts/access.sql
-- What:  who may read about which learners: reads_all(), require_cohort(), require_own_learner(), own_learners(), learners_page(); find_accounts().
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

create function private.own_learners()
returns uuid[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select array(
    select distinct m.user_id
    from ops.cohort_staff s
    join ops.cohort c on c.id = s.cohort_id and c.archived_at is null
    join ops.cohort_member m on m.cohort_id = c.id
    where s.user_id = private.caller_id())
$$;
comment on function private.own_learners() is 'The learners of the caller''s cohorts, which are not archived.';

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
begin
  if p_cohort is not null then
    perform private.require_cohort(p_cohort);
    return array(
      select m.user_id from ops.cohort_member m
      where m.cohort_id = p_cohort and (p_after is null or m.user_id > p_after)
        -- An erasure in progress.
        and not exists (select from ops.erasure e where e.user_id = m.user_id)
      order by m.user_id limit p_rows);
  elsif not private.reads_all() then
    perform private.raise_error('malformed_request', '`cohort` is required.', 'cohort');
  end if;
  return array(
    select s.user_id from learner.state s
    where (p_after is null or s.user_id > p_after) and not exists (select from ops.erasure e where e.user_id = s.user_id)
    order by s.user_id limit p_rows);
end
$$;
comment on function private.learners_page(uuid, uuid, integer) is
  'The next learners of a cohort by id, or of all if p_cohort is null and the caller reads about all. Errors: cohort_unknown, malformed_request.';

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
  'unknown, email_unconfirmed, erased, cohort_full, or busy (syncing just now: repeat). An adopted learner''s id means the account. Admins; each addition is audited. '
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
