begin;
select plan(6);

select tests.a_release();
create temporary table first on commit drop as select tests.claim() as work;
select tests.upload(work) from first;
select isnt((select path from content.bundle where lease = (select (work ->> 'lease')::uuid from first)), null,
  'C1: a file has its name before it is uploaded, so that none is ever left over');
create temporary table others on commit drop as
  select c.work from generate_series(1, 2 * tests.schemas()) n, lateral (select tests.claim() as work where n > 0) c;
select is((select count(distinct work #>> '{bundles,0}') from others) + 1, 2 * tests.schemas()::bigint, 'C1: other workers take the other bundles');
select is((select count(*) from others where work is null), 1::bigint, 'C1: and one too many finds nothing to do');
select tests.leases_run_out();
select is(tests.bundle_all(), tests.writes(2) || 'sign'::text, 'C1: what killed workers had is done by the next one');
create temporary table before on commit drop as select * from content.bundle;
select tests.do_work(work) from first;
select is(tests.upload(work), null, 'C1: and one that comes back from the dead has no lease') from first;
select set_eq('select b::text from content.bundle b', 'select b::text from before b', 'C1: it changes nothing');

select * from finish();
rollback;
