begin;
select plan(7);

select tests.a_release();
create function pg_temp.push(p_learner integer, p_device integer) returns json language sql
as $$ select private.ingest_for(tests.learner(p_learner), tests.session(p_learner), tests.header(jsonb_build_object('device_id', tests.device(p_device)))) $$;
create function pg_temp.known(p_learner integer) returns setof uuid language sql
as $$ select device_id from learner.device where user_id = tests.learner(p_learner) $$;

select pg_temp.push(2, 1);
select pg_temp.push(1, n) from generate_series(1, 50) n;
update learner.device set revoked_at = now() where user_id = tests.learner() and device_id = tests.device(1);
select pg_temp.push(1, 2);
select is((select count(*) from pg_temp.known(1)), 50::bigint, 'O2: a learner has fifty devices on record');
select pg_temp.push(1, n) from generate_series(51, 60) n;
select set_eq('select pg_temp.known(1)', 'select tests.device(n) from generate_series(1, 60) n where n not between 3 and 12',
  'O2: the devices seen longest ago are dropped, except a revoked device');
select is((select count(*) from pg_temp.known(2)), 1::bigint, 'O2: the devices of other learners are not dropped');
select throws_ok('select pg_temp.push(1, 1)', 'CR082', null, 'U8: a revoked device stays refused after many new devices');
select pg_temp.push(1, 3);
select set_has('select pg_temp.known(1)', 'select tests.device(3)', 'O2: a dropped device is on record again after its next contact');

update learner.device set revoked_at = now() where user_id = tests.learner();
select lives_ok('select pg_temp.push(1, 61)', 'U2: a learner with fifty revoked devices can still send from a new one');
select is((select count(*) from pg_temp.known(1)), 50::bigint, 'O2: fifty revoked devices do not raise the limit of fifty');

select * from finish();
rollback;
