begin;
select plan(2);

select is_empty('select tests.misnamed_policies()', 'policies are named <table>_<verb>_<who>');

create table public.offender (id integer);
create policy offender_read_all on public.offender for select to anon using (true);
select set_has('select tests.misnamed_policies()', $$ values ('public.offender offender_read_all') $$,
  'the sweep finds a policy with another verb in its name');

select * from finish();
rollback;
