begin;
select plan(2);

select is_empty('select tests.public_functions_without_comment()',
  'every function of the API has a comment');

create function public.offender() returns integer language sql immutable set search_path = pg_catalog, pg_temp return 1;
select set_has('select tests.public_functions_without_comment()', $$ values ('public.offender()') $$,
  'the sweep finds a public function without a comment');

select * from finish();
rollback;
