begin;
select plan(3);

select is_empty('select tests.views_with_owner_rights()', 'every view is a security_invoker view');

create view public.offender as select 1 as one;
create view public.careful with (security_invoker = on) as select 1 as one;
select set_has('select tests.views_with_owner_rights()', $$ values ('public.offender') $$,
  'the sweep sees an offender');
select set_hasnt('select tests.views_with_owner_rights()', $$ values ('public.careful') $$,
  'a security_invoker view is fine');

select * from finish();
rollback;
