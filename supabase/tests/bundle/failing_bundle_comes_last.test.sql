begin;
select plan(3);

select tests.a_release();
create temporary table first on commit drop as select tests.claim() #>> '{bundles,0,domain_id}' as id;
select tests.leases_run_out();
select isnt(tests.claim() #>> '{bundles,0,domain_id}', (select id from first), 'C1: a bundle that failed does not hold up the others');
select tests.claim();
select is((select leased_until - clock_timestamp() > interval '90 seconds' from content.bundle where attempts = 2), true,
  'C1: and is tried again after a growing time');
update content.bundle set attempts = 30, leased_until = '-infinity' where attempts = 2;
select tests.claim();
select is((select leased_until - clock_timestamp() <= interval '1 hour' from content.bundle where attempts = 31), true, 'C1: of an hour at most');

select * from finish();
rollback;
