begin;
select plan(2);

select is_empty('select tests.functions_executable_by_public()', 'PUBLIC may execute no function');

create function public.offender(p_a integer) returns integer language sql immutable set search_path = pg_catalog, pg_temp return p_a;
grant execute on function public.offender(integer) to public;
select set_has('select tests.functions_executable_by_public()', $$ values ('public.offender(p_a integer)') $$,
  'the sweep finds a function that PUBLIC may execute');

select * from finish();
rollback;
