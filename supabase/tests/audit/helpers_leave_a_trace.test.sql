begin;
select plan(11);

select tests.a_release();
select tests.send(tests.event(9, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)), tests.attempt(10, 1));
insert into ops.content_report (user_id, reported_on, number, reported_at, kind, version, rows, nodes) values (tests.learner(), '2020-01-01', 1, '2020-01-01Z', 'mismatch', 1, 1, '{}');
insert into ops.telemetry (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at)
values (tests.learner(), '7fffffff-ffff-ffff-ffff-ffffffffffff', 'app.started', 1, tests.device(), '2020-01-01Z', 0, '{}', '2020-01-01Z');
insert into learner.event select user_id, '7fffffff-ffff-ffff-ffff-ffffffffffff', type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at, head_version
from learner.event where user_id = tests.learner() and event_id = tests.event_id(9);
create function pg_temp.trail(p_since bigint) returns text[] language sql as $$ select array(select a.action || ' ' || a.object from ops.audit a where a.id > p_since order by a.id) $$;
create function pg_temp.traced(p_call text) returns text[] language plpgsql as $$
declare v_since constant bigint := (select coalesce(max(id), 0) from ops.audit);
begin
  execute p_call;
  return pg_temp.trail(v_since);
end $$;

-- The helpers of jobs, called by hand as postgres.
create table ops.zz (like learner.session);
select is(to_regproc('private.move_rows'), null, 'O1: no helper moves the rows of any table to any other');
select throws_ok($$ select private.move_strays('learner', 'session', '2026-01-01', '0', 'f') $$, null, null, 'O1: the helper of partition upkeep moves no rows of a table without partitions');
select is((select count(*) from learner.session), 1::bigint, 'O1: a refused move moves nothing');
create table learner.event_2031_01 (like learner.event);
select is(pg_temp.traced($$ select private.move_strays('learner', 'event', '2031-01-01', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff') $$),
  array['move_strays learner.event_2031_01'], 'O1: a move out of the default partition is recorded');
select is(pg_temp.traced('select private.delete_superseded(1, 1, 0)'), array['compact_content content.release'], 'O1: a deletion of superseded content is recorded');
select is(pg_temp.traced($$ select private.delete_reports('2025-01-01') $$), array['prune_content_reports ops.content_report'], 'O1: a deletion of reports is recorded');
select is(pg_temp.traced($$ select private.delete_stray_telemetry('2025-01-01') $$), array['delete_stray_telemetry ops.telemetry_default'], 'O1: a deletion of telemetry is recorded');
select is(pg_temp.traced($$ select private.erase_learners(array[tests.learner()], 100) $$), '{}', 'O1, O5: the helper of erasures erases nobody who is not behind the barrier');
select is((select count(*) from learner.session), 1::bigint, 'O5: a learner who is not behind the barrier keeps their rows');
select is(pg_temp.traced(format('select private.note_erasures(%L)', json_build_array(json_build_object('user_id', tests.learner(), 'reason', 'requested')))),
  array['erase_learner learner.state'], 'O1, O5: whoever puts a learner behind the barrier is recorded');
select is(pg_temp.traced($$ select private.end_declaration(null, 'by hand') from ops.history where kept_id is null $$), array['settle_upgrade ops.history'], 'O1: the end of a declared upgrade is recorded');

select * from finish();
rollback;
