begin;
select plan(6);

select tests.a_release();
create temporary table first on commit drop as select tests.claim() as work;
select tests.upload(work) from first;
select isnt((select path from content.bundle where lease = (select (work ->> 'lease')::uuid from first)), null,
  'C1: a bundle has its name before the upload, so no orphaned file remains');
create temporary table others on commit drop as
  select c.work from generate_series(1, 2 * tests.schemas()) n, lateral (select tests.claim() as work where n > 0) c;
select is((select count(distinct work #>> '{bundles,0}') from others) + 1, 2 * tests.schemas()::bigint, 'C1: each worker claims a different bundle');
select is((select count(*) from others where work is null), 1::bigint, 'C1: a worker finds nothing to do when all bundles are claimed');
select tests.leases_run_out();
select is(tests.bundle_all(), tests.writes(2) || 'sign'::text, 'C1: the next worker finishes what killed workers had claimed');
create temporary table before on commit drop as select * from content.bundle;
select tests.do_work(work) from first;
select is(tests.upload(work), null, 'C1: a worker whose lease has expired has no lease to upload with') from first;
select set_eq('select b::text from content.bundle b', 'select b::text from before b', 'C1: a worker whose lease has expired changes nothing');

select * from finish();
rollback;
