begin;
select plan(22);

-- 1 is the account, 2 and 3 are anonymous, 4 has an account.
select tests.a_release();
select tests.session_of(tests.learner(n)) from generate_series(1, 4) n;
update auth.users set is_anonymous = true where id in (tests.learner(2), tests.learner(3));
select tests.send_for(n, tests.attempt(n * 10, 1)) from generate_series(2, 4) n;

create function pg_temp.adopt(p_anonymous integer, p_session uuid default null, p_own_session uuid default tests.session_of(tests.learner(1))) returns text language sql as $$
  select tests.raised(format('select private.adopt_for(%L, %L, %L, %L)', tests.learner(1), p_own_session, tests.learner(p_anonymous), coalesce(p_session, tests.session_of(tests.learner(p_anonymous))))) $$;
select is(pg_temp.adopt(2, p_own_session => tests.session_of(tests.learner(2))), 'CR023', 'I9: an account without a live session adopts nobody');
select is(pg_temp.adopt(2, p_session => tests.session_of(tests.learner(3))), 'CR053 anonymous_token', 'I9: a session of another learner is no proof');
select is(tests.raised('select private.adopt_for(tests.learner(1), tests.session_of(tests.learner(1)), tests.learner(2), null)'), 'CR053 anonymous_token', 'I9: a token without a session is no proof');
select is(pg_temp.adopt(4), 'CR051 not_anonymous', 'I9: a learner with an account is not adopted, whoever has their token');
select is(pg_temp.adopt(1), 'CR051 same_learner', 'I9: an account does not adopt itself');

savepoint before;
delete from auth.sessions where id = tests.session_of(tests.learner(2));
select is(pg_temp.adopt(2), 'CR053 anonymous_token', 'I9: a session that was signed out is no proof');
rollback to before;
update auth.users set banned_until = now() + interval '1 hour' where id = tests.learner(2);
select is(pg_temp.adopt(2), 'CR053 anonymous_token', 'I9: a banned anonymous user is not adopted');
rollback to before;
delete from auth.users where id = tests.learner(2);
select is(pg_temp.adopt(2), 'CR053 anonymous_token', 'I9: a deleted anonymous user is not adopted');
rollback to before;
insert into learner.device_session values (tests.learner(2), tests.session_of(tests.learner(2)), tests.device(), now()) on conflict do nothing;
update learner.device set revoked_at = clock_timestamp() where user_id = tests.learner(2);
select is(pg_temp.adopt(2), 'CR053 anonymous_token', 'U8: the session of a revoked device is no proof');
rollback to before;
update ops.steering set paused = true, pause_s = 60, pause_reason = 'an upgrade' where platform is null;
select matches(pg_temp.adopt(2), '^CR081', 'U8: nobody is adopted while syncing is paused');
rollback to before;
insert into learner.event (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at, head_version, session_id)
select tests.learner(2), tests.event_id(100 + n), 'session.started', 1, tests.device(), now(), 0, '{"content_version": 1}', now(), 1, tests.event_id(100 + n) from generate_series(1, private.max_adopted_events()) n;
select is(pg_temp.adopt(2), 'CR052 20000', 'U10: a ledger that is too large for a request is refused');
select is(tests.raised('select ops.adopt_learner(tests.learner(1), tests.learner(2), ''a large ledger'')'), 'nothing', 'U10: an administrator has a large ledger adopted');
select is((select count(*) from learner.event where user_id = tests.learner(1)), 20001::bigint, 'U10: the whole ledger has moved');
rollback to before;
update learner.state set batches_full_at = now() + interval '1 hour' where user_id = tests.learner(1);
insert into learner.state (user_id, batches_full_at) values (tests.learner(1), now() + interval '1 hour') on conflict do nothing;
select is(private.adopt_for(tests.learner(1), tests.session_of(tests.learner(1)), tests.learner(2), tests.session_of(tests.learner(2)))::jsonb #>> '{refused,code}', 'rate_limited', 'U8: adoptions come out of the account''s buckets');
rollback to before;

select is((select count(*) from learner.event where user_id = tests.learner(2)), 1::bigint, 'U10: refused adoptions move nothing');
create temporary table answer on commit drop as select private.adopt_for(tests.learner(1), tests.session_of(tests.learner(1)), tests.learner(2), tests.session_of(tests.learner(2)))::jsonb as a;
select is((select a ->> 'moved' from answer), '1', 'U10: an account adopts an anonymous learner with proof of both sessions');
delete from auth.users where id = tests.learner(2);
select is(private.adopt_for(tests.learner(1), tests.session_of(tests.learner(1)), tests.learner(2), tests.session_of(tests.learner(2)))::jsonb, a, 'U10: a repeated call has the same answer, also after the anonymous account is deleted') from answer;
select is_empty('select from learner.state where user_id = tests.learner(2)', 'U10: a repeated adoption leaves no row of the adopted id');
select is(private.adopt_for(tests.learner(1), tests.session_of(tests.learner(1)), tests.learner(2), null)::jsonb, a, 'U10: an adoption that has happened is reported without a proof') from answer;
select is(tests.raised('select private.adopt_for(tests.learner(4), tests.session_of(tests.learner(4)), tests.learner(2), null)'), 'CR053 anonymous_token', 'I9: without a proof nobody hears of another account''s adoption');
select is(tests.raised('select private.adopt_for(tests.learner(1), null, tests.learner(2), null)'), 'CR022', 'I9: what has happened is reported to a live session alone');
select throws_ok('set local role authenticated; select private.adopt_for(tests.learner(1), tests.session_of(tests.learner(1)), tests.learner(3), tests.session_of(tests.learner(3)))', '42501', null,
  'I9: the API does not open the call that trusts its caller');

select * from finish();
rollback;
