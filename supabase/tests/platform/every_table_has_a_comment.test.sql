begin;
select plan(2);

select is_empty('select tests.tables_without_comment()', 'every table has a comment');

create table public.offender (id integer);
select set_has('select tests.tables_without_comment()', $$ values ('public.offender') $$,
  'the sweep finds a table without a comment');

select * from finish();
rollback;
