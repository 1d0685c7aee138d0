begin;
select plan(2);

select is_empty('select tests.public_functions_that_refuse_nothing()',
  'U8: every function of the API answers timeouts and failed locks with Retry-After');

create function public.offender() returns integer language sql immutable set search_path = pg_catalog, pg_temp return 1;
select set_has('select tests.public_functions_that_refuse_nothing()', $$ values ('public.offender()') $$,
  'U8: the sweep finds a function that gives timeouts and failed locks to PostgREST');

select * from finish();
rollback;
