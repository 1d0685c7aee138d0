begin;
select plan(2);

select is_empty('select tests.relations_granted_to_public()',
  'no table, view, sequence or column is granted to PUBLIC');

create table public.offender (id integer, note text);
grant delete on public.offender to public;
grant select (note) on public.offender to public;
select set_has('select tests.relations_granted_to_public()', $$ values ('public.offender delete'), ('public.offender.note select') $$,
  'the sweep finds a table and a column that are granted to PUBLIC');

select * from finish();
rollback;
