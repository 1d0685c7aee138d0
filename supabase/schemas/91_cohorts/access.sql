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
