begin;
select plan(7);

select tests.a_release();
create function pg_temp.push(p_learner integer, p_device integer) returns json language sql
as $$ select private.ingest_for(tests.learner(p_learner), tests.header(jsonb_build_object('device_id', tests.device(p_device)))) $$;
create function pg_temp.known(p_learner integer) returns setof uuid language sql
as $$ select device_id from learner.device where user_id = tests.learner(p_learner) $$;

select pg_temp.push(2, 1);
select pg_temp.push(1, n) from generate_series(1, 50) n;
update learner.device set revoked_at = now() where user_id = tests.learner() and device_id = tests.device(1);
select pg_temp.push(1, 2);
select is((select count(*) from pg_temp.known(1)), 50::bigint, 'O2: fifty devices are on record');
select pg_temp.push(1, n) from generate_series(51, 60) n;
select set_eq('select pg_temp.known(1)', 'select tests.device(n) from generate_series(1, 60) n where n not between 3 and 12',
  'O2: of more, those seen longest ago give way, but for one that is revoked');
select is((select count(*) from pg_temp.known(2)), 1::bigint, 'O2: nobody else''s');
select throws_ok('select pg_temp.push(1, 1)', 'CR082', null, 'U8: so that it stays out');
select pg_temp.push(1, 3);
select set_has('select pg_temp.known(1)', 'select tests.device(3)', 'O2: one that gave way is back with its next contact');

update learner.device set revoked_at = now() where user_id = tests.learner();
select lives_ok('select pg_temp.push(1, 61)', 'U2: who has revoked fifty is not kept from sending');
select is((select count(*) from pg_temp.known(1)), 50::bigint, 'O2: nor does that make room for more');

select * from finish();
rollback;
