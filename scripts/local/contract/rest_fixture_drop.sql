-- Removes what rest_fixture.sql makes, and nothing else. Safe to run on a project that has none of it.
do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select oid from pg_proc where pronamespace = 'public'::regnamespace and proname like 'contract\_%'
  loop
    execute format('drop function %s', v_function);
  end loop;
end
$$;
drop domain if exists "text/x-contract";
drop domain if exists "application/x-contract";
drop table if exists contract_note;
drop view if exists contract_country_view;
drop table if exists contract_country;
