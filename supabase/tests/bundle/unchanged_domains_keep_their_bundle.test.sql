begin;
select plan(3);

select tests.a_release();
select tests.bundle_all();
update content.question set prompt = 'New' where id = tests.question(1);
select tests.publish();
select is(tests.bundle_all(), tests.writes(1) || 'sign'::text, 'C1: a release writes bundles only for changed domains');
create temporary view named as
  select v.version, b ->> 'domain_id' as domain_id, b ->> 'url' as url
  from generate_series(1, 2) v (version), json_array_elements(private.content_bundles(1::smallint, v.version)) b;
select is((select count(distinct url) from named where domain_id = tests.domain(2)::text), 1::bigint, 'C1: an unchanged domain keeps its bundle');
select is((select count(distinct url) from named where domain_id = tests.domain(1)::text), 2::bigint, 'C1: the previous release keeps its bundle of a changed domain');

select * from finish();
rollback;
