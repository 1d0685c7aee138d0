begin;
select plan(2);

select is_empty('select tests.functions_without_pinned_search_path()',
  'every function pins search_path to pg_catalog, pg_temp');

create function public.offender() returns integer language sql immutable set search_path = public return 1;
select set_has('select tests.functions_without_pinned_search_path()', $$ values ('public.offender()') $$,
  'the sweep finds a function with another search_path');

select * from finish();
rollback;
