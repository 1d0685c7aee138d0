begin;
select plan(9);

select tests.a_release();
create function pg_temp.push(p_learner integer, p_device integer) returns void language sql
as $$
  select private.ingest_for(tests.learner(p_learner), tests.session(p_learner), tests.header(jsonb_build_object('device_id', tests.device(p_device))))
$$;
create function pg_temp.pushed(p_learner integer, p_device integer) returns json language sql
as $$ select json_build_object('learner', tests.learner(p_learner), 'device', tests.device(p_device)) $$;
select pg_temp.push(1, 1), pg_temp.push(1, 2), pg_temp.push(2, 1), pg_temp.push(3, 1), pg_temp.push(3, 2), pg_temp.push(4, 1), pg_temp.push(4, 2);
select tests.send(tests.attempt(10, 1));
update learner.device set last_seen_at = now() - interval '6 hours' where user_id = tests.learner(3) and device_id = tests.device(2);
update learner.device set revoked_at = now() where user_id = tests.learner(4) and device_id = tests.device(2);

select is(private.hint_learners(json_build_array(pg_temp.pushed(1, 1), pg_temp.pushed(2, 1), pg_temp.pushed(3, 1), pg_temp.pushed(4, 1), pg_temp.pushed(5, 1))), 1,
  'S1: a learner with a second recently active device is hinted');
create temporary table hint on commit drop as
  select topic, event, private, payload - 'id' as payload from realtime.messages where event = 'learner_changed' and inserted_at >= now()::timestamp;
select results_eq('select topic, private from hint', $$ values ('learner:' || tests.learner(), true) $$, 'S1: a hint goes to the private channel of the learner');
select is((select payload from hint), jsonb_build_object('token', private.history() || '.4', 'devices', jsonb_build_array(tests.device()), 'spread_s', 0),
  'S1: a hint has the token to pull, the pushing device and the spread');
select is(private.hint_learners(json_build_array(pg_temp.pushed(1, 1), pg_temp.pushed(1, 2))), 1, 'S1: simultaneous pushes of two devices send one hint');
select is(private.hint_learners(json_build_array(pg_temp.pushed(2, 2))), 1, 'S1: a push by an unknown device hints the known device');
select is(private.hint_learners('[]'), 0, 'S1: an empty list of pushes sends no hint');
update ops.steering set listening_poll_after_s = 21600;
select is(private.hint_learners(json_build_array(pg_temp.pushed(3, 1))), 1, 'S1: a device that was seen within its longest poll interval is hinted');
insert into learner.device (user_id, device_id, first_seen_at, last_seen_at)
select tests.learner(1), gen_random_uuid(), now(), now() from generate_series(1, 8);
select private.hint_learners(json_build_array(pg_temp.pushed(1, 1)));
select is((select max((payload ->> 'spread_s')::integer) from realtime.messages where topic = 'learner:' || tests.learner() and inserted_at >= now()::timestamp), 2,
  'S1: a spread is for learners with more than four other devices');
update ops.steering set listening_poll_after_s = 10, poll_after_s = 10;
update ops.content_setting set poll_after_s = 10;
update learner.device set last_seen_at = now() - interval '50 minutes' where user_id = tests.learner(3) and device_id = tests.device(2);
select is(private.hint_learners(json_build_array(pg_temp.pushed(3, 1))), 1, 'S1: a device that was seen within an hour is hinted however often it polls');

select * from finish();
rollback;
