begin;
select plan(9);

select tests.a_release();
select is(public.content_head() ->> 'bundled', null, 'C1: without bundles the head names no bundled release');
select tests.bundle_all();
create temporary table first on commit drop as select public.content_head()::jsonb as head;
select is((select head -> 'bundled' from first), (select jsonb_build_object('version', 1, 'root', head -> 'root') from first),
  'C1: the head names the bundled release with its root');
update content.question set prompt = 'New' where id = tests.question(1);
select tests.publish();
select is(public.content_head()::jsonb -> 'bundled', (select head -> 'bundled' from first), 'C1: the head names the older release until the newest is bundled');
select is(json_array_length(private.content_bundles(1::smallint, 1)), 2, 'C1: the older manifest still names all bundles');
select is(ops.remove_old_bundles(1), 0, 'C1: the bundles of the newest bundled release stay, however few releases are kept');
update ops.content_setting set horizon = 2;
select is(public.content_head() ->> 'bundled', null, 'C1: a bundled release below the horizon is not named');
update ops.content_setting set horizon = 1;
select tests.bundle_all();
select is(public.content_head() #>> '{bundled,version}', '2', 'C1: the head names the newest release once it is bundled');
select is(public.content_head() #>> '{bundled,root}', public.content_head() ->> 'root', 'C1: the root of the newest bundled release is the root of the head');
select is(ops.remove_old_bundles(1), tests.schemas(), 'C1: bundles that only older releases use are retired then');

select * from finish();
rollback;
