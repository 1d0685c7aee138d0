begin;
select plan(4);

select tests.a_release();
create temporary table claimed on commit drop as
  select n, c.work ->> 'lease' as lease, c.work #>> '{bundles,0,schema}' || ' ' || (c.work #>> '{bundles,0,domain_id}') as bundle
  from generate_series(1, 2 * tests.schemas() + 1) n, lateral (select tests.leases_run_out(), tests.claim() as work where n > 0) c;
select is((select count(distinct bundle) from claimed where n <= 2 * tests.schemas()), 2 * tests.schemas()::bigint,
  'C1: a bundle that failed does not delay the others');
select is((select bundle from claimed order by n desc limit 1), (select bundle from claimed where n = 1), 'C1: a bundle that failed is tried again after the others');
select is((select leased_until - clock_timestamp() > interval '90 seconds' from content.bundle where attempts = 2), true,
  'C1: the delay before the next try grows with each failure');
update content.bundle set attempts = 30, leased_until = '-infinity' where attempts = 2;
update content.bundle set leased_until = 'infinity' where attempts < 30;
select tests.claim();
select is((select leased_until - clock_timestamp() <= interval '1 hour' from content.bundle where attempts = 31), true, 'C1: the delay before the next try is at most one hour');

select * from finish();
rollback;
