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

select is(ops.remove_old_bundles(3), 0, 'C1: bundles of the releases to keep stay');
select is(ops.remove_old_bundles(2), tests.schemas(), 'C1: one that older releases alone have is retired');
select results_eq('select * from named order by 1', 'values (1, 1), (2, 2), (3, 2)', 'C1: no manifest names it from then on, and all others are named');
select is(tests.bundle_all(), '{}', 'C1: its object stays, since a device may hold an older manifest');
update content.bundle set retired_at = retired_at - interval '25 hours' where retired_at is not null;
select is((select count(*) from content.bundle), 4 * tests.schemas()::bigint, 'C1: nothing is forgotten before its object is gone');
select is(tests.bundle_all(), array['remove'], 'C1: after the grace it is removed');
select is((select count(*) from content.bundle), 3 * tests.schemas()::bigint, 'C1: and forgotten');
select is(ops.remove_old_bundles(0), tests.schemas(), 'C1: the newest release keeps its bundles whatever is asked');
select results_eq('select version, bundles from named where version = 3', 'values (3, 2)', 'C1: all of them');

select * from finish();
rollback;
