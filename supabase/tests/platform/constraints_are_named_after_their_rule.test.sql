begin;
select plan(3);

select is_empty('select tests.misnamed_constraints()', 'constraints are named <table>_<rule>');

create table public.offender (id integer check (id > 0));
alter table public.offender add constraint offender_id_below_ten check (id < 10);
select set_has('select tests.misnamed_constraints()', $$ values ('public.offender offender_id_check') $$,
  'the sweep finds a constraint with a default name');
select set_hasnt('select tests.misnamed_constraints()', $$ values ('public.offender offender_id_below_ten') $$,
  'the sweep accepts a constraint named after its table and rule');

select * from finish();
rollback;
