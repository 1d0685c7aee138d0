begin;
select plan(11);

select tests.a_release();
create function pg_temp.push(p_learner integer, p_device integer) returns json language sql
as $$ select private.ingest_for(tests.learner(p_learner), tests.session(p_learner), tests.header(jsonb_build_object('device_id', tests.device(p_device)))) $$;
select pg_temp.push(1, 1), pg_temp.push(1, 2), pg_temp.push(2, 1);
-- The learners hinted by the next run, and the devices that caused it.
create function pg_temp.told() returns table (learner uuid, devices jsonb)
language plpgsql
as $$
begin
  perform ops.send_change_hints();
  return query
  with sent as (delete from realtime.messages m where m.event = 'learner_changed' returning m.topic, m.payload)
  select substr(s.topic, 9)::uuid, s.payload -> 'devices' from sent s order by 1, 2;
end
$$;
delete from ops.change_note;

select tests.authenticate(tests.learner());
select public.ingest(json_build_array(tests.header()::json, tests.attempt(10, 1)::json));
select tests.reset_role();
select results_eq('select * from pg_temp.told()', $$ values (tests.learner(), jsonb_build_array(tests.device(1))) $$, 'S1: events sent over RPC are hinted');
select is_empty('select * from pg_temp.told()', 'S1: a change is hinted only once');

select tests.authenticate(tests.learner());
select public.merge_progress(tests.ulid(11), tests.device(2), '2025-11-22T10:00:00Z', tests.skill(1), 40);
select tests.reset_role();
select results_eq('select * from pg_temp.told()', $$ values (tests.learner(), jsonb_build_array(tests.device(2))) $$, 'S1: merged progress is hinted');

select tests.authenticate(tests.learner());
select public.ingest(json_build_array(tests.header()::json, tests.attempt(10, 1)::json));
select tests.authenticate(tests.learner(2));
select public.ingest(json_build_array(tests.header()::json, replace(tests.attempt(12, 1), tests.learner()::text, tests.learner(2)::text)::json));
select tests.reset_role();
select is_empty('select * from pg_temp.told()', 'S1: a replay is not hinted, and neither is the only device of a learner');

select tests.authenticate(tests.learner(9), 'support');
select public.support_reset_progress(tests.learner(), tests.skill(1), 'Started too high.', 10);
select tests.reset_role();
select results_eq('select * from pg_temp.told()', $$ values (tests.learner(), jsonb_build_array(private.support_device())) $$, 'S1: a correction by support is hinted to all devices');
select tests.authenticate(tests.learner(9), 'support');
select public.support_void(tests.learner(2), 'attempt', tests.ulid(12), 'Not theirs.');
select tests.reset_role();
select results_eq('select * from pg_temp.told()', $$ values (tests.learner(2), jsonb_build_array(private.support_device())) $$, 'S1: a voided record is hinted even to the only device');
update learner.attempt set duration_ms = 1 where user_id = tests.learner();
select results_eq('select * from pg_temp.told()', $$ values (tests.learner(), jsonb_build_array(private.support_device())) $$, 'S1: an edit by hand is hinted');

select tests.send(tests.attempt(13, 9));
insert into content.question (id, skill_id, key, type, prompt, choices, answer, position)
select tests.question(9), skill_id, key || 'x', type, prompt, choices, answer, 99 from content.question where id = tests.question(1);
select tests.publish();
delete from ops.change_note;
select is(ops.replay_held(), 1, 'U3: a held event applies when its question is published');
select results_eq('select * from pg_temp.told()', $$ values (tests.learner(), jsonb_build_array(private.support_device())) $$, 'S1: an applied held event is hinted');

select is_empty('select from ops.change_note', 'S1: a sent hint leaves no change note');
select tests.authenticate(tests.learner());
select throws_ok('select ops.send_change_hints()', '42501', null, 'I9: users cannot send hints');

select * from finish();
rollback;
