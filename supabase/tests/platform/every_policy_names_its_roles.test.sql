begin;
select plan(2);

select is_empty('select tests.policies_without_roles()', 'every policy names its roles');

create table public.offender (id integer);
create policy offender_select_all on public.offender for select using (true);
select set_has('select tests.policies_without_roles()', $$ values ('public.offender offender_select_all') $$,
  'the sweep finds a policy without roles');

select * from finish();
rollback;
