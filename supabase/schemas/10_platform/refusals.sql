-- What:  how an RPC answers that a request can succeed later, or that its token is not accepted.
-- Why:   PostgREST answers a raised error with 400 or 500, without Retry-After. So these errors are returned, not raised (U8).

create function private.answer_refusal(p_refused json)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_least constant integer := p_refused ->> 'retry_after_s';
  -- Spread like the functions' answers (_shared/problem.ts), so that a thousand refused clients do not retry at once.
  v_wait constant text := v_least + floor(random() * greatest(5, v_least / 4.0))::integer;
  v_error private.error_code;
begin
  select * into strict v_error from private.error_code e where e.code = p_refused ->> 'code';
  -- The form of PostgREST's errors without raising one, so that the transaction commits.
  perform set_config('response.status', v_error.status::text, true),
    set_config('response.headers', json_build_array(case
      when v_error.status = 401 then '{"WWW-Authenticate": "Bearer"}'::json
      else json_build_object('Retry-After', v_wait)
    end)::text, true);
  return json_build_object('code', v_error.sqlstates[1], 'message', coalesce(p_refused ->> 'detail', v_error.title),
    'details', coalesce(p_refused ->> 'info', p_refused ->> 'retry_after_s'), 'hint', v_wait);
end
$$;
comment on function private.answer_refusal(json) is
  'A refusal as an RPC returns it: the status of its code with Retry-After (401: WWW-Authenticate), in the form of PostgREST''s errors. The hint has '
  'the same number of seconds, because supabase-js does not expose headers.';

create function private.refusal_of(p_sqlstate text, p_message text, p_detail text, p_hint text)
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Only Carrel's own errors have texts for callers.
  return (
    select json_build_object('code', e.code, 'detail', case when p_sqlstate ^@ 'CR' then p_message end,
      'info', case when p_sqlstate ^@ 'CR' then nullif(p_detail, '') end, 'retry_after_s', case when e.request_retryable then coalesce(nullif(p_hint, '')::integer, 1) end)
    from private.error_code e
    where p_sqlstate = any (e.sqlstates) and (e.request_retryable or e.status = 401));
end
$$;
comment on function private.refusal_of(text, text, text, text) is 'A caught error in the form of private.answer_refusal(), or null if it is neither retryable nor about the token.';
