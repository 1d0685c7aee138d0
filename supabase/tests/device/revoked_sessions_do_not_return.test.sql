begin;
select plan(30);

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

-- A device with more sessions than anybody counts, and one that was pushed off the record by newer ones.
insert into held select 'x' || n, tests.sign_in(tests.learner()) from generate_series(1, 120) n;
select pg_temp.answer(5, 'x' || n) from generate_series(1, 60) n;
select pg_temp.answer(6, 'x61');
select pg_temp.answer(100 + n, 'x' || n) from generate_series(62, 120) n;
select is_empty('select from learner.device where device_id = tests.device(6)', 'O2: a device is off the record after fifty newer ones');
select tests.authenticate(tests.learner(9), 'support');
select public.revoke_device(tests.device(n), 'stolen', tests.learner()) from generate_series(5, 6) n;
select tests.reset_role();
select is(array(select distinct pg_temp.answer(7, 'x' || n) from generate_series(1, 60) n), array['CR082'], 'U8: a revocation ends all sessions of a device, however many it was seen with');
select is(pg_temp.answer(7, 'x61'), 'CR082', 'U8: a revocation ends the session of a device that is off the record');
select is(array(select distinct pg_temp.answer(100 + n, 'x' || n) from generate_series(62, 120) n), array['nothing'], 'U8: the sessions of other devices are not ended, on record or not');

-- A device that only pulls over RPC, and one whose contacts are not recorded yet. The learner revokes with a session that no device has.
insert into held values ('pulls', tests.session(2)), ('unseen', tests.sign_in(tests.learner(2))), ('other', tests.sign_in(tests.learner(2))), ('console', tests.sign_in(tests.learner(2)));
create function pg_temp.answer_2(p_device integer, p_session text) returns text language sql
as $$ select tests.raised(format('select private.ingest_for(%L, %L, %L)', tests.learner(2), h.session, tests.header(jsonb_build_object('device_id', tests.device(p_device))))) from held h where h.name = p_session $$;
select tests.authenticate(tests.learner(2));
select public.learner_changes(device => tests.device(1));
select tests.reset_role();
select results_eq('select device_id, session_id from learner.device where user_id = tests.learner(2)', 'values (tests.device(1), tests.session(2))', 'O2: a pull over RPC puts the device on record with its session');
select pg_temp.answer_2(2, 'other');
create function pg_temp.as_console() returns void language sql as $$
  select set_config('request.jwt.claims', jsonb_build_object('sub', tests.learner(2), 'role', 'authenticated', 'session_id', session)::text, true) from held where name = 'console' $$;
select pg_temp.as_console();
select public.revoke_device(tests.device(1));
select tests.reset_role();
select is(pg_temp.answer_2(3, 'pulls'), 'CR082', 'U8: a device that only pulled over RPC does not return under a new id');
select is(pg_temp.answer_2(3, 'unseen'), 'CR082', 'U8: a session that was seen with no device before the revocation is ended by it');
select is(pg_temp.answer_2(2, 'other'), 'nothing', 'U8: a session that was seen with another device is not ended');
select is(pg_temp.answer_2(4, 'console'), 'nothing', 'U8: the session that revokes a device is not ended');
select is(pg_temp.answer_2(1, 'console'), 'CR082', 'U8: the session that revokes a device cannot use its id');

-- A session that made up ids, perhaps to hide its own.
select pg_temp.answer_2(100 + n, 'other') from generate_series(1, 30) n;
select is((select count(*) from learner.device_session d join held h on h.session = d.session_id where h.name = 'other'), 20::bigint, 'U8: a session is remembered with twenty devices');
select pg_temp.as_console();
select public.revoke_device(tests.device(200));
select tests.reset_role();
select is(pg_temp.answer_2(2, 'other'), 'CR082', 'U8: a session that was seen with too many devices is ended by any revocation');

-- A revoked session leaves no trace, and may not revoke.
select private.record_contacts((select json_agg(json_build_object('learner', tests.learner(2), 'session', session, 'device', tests.device(300 + n), 'version', null)) from held, generate_series(1, 3) n where name = 'pulls'));
select is_empty('select from learner.device where device_id in (tests.device(301), tests.device(302))', 'U8: contacts of a revoked session are not recorded');
select private.record_contacts(json_build_array(json_build_object('learner', tests.learner(2), 'session', session, 'device', tests.device(1), 'version', 1))) from held where name = 'pulls';
select is((select content_version from learner.device where user_id = tests.learner(2) and device_id = tests.device(1)), null, 'U8: a contact of a revoked device changes nothing of it');
select tests.authenticate(tests.learner(2));
select throws_ok('select public.revoke_device(tests.device(2))', 'CR082', null, 'U8: a revoked session cannot revoke a device');
select throws_ok('select public.list_devices()', 'CR082', null, 'U8: a revoked session cannot list the devices');
select tests.reset_role();

delete from auth.sessions where id in (select session from held where name in ('pulls', 'unseen', 'other'));
select pg_temp.answer_2(2, 'console');
insert into held values ('new', tests.sign_in(tests.learner(2)));
select pg_temp.answer_2(2, 'new');
select set_eq('select distinct session_id from learner.device_session where user_id = tests.learner(2)', $$ select session from held where name in ('console', 'new') $$,
  'U8: sessions that have ended are forgotten');

select * from finish();
rollback;
