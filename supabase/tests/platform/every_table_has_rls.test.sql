begin;
select plan(2);

select is_empty('select tests.tables_without_rls()',
  'row level security is on for every table, partitions included');

create table public.offender (at date) partition by range (at);
create table public.offender_2026 partition of public.offender for values from ('2026-01-01') to ('2027-01-01');
alter table public.offender enable row level security;
select set_has('select tests.tables_without_rls()', $$ values ('public.offender_2026') $$,
  'the sweep finds a partition without row level security');

select * from finish();
rollback;
