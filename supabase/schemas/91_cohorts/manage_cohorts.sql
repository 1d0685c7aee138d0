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
