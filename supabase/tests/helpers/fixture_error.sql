-- What a statement is refused with, for assertions that pgTAP's throws_ok can't make: which constraint, which detail.

create function tests.violated(p_sql text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  v_constraint text;
begin
  execute p_sql;
  return 'nothing';
exception
  when integrity_constraint_violation then
    get stacked diagnostics v_constraint = constraint_name;
    return v_constraint;
end
$$;
comment on function tests.violated(text) is 'The name of the constraint that a statement violates.';

create function tests.raised(p_sql text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  v_detail text;
begin
  execute p_sql;
  return 'nothing';
exception
  when others then
    get stacked diagnostics v_detail = pg_exception_detail;
    return pg_catalog.concat_ws(' ', sqlstate, nullif(v_detail, ''));
end
$$;
comment on function tests.raised(text) is 'The SQLSTATE that a statement raises, and the detail for programs where there is one.';

grant execute on all functions in schema tests to anon, authenticated, service_role;
