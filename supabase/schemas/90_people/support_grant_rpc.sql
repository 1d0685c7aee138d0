-- What:  grant_support(), end_support_grant() and support_grants(), the calls of an administrator.
-- Why:   a grant is given for some hours with a reason, and every grant in force can be listed (O2).

create function public.grant_support(staff uuid, reason text, hours integer default 8)
returns timestamptz
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.grant_support(staff, reason, hours);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.grant_support(uuid, text, integer) is
  'Lets an account with the role support or admin read the content of answers for some hours, at most 744. Not one''s own account. Returns when the '
  'grant expires. For admins; audited. Errors: forbidden, support_invalid.';

create function public.end_support_grant(staff uuid, reason text)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.end_support_grant(staff, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.end_support_grant(uuid, text) is
  'Ends the grants of an account at once, and returns their number. For admins; audited. Errors: forbidden, support_invalid.';

create function public.support_grants()
returns table (staff_id uuid, reason text, granted_at timestamptz, expires_at timestamptz, granted_by uuid, granted_by_role text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_grants();
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_grants() is 'The grants in force, first to expire first. For admins. Errors: forbidden.';

grant execute on function private.grant_support(uuid, text, integer), public.grant_support(uuid, text, integer),
  private.end_support_grant(uuid, text), public.end_support_grant(uuid, text), private.support_grants(), public.support_grants() to authenticated, service_role;
