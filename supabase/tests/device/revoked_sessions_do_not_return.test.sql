begin;
select plan(14);

select tests.a_release();
create temporary table held (name text primary key, session uuid) on commit drop;
insert into held select s.name, tests.sign_in(tests.learner()) from unnest(array['earlier', 'tablet', 'phone', 'shared']) s (name);
create function pg_temp.answer(p_device integer, p_session text, p_call text default 'ingest_for(%L, %L, %L)') returns text language sql
as $$ select tests.raised(format('select private.' || p_call, tests.learner(), h.session, tests.header(jsonb_build_object('device_id', tests.device(p_device)))))
  from held h where h.name = p_session $$;

-- The tablet was signed in twice. The phone has a session of its own.
select pg_temp.answer(1, 'earlier'), pg_temp.answer(1, 'tablet'), pg_temp.answer(2, 'phone');
select tests.authenticate(tests.learner(9), 'support');
select public.revoke_device(tests.device(1), 'stolen', tests.learner());
select tests.reset_role();

select is(pg_temp.answer(1, 'tablet'), 'CR082', 'U8: a revoked device is refused');
select is(pg_temp.answer(3, 'tablet'), 'CR082', 'U8: a revoked device does not return under a new id with its session');
select is(pg_temp.answer(3, 'earlier'), 'CR082', 'U8: a revoked device does not return with an earlier session of its own');
select is(pg_temp.answer(2, 'tablet'), 'CR082', 'U8: a revoked device does not return under the id of another device');
select is(pg_temp.answer(3, 'tablet', 'pull_for(%L, %L, null, 10, null, ''de000000-0000-4000-8000-000000000003'') /* %L */'), 'CR082', 'U8: the session of a revoked device cannot pull under a new id');
select is(pg_temp.answer(3, 'tablet', 'pull_for(%L, %L, null, 10, null, null) /* %L */'), 'CR082', 'U8: the session of a revoked device cannot pull without a device');
select is(pg_temp.answer(2, 'phone'), 'nothing', 'U8: a device with a session of its own is not affected');
select is(pg_temp.answer(1, 'phone'), 'CR082', 'U8: a revoked id is refused with any session');
select bag_eq('select device_id from learner.device', 'values (tests.device(1)), (tests.device(2))', 'U8: refused contacts leave no device');

insert into held values ('later', tests.sign_in(tests.learner()));
select is(pg_temp.answer(3, 'later'), 'nothing', 'U8: whoever signs in again after the revocation may sync under a new id');
-- The contact of a pull is recorded a second later.
select private.record_contacts(json_build_array(json_build_object('learner', tests.learner(), 'session', session, 'device', tests.device(1), 'version', null)))
from held where name in ('later', 'shared') order by name desc;
select is(pg_temp.answer(3, 'later'), 'nothing', 'U8: a session that was opened after the revocation is not ended by it');
select is(pg_temp.answer(4, 'shared'), 'CR082', 'U8: a contact that is recorded after the revocation ends the session that it was made with');

select tests.authenticate(tests.learner(9), 'support');
select public.restore_device(tests.device(1), tests.learner(), 'found');
select tests.reset_role();
select is(pg_temp.answer(1, 'tablet'), 'nothing', 'U8: a restored device syncs with the session that it had');

insert into held select 'x' || n, tests.sign_in(tests.learner()) from generate_series(1, 30) n;
select pg_temp.answer(5, 'x' || n) from generate_series(1, 30) n;
select is((select array_agg(s) from learner.device d, unnest(d.sessions) s where d.device_id = tests.device(5)),
  array(select session from generate_series(11, 30) n join held on name = 'x' || n order by n), 'U8: a device is on record with its last twenty sessions');

select * from finish();
rollback;
