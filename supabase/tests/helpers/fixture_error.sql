-- Report the constraint or the detail of an error, which pgTAP's throws_ok cannot check.

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
comment on function tests.violated(text) is 'Returns the name of the constraint that a statement violates, or nothing.';

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
comment on function tests.raised(text) is 'Returns the SQLSTATE that a statement raises and the detail of the error, or nothing.';

grant execute on all functions in schema tests to anon, authenticated, service_role;
