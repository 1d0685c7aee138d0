begin;
select plan(8);

select tests.a_release();
select tests.session(n) from generate_series(1, 4) n;
create function pg_temp.push(p_n integer, p_session uuid) returns text language sql
as $$ select tests.raised(format('select private.ingest_for(%L, %L, %L)', tests.learner(p_n), p_session, tests.header())) $$;

create temporary table other on commit drop as select tests.session(1) as first, tests.sign_in(tests.learner(1)) as second;
delete from auth.sessions where id = (select first from other);
select is(pg_temp.push(1, first), 'CR023', 'I9: a local sign-out ends its session') from other;
select is(pg_temp.push(1, second), 'nothing', 'I9: a local sign-out leaves the other sessions of the learner') from other;
select is(pg_temp.push(1, tests.session(2)), 'CR023', 'I9: a session of another user is no session');
update auth.sessions set not_after = now() - interval '1 second' where id = tests.session(2);
select is(pg_temp.push(2, tests.session(2)), 'CR023', 'I9: a session ends when its time is over');
update auth.users set banned_until = now() + interval '1 hour' where id = tests.learner(3);
select is(pg_temp.push(3, tests.session(3)), 'CR023', 'I9: a ban ends all sessions');
update auth.users set banned_until = now() - interval '1 hour' where id = tests.learner(3);
select is(pg_temp.push(3, tests.session(3)), 'nothing', 'I9: a ban that is over ends none');
update auth.users set deleted_at = now() where id = tests.learner(4);
select is(pg_temp.push(4, tests.session(4)), 'CR023', 'I9: a softly deleted user has no session');
select is((select count(*) from learner.device), 2::bigint, 'I9: refused batches leave no device');

select * from finish();
rollback;
