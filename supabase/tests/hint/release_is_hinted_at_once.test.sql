begin;
select plan(3);

select tests.a_release();

create temporary view hint as select * from realtime.messages where event = 'release_published' and inserted_at >= now()::timestamp;
select results_eq(
  $$ select topic, event, private, extension, payload - 'id' from hint $$,
  $$ select 'content', 'release_published', true, 'broadcast', jsonb_build_object(
       'history', private.history(), 'version', 1, 'domains', jsonb_build_array(tests.domain(1), tests.domain(2)),
       'bytes', (select sum(octet_length(body) + 1) from content.revision where schema = tests.schemas()), 'spread_s', 0) $$,
  'S1: a release is hinted at once when no bundles are written');
select isnt((select hinted_at from content.release_state where version = 1), null, 'S1: the time of the hint is recorded');
select tests.publish();
select is((select count(*) from hint), 1::bigint, 'S1: a publish without changes sends no hint');

select * from finish();
rollback;
