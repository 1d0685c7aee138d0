begin;
select plan(3);

select is_empty('select tests.views_with_owner_rights()', 'every view is a security_invoker view');

create view public.offender as select 1 as one;
create view public.careful with (security_invoker = on) as select 1 as one;
select set_has('select tests.views_with_owner_rights()', $$ values ('public.offender') $$,
  'the sweep finds a view with the rights of its owner');
select set_hasnt('select tests.views_with_owner_rights()', $$ values ('public.careful') $$,
  'the sweep accepts a security_invoker view');

select * from finish();
rollback;
