begin;
select plan(8);

select tests.a_release();
create function pg_temp.push(p_learner integer, p_device integer, p_session uuid default null) returns json language sql
as $$ select private.ingest_for(tests.learner(p_learner), coalesce(p_session, tests.session(p_learner)), tests.header(jsonb_build_object('device_id', tests.device(p_device)))) $$;
create function pg_temp.known(p_learner integer) returns setof uuid language sql
as $$ select device_id from learner.device where user_id = tests.learner(p_learner) $$;

select pg_temp.push(2, 1);
select pg_temp.push(1, n) from generate_series(1, 50) n;
update learner.device set revoked_at = '-infinity' where user_id = tests.learner() and device_id = tests.device(1);
select pg_temp.push(1, 2);
select is((select count(*) from pg_temp.known(1)), 50::bigint, 'O2: a learner has fifty devices on record');
select pg_temp.push(1, n) from generate_series(51, 60) n;
select set_eq('select pg_temp.known(1)', 'select tests.device(n) from generate_series(1, 60) n where n not between 3 and 11',
  'O2: the devices seen longest ago are dropped, except a revoked device, which is not counted');
select is((select count(*) from pg_temp.known(2)), 1::bigint, 'O2: the devices of other learners are not dropped');
select throws_ok('select pg_temp.push(1, 1)', 'CR082', null, 'U8: a revoked device stays refused after many new devices');
select pg_temp.push(1, 3);
select set_has('select pg_temp.known(1)', 'select tests.device(3)', 'O2: a dropped device is on record again after its next contact');

-- Revoked before their sessions were opened.
update learner.device set revoked_at = '-infinity' where user_id = tests.learner();
select pg_temp.push(1, 60 + n) from generate_series(1, 51) n;
select is((select count(*) from learner.device where user_id = tests.learner() and revoked_at is null), 50::bigint,
  'U2: a learner with more than fifty revoked devices has room for fifty others');

-- A thief with one session makes up ids to hide the devices that have sessions of their own.
create temporary table mine on commit drop as select n, tests.sign_in(tests.learner(3)) as session from generate_series(1, 3) n;
select pg_temp.push(3, n, session) from mine order by n;
select pg_temp.push(3, 100 + made, session) from mine, generate_series(1, 60) g (made) where mine.n = 2;
select set_has('select pg_temp.known(3)', 'select tests.device(n) from generate_series(1, 3) n', 'U8: made-up devices of a session push out neither its first device nor other sessions');
select is((select count(*) from pg_temp.known(3)), 50::bigint, 'O2: made-up devices of a session replace each other');

select * from finish();
rollback;
