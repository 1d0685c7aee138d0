-- What:  how SQL raises an error of the registry, and how SQL reads the caller's user and role.
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
  'Raises an error of the registry by its code. MESSAGE is p_detail, a sentence about this occurrence, or else the code''s title. '
  'DETAIL is p_info, a value for programs. HINT is the number of seconds to wait before a retry.';

create function private.caller_id()
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
comment on function private.caller_id() is
  'The user of the caller''s token; null without a token. Definers use it instead of auth.uid(), because carrel_definer has no rights in the schema auth.';

create function private.caller_session()
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Another issuer's id may be no uuid. It then is no session of Supabase Auth.
  select case when pg_input_is_valid(c.session, 'uuid') then c.session::uuid end
  from (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'session_id') c (session)
$$;
comment on function private.caller_session() is 'The session of the caller''s token; null if the token names none.';

create function private.app_role()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Only the service writes app_metadata. Users can write user_metadata, so it grants nothing.
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
  v_account private.account;
begin
  -- SQL consoles and Studio carry no claims. Their database role has these rights anyway.
  if v_claims is null and session_user <> 'authenticator' then
    return;
  end if;
  if v_claims::jsonb ->> 'role' = 'service_role' then
    return;
  end if;
  if v_claims::jsonb ->> 'role' = 'authenticated' and private.app_role() = any (p_roles) then
    -- The token was issued up to an hour ago. A token without a session gives no power, because nobody could take it back.
    v_account := private.account_of(private.caller_id(), private.caller_session());
    if v_account.opened_at is null then
      perform private.raise_error('session_ended');
    end if;
    if v_account.app_role = any (p_roles) then
      return;
    end if;
  end if;
  perform private.raise_error('forbidden', format('This needs the role %s.', array_to_string(p_roles, ' or ')));
end
$$;
comment on function private.require_role(text[]) is
  'Passes for SQL consoles, the service role, and users whose token and account have one of these app roles. Raises forbidden otherwise, '
  'and session_ended if the session has ended, or if the account is banned or deleted.';

create function private.row_limit(p_name text, p_rows integer, p_default integer, p_most integer)
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_rows not between 1 and p_most then
    perform private.raise_error('malformed_request', format('`%s` must be a whole number from 1 to %s.', p_name, p_most), p_name);
  end if;
  return coalesce(p_rows, p_default);
end
$$;
comment on function private.row_limit(text, integer, integer, integer) is
  'The row limit of a page, or the default. A limit outside the range raises malformed_request with the parameter''s name.';

create function private.require_interval(p_name text, p_value interval, p_least interval default '-100 years', p_most interval default '100 years')
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Without a limit, a time that far away is out of PostgreSQL's range.
  if (p_value between p_least and p_most) is not true then
    perform private.raise_error('malformed_request', format('`%s` must be an interval from %s to %s.', p_name, p_least, p_most), p_name);
  end if;
end
$$;
comment on function private.require_interval(text, interval, interval, interval) is
  'Raises malformed_request with the parameter''s name if an interval is null or out of its range.';

create function private.list_rows(p_rows integer)
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return least(greatest(coalesce(p_rows, private.default_list_rows()), 1), private.max_list_rows());
end
$$;
comment on function private.list_rows(integer) is 'The row limit of a list for people, or the default. A limit outside the range becomes the nearest one inside.';

grant execute on function private.app_role() to authenticated, service_role;
