-- What:  how SQL raises an error of the registry, and how it finds out who the caller is and in which role.
-- Why:   callers tell errors apart by SQLSTATE, never by text.

create function private.raise_error(p_code text, p_detail text default null, p_info text default null, p_retry_after_s integer default null)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_sqlstate text;
  v_title text;
begin
  select e.sqlstates[1], e.title into strict v_sqlstate, v_title from private.error_code e where e.code = p_code;
  raise exception using errcode = v_sqlstate, message = coalesce(p_detail, v_title), detail = coalesce(p_info, ''),
    hint = coalesce(p_retry_after_s::text, '');
end
$$;
comment on function private.raise_error(text, text, text, integer) is
  'Raises an error of the registry by its code. The message is p_detail, a sentence about this occurrence, or the code''s title. '
  'DETAIL is p_info, a value for programs; HINT is the seconds to wait, where waiting helps.';

create function private.caller_id()
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
comment on function private.caller_id() is
  'The user of the caller''s token; null without one. For definers, whose owner carrel_definer may not use the schema auth: else auth.uid().';

create function private.app_role()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- app_metadata is written by the service alone; user_metadata is the user's own and decides nothing.
  select coalesce(
    nullif(current_setting('request.jwt.claims', true), '')::jsonb -> 'app_metadata' ->> 'role', 'learner')
$$;
comment on function private.app_role() is
  'The caller''s role in the app: learner, instructor, support or admin, from the token''s app_metadata.';

create function private.require_role(variadic p_roles text[])
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claims text := nullif(current_setting('request.jwt.claims', true), '');
begin
  -- SQL and Studio connect as a database role that may do this anyway, and carry no claims.
  if v_claims is null and session_user <> 'authenticator' then
    return;
  end if;
  if v_claims::jsonb ->> 'role' = 'service_role' then
    return;
  end if;
  if v_claims::jsonb ->> 'role' = 'authenticated' and private.app_role() = any (p_roles) then
    return;
  end if;
  perform private.raise_error('forbidden', format('This needs the role %s.', array_to_string(p_roles, ' or ')));
end
$$;
comment on function private.require_role(text[]) is
  'Passes for SQL consoles, the service role, and users whose app role is listed; else raises forbidden.';

grant execute on function private.app_role() to authenticated, service_role;
