begin;
select plan(8);

select tests.a_release();
create function pg_temp.changed(variadic p_lines text[]) returns boolean language sql
as $$ select (private.ingest_for(tests.learner(), tests.session(), tests.batch(variadic p_lines)) ->> 'changed')::boolean $$;
create function pg_temp.telemetry(p_n integer) returns text language sql
as $$ select tests.event(p_n, 'app.failed', '{"code": "disk.full", "fatal": false}') $$;

select is(pg_temp.changed(pg_temp.telemetry(1)), false, 'S1: telemetry leaves nothing to pull');
select is(pg_temp.changed(pg_temp.telemetry(2), tests.progress(3, 1, 10)), true, 'S1: progress leaves something to pull');
select is(pg_temp.changed(tests.progress(3, 1, 10), tests.progress(3, 1, 20), 'damaged'), false, 'S1: a replay, a conflict and a broken line leave nothing to pull');
select is(private.ingest_for(tests.learner(), tests.session(), tests.header()) ->> 'changed', 'false', 'S1: a batch without events leaves nothing to pull');
select is(pg_temp.changed(tests.attempt(4, 1, '{"content_version": 2}')), false, 'S1: a held event leaves nothing to pull');
update content.domain set title = 'Edited' where id = tests.domain(1);
select tests.publish();
select is(private.ingest_for(tests.learner(), tests.session(), tests.header()) ->> 'changed', 'true', 'S1: a contact that applies a held event leaves something to pull');
select is((private.sync_for(tests.learner(), tests.session(), tests.batch(tests.progress(5, 1, 30)))).changed_by, tests.device(), 'S1: a sync that leaves something to pull names its device');
select is((private.sync_for(tests.learner(), tests.session(), tests.batch(tests.progress(5, 1, 30)))).changed_by, null, 'S1: a sync that leaves nothing to pull names no device');

select * from finish();
rollback;
