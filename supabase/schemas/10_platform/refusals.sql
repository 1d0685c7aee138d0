-- What:  how an RPC answers that a request can succeed later, or that its token is not accepted.
-- Why:   PostgREST answers a raised error with 400 or 500, without Retry-After. So every function of public passes its errors to
--        private.refuse() (U8).

create function private.refusal(p_code text, p_detail text, p_info text, p_least integer, out status integer, out headers json, out body json)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Spread like the functions' answers (_shared/problem.ts), so that a thousand refused clients do not retry at once.
  v_wait constant text := p_least + floor(random() * greatest(5, p_least / 4.0))::integer;
  v_error private.error_code;
begin
  select * into strict v_error from private.error_code e where e.code = p_code;
  status := v_error.status;
  headers := case
    when v_error.status = 401 then '{"WWW-Authenticate": "Bearer"}'::json
    else json_build_object('Retry-After', v_wait)
  end;
  body := json_build_object('code', v_error.sqlstates[1], 'message', coalesce(p_detail, v_error.title), 'details', p_info, 'hint', v_wait);
end
$$;
comment on function private.refusal(text, text, text, integer) is
  'The answer of an RPC for a retryable error or a refused token, in the form of PostgREST''s errors. p_least: the least number of seconds to wait. '
  'The hint has the same number of seconds as Retry-After, because supabase-js does not expose headers.';

create function private.answer_refusal(p_refused json)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refusal constant record := private.refusal(
    p_refused ->> 'code', p_refused ->> 'detail', p_refused ->> 'retry_after_s', (p_refused ->> 'retry_after_s')::integer);
begin
  perform set_config('response.status', v_refusal.status::text, true),
    set_config('response.headers', json_build_array(v_refusal.headers)::text, true);
  return v_refusal.body;
end
$$;
comment on function private.answer_refusal(json) is
  'A refusal {code, retry_after_s} as an RPC returns it. Returned and not raised, so that the transaction commits and the refusal is counted.';

create function private.refuse(p_sqlstate text, p_message text, p_wait text default null)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Only Carrel's own errors have texts and hints for callers.
  v_is_ours constant boolean := p_sqlstate ^@ 'CR';
  v_wait constant integer := case when v_is_ours then nullif(p_wait, '') end;
  v_error private.error_code;
  v_refusal record;
begin
  -- SQL consoles and the command line get the error as it is.
  if session_user <> 'authenticator' then
    return;
  end if;
  select * into v_error from private.error_code e
  where p_sqlstate = any (e.sqlstates) and (e.request_retryable or e.status = 401);
  if not found then
    return;
  end if;
  v_refusal := private.refusal(v_error.code, case when v_is_ours then p_message end, v_wait::text,
    case when v_error.request_retryable then coalesce(v_wait, 1) end);
  -- PostgREST takes the whole answer from an error with this SQLSTATE.
  raise exception using errcode = 'PGRST', message = v_refusal.body::text,
    detail = json_build_object('status', v_refusal.status, 'headers', v_refusal.headers)::text;
end
$$;
comment on function private.refuse(text, text, text) is
  'For the exception handler of a function of public: raises a retryable error, or one about the token, again with its status and Retry-After '
  '(401: WWW-Authenticate). Among them are timeouts, deadlocks and failed locks. Returns for all other errors, and outside of PostgREST. '
  'p_wait: the error''s hint, which is a number of seconds in Carrel''s own errors.';

grant execute on function private.refuse(text, text, text) to authenticated, service_role;
