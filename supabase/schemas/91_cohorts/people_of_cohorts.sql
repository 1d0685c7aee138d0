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
