begin;
select plan(2);

-- Functions that a caller without a session may execute; each with its reason.
create temporary table allowed (name text) on commit drop;

select set_eq(
  $$ select tests.functions_open_to('anon') $$, $$ select name from allowed $$,
  'anon may execute exactly the listed functions');

create function public.offender() returns integer language sql immutable set search_path = pg_catalog, pg_temp return 1;
revoke execute on function public.offender() from public;
grant execute on function public.offender() to anon;
select set_has($$ select tests.functions_open_to('anon') $$, $$ values ('public.offender()') $$,
  'the sweep finds a function that anon may execute');

select * from finish();
rollback;
