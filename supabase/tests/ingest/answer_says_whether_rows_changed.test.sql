begin;
select plan(7);

select tests.a_release();
create function pg_temp.changed(variadic p_lines text[]) returns boolean language sql
as $$ select (private.ingest_for(tests.learner(), tests.batch(variadic p_lines)) ->> 'changed')::boolean $$;
create function pg_temp.telemetry(p_n integer) returns text language sql
as $$ select tests.event(p_n, 'app.failed', '{"code": "disk.full", "fatal": false}') $$;

select is(pg_temp.changed(pg_temp.telemetry(1)), false, 'S1: telemetry leaves nothing to pull');
select is(pg_temp.changed(pg_temp.telemetry(2), tests.progress(3, 1, 10)), true, 'S1: what is learned does');
select is(pg_temp.changed(tests.progress(3, 1, 10), tests.progress(3, 1, 20), 'damaged'), false, 'S1: a replay, a conflict and a broken line do not');
select is(private.ingest_for(tests.learner(), tests.header()) ->> 'changed', 'false', 'S1: nor does a mere contact');
select is(pg_temp.changed(tests.attempt(4, 1, '{"content_version": 2}')), false, 'S1: nor does what is held');
update content.domain set title = 'Edited' where id = tests.domain(1);
select tests.publish();
select is(private.ingest_for(tests.learner(), tests.header()) ->> 'changed', 'true', 'S1: the contact at which it applies does');
select matches(private.sync_for(tests.learner(), tests.batch(tests.progress(5, 1, 30))), '^\{"batch" : \{"batch_id" : "\w+", "changed" : true,',
  'S1: the function sync finds it before anything that a device has written');

select * from finish();
rollback;
