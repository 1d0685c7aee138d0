begin;
select plan(2);

select tests.a_release();

create temporary view hint as select * from realtime.messages where event = 'release_published' and inserted_at = now()::timestamp;
select results_eq(
  $$ select topic, event, private, extension, payload - 'id' from hint $$,
  $$ select 'content', 'release_published', true, 'broadcast', jsonb_build_object('version', 1, 'history', private.history()) $$,
  'I2: devices are told of a release');
select tests.publish();
select is((select count(*) from hint), 1::bigint,
  'I2: where nothing was published they are told nothing');

select * from finish();
rollback;
