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
