begin;
select plan(3);

select tests.a_release();

create temporary view hint as select * from realtime.messages where event = 'release_published' and inserted_at >= now()::timestamp;
select results_eq(
  $$ select topic, event, private, extension, payload - '{id,roots}'::text[] from hint $$,
  $$ select 'content', 'release_published', true, 'broadcast', jsonb_build_object(
       'history', private.history(), 'version', 1, 'domains', jsonb_build_array(tests.domain(1), tests.domain(2)),
       'bytes', (select sum(octet_length(body) + 1) from content.revision where schema = tests.schemas()), 'spread_s', 0) $$,
  'S1: a hint has the changed domains, the bytes of the change and the spread');
select is((select payload -> 'roots' from hint),
  (select jsonb_agg(jsonb_build_object('schema', s.schema, 'root', private.head_of(s.schema) ->> 'root') order by s.schema)
   from content.schema s where s.state <> 'retired'),
  'S1: a hint has the root of the release in each content schema that is not retired');
select tests.publish();
select is((select count(*) from hint), 1::bigint, 'S1: a publish without changes sends no hint');

select * from finish();
rollback;
