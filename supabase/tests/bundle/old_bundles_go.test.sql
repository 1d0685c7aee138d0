begin;
select plan(9);

select tests.a_release();
select tests.bundle_all();
update content.question set prompt = 'Two' where id = tests.question(1);
select tests.publish();
select tests.bundle_all();
update content.question set prompt = 'Three' where id = tests.question(1);
select tests.publish();
select tests.bundle_all();
create temporary view named as
  select v.version, count(*)::integer as bundles
  from generate_series(1, 3) v (version), json_array_elements(private.content_bundles(1::smallint, v.version)) b group by 1;

select is(ops.remove_old_bundles(3), 0, 'C1: bundles of the kept releases stay');
select is(ops.remove_old_bundles(2), tests.schemas(), 'C1: a bundle that only older releases use is retired');
select results_eq('select * from named order by 1', 'values (1, 1), (2, 2), (3, 2)', 'C1: manifests name all bundles except the retired one');
select is(tests.bundle_all(), '{}', 'C1: the object of a retired bundle stays during the grace period');
update content.bundle set retired_at = retired_at - interval '25 hours' where retired_at is not null;
select is((select count(*) from content.bundle), 4 * tests.schemas()::bigint, 'C1: the row of a retired bundle stays until its object is removed');
select is(tests.bundle_all(), array['remove'], 'C1: a retired bundle is removed after the grace period');
select is((select count(*) from content.bundle), 3 * tests.schemas()::bigint, 'C1: a removed bundle has no row');
select is(ops.remove_old_bundles(0), tests.schemas(), 'C1: the newest release keeps its bundles even if zero releases are kept');
select results_eq('select version, bundles from named where version = 3', 'values (3, 2)', 'C1: the newest release keeps all of its bundles');

select * from finish();
rollback;
