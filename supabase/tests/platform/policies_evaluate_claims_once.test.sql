begin;
select plan(3);

select is_empty('select tests.policies_evaluated_per_row()',
  'policies call auth functions inside a select');

create table public.offender (user_id uuid);
create policy offender_select_self on public.offender for select to authenticated using (user_id = auth.uid());
create policy offender_delete_self on public.offender for delete to authenticated
  using (user_id = (select auth.uid()) and (select auth.jwt() -> 'app_metadata' ->> 'role') = 'admin');
select set_has('select tests.policies_evaluated_per_row()', $$ values ('public.offender offender_select_self') $$,
  'the sweep finds a policy that calls auth.uid() for each row');
select set_hasnt('select tests.policies_evaluated_per_row()', $$ values ('public.offender offender_delete_self') $$,
  'the sweep accepts a call inside a select');

select * from finish();
rollback;
