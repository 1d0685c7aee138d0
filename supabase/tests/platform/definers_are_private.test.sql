begin;
select plan(2);

select is_empty('select tests.definers_outside_private()',
  'security definer functions are in schema private only');

create function public.offender() returns integer language sql security definer set search_path = pg_catalog, pg_temp return 1;
select set_has('select tests.definers_outside_private()', $$ values ('public.offender()') $$,
  'the sweep finds a security definer function in schema public');

select * from finish();
rollback;
