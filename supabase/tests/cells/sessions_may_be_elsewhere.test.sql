begin;
select plan(6);
create temp table t as select '00000000-0000-4000-8000-000000000001'::uuid as learner, gen_random_uuid() as session, gen_random_uuid() as later,
  'd0000000-0000-4000-8000-000000000001'::uuid as device;
create function pg_temp.refusal(p_session uuid, p_device uuid) returns text language sql as $$ select private.session_refusal(t.learner, p_session, p_device) from t $$;

select is(pg_temp.refusal(t.session, t.device), 'session_ended', 'I9: a session that Auth does not know has ended') from t;
update ops.session_setting set sessions_elsewhere = true;
select is(pg_temp.refusal(t.session, t.device), null, 'O6: where the accounts are in another project, a session is taken on trust') from t;

insert into learner.state (user_id) select t.learner from t;
insert into learner.device_session (user_id, session_id, device_id, seen_at) select t.learner, t.session, t.device, now() - interval '1 day' from t;
insert into learner.device (user_id, device_id, first_seen_at, last_seen_at, revoked_at) select t.learner, t.device, now(), now(), now() - interval '1 hour' from t;
select is(pg_temp.refusal(t.session, t.device), 'device_revoked', 'U8, O6: a revoked device stays refused') from t;
select is(pg_temp.refusal(t.session, gen_random_uuid()), 'device_revoked', 'U8, O6: a session of a revoked device stays refused under another id') from t;
select is(pg_temp.refusal(t.later, gen_random_uuid()), null, 'U8, O6: a session that was not seen before the revocation is a new sign-in') from t;
select private.note_session(t.learner, t.later, gen_random_uuid(), now()) from t;
select is((select count(*) from learner.device_session), 2::bigint, 'U8, O6: a new session does not make the cell forget the others');
select * from finish();
rollback;
