begin;
select plan(3);

select is_empty('select tests.misnamed_constraints()', 'constraints are named <table>_<rule>');

create table public.offender (id integer check (id > 0));
alter table public.offender add constraint offender_id_below_ten check (id < 10);
select set_has('select tests.misnamed_constraints()', $$ values ('public.offender offender_id_check') $$,
  'the sweep sees an offender');
select set_hasnt('select tests.misnamed_constraints()', $$ values ('public.offender offender_id_below_ten') $$,
  'a rule after the table is a name');

select * from finish();
rollback;
