-- What every function answers to a token: called with the claims, and undone.

create function tests.call_of(p_function oid) returns text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  -- A call that names a learner needs a role; all other arguments are null.
  select pg_catalog.format('select from %s(%s)', p_function::regproc, (
    select pg_catalog.string_agg(case
      when a.type = 'uuid'::regtype and a.name ~ '^(p_)?(learner|user)$' then pg_catalog.format('%L::uuid', tests.learner(8))
      else 'null::' || pg_catalog.format_type(a.type, null) end, ', ' order by a.place)
    from rows from (pg_catalog.unnest(p.proargtypes::oid[]), pg_catalog.unnest(p.proargnames)) with ordinality as a (type, name, place)
    where a.type is not null))
  from pg_catalog.pg_proc p where p.oid = p_function
$$;
comment on function tests.call_of(oid) is 'Returns a call of a function, about learner 8 if it takes a learner.';

create function tests.answer_to(p_call text, p_claims jsonb, p_role text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform tests.become(p_role, p_claims);
  execute p_call;
  -- Undoes the call.
  raise exception using errcode = 'TS000';
exception
  when others then
    return nullif(sqlstate, 'TS000');
end
$$;
comment on function tests.answer_to(text, jsonb, text) is 'Returns the SQLSTATE of a call with these claims, null for success. What the call did is undone.';

create function tests.functions_open_to_token(p_claims jsonb) returns setof text
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select f.name from tests.product_function f
  where f.schema_name = 'public' and f.prokind = 'f' and pg_catalog.has_function_privilege('authenticated', f.oid, 'execute')
    and coalesce(tests.answer_to(tests.call_of(f.oid), p_claims, 'authenticated'), '') not in ('CR001', 'CR022', 'CR023')
$$;
comment on function tests.functions_open_to_token(jsonb) is
  'Returns the functions of the API that do not refuse a token: not as forbidden, unauthenticated or session_ended.';

create function tests.functions_that_require_a_role() returns setof oid
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select f.oid from tests.product_function f join pg_catalog.pg_proc p on p.oid = f.oid
  where p.prosrc ~ 'private\.require_role\(' and f.name !~ '^private\.(require_role|learner_acted_on)\('
$$;
comment on function tests.functions_that_require_a_role() is 'Returns the functions whose bodies call private.require_role().';

grant execute on all functions in schema tests to anon, authenticated, service_role;
