begin;
select plan(9);

select tests.a_release();
create function pg_temp.push(p_device integer) returns text language sql
as $$ select tests.raised(format('select private.ingest_for(%L, null, %L)', tests.learner(), tests.header(jsonb_build_object('device_id', tests.device(p_device))))) $$;

select is(pg_temp.push(1), 'CR022', 'I9: a token without a session is refused unless the setting accepts it');
select is(tests.raised('select private.pull_for(tests.learner(), null, null, 10, null, null)'), 'CR022', 'I9: a token without a session cannot pull unless the setting accepts it');
select tests.become('authenticated', tests.token_of(tests.learner()) || '{"session_id": "sess_of_another_issuer"}');
select is(tests.raised('select public.learner_changes()'), 'CR022', 'I9: an id that Supabase Auth did not make is no session');
select tests.reset_role();

update ops.session_setting set accept_tokens_without_session = true;
select is(pg_temp.push(1), 'nothing', 'I9: the setting accepts tokens without a session');
select is_empty('select from learner.device_session', 'U8: a device that was seen without a session has none on record');
update learner.device set revoked_at = now();
select is(pg_temp.push(1), 'CR082', 'U8: without a session the id of a revoked device is refused');
select is(pg_temp.push(2), 'nothing', 'U8: without a session another id is accepted, which the documentation says');
select is(tests.raised(format('select private.ingest_for(%L, %L, %L)', tests.learner(), gen_random_uuid(), tests.header())), 'CR023',
  'I9: a token that names a session needs it, whatever the setting says');
select tests.become('none', tests.token_of(tests.learner(9), 'admin') - 'session_id');
select throws_ok($$ select private.require_role('admin') $$, 'CR023', null, 'I9: a token without a session gives no role, whatever the setting says');

select * from finish();
rollback;
