begin;
select plan(6);

select tests.a_release();
create temporary table first on commit drop as select tests.claim() as work;
select tests.upload(work) from first;
select isnt((select path from content.bundle where lease = (select (work ->> 'lease')::uuid from first)), null,
  'C1: a file has its name before it is uploaded, so that none is ever left over');
select is((select tests.claim() #>> '{bundles,0,domain_id}'), (select id::text from content.domain where id <> (select (work #>> '{bundles,0,domain_id}')::uuid from first)),
  'C1: a second worker takes another domain');
select is(tests.claim()::text, null, 'C1: a third one finds nothing to do');
select tests.leases_run_out();
select is(tests.bundle_all(), array['write', 'write', 'sign'], 'C1: what killed workers had is done by the next one');
create temporary table before on commit drop as select * from content.bundle;
select tests.do_work(work) from first;
select is(tests.upload(work), null, 'C1: and one that comes back from the dead has no lease') from first;
select set_eq('select b::text from content.bundle b', 'select b::text from before b', 'C1: it changes nothing');

select * from finish();
rollback;
