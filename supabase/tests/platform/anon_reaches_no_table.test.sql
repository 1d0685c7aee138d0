begin;
select plan(2);

select is_empty($$ select tests.relations_open_to('anon') $$,
  'anon has no right on any table, view or sequence');

create table public.offender (id integer, secret text);
grant select (id) on public.offender to anon;
select set_has($$ select tests.relations_open_to('anon') $$, $$ values ('public.offender') $$,
  'the sweep finds a column that is granted to anon');

select * from finish();
rollback;
