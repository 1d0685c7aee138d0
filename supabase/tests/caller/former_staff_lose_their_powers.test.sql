begin;
select plan(19);

select tests.a_release();
select tests.send_for(8, tests.attempt(10, 1));

-- Admins whose tokens stay valid, and what has become of each of them.
create temporary table former (name text, token jsonb, code text) on commit drop;
insert into former
select s.name, tests.token_of(tests.learner(100 + s.n), 'admin'), s.code
from (values (1, 'a deleted user', 'CR023'), (2, 'a softly deleted user', 'CR023'), (3, 'a banned user', 'CR023'), (4, 'a user without the role', 'CR001'),
  (5, 'a user whose session is gone', 'CR023'), (6, 'a user whose session has run out', 'CR023')) s (n, name, code);
insert into former values
  ('a token without a session', tests.token_of(tests.learner(107), 'admin') - 'session_id', 'CR023'),
  ('a token with a session of another user', tests.token_of(tests.learner(108), 'admin') || jsonb_build_object('session_id', tests.session(8)), 'CR023');
select tests.sign_in(tests.learner(105));
create temporary table privileged on commit drop as
select name from tests.functions_open_to_token(tests.token_of(tests.learner(99), 'admin')) f (name)
except select tests.functions_open_to_token(tests.token_of(tests.learner(98)));
select cmp_ok((select count(*) from privileged), '>=', 30::bigint, 'I9: the sweep knows the functions that only staff may call');
select set_has('select name from privileged', $$ values ('public.publish_release(note text, expected_hash text, force boolean)'),
  ('public.support_find(query text, reason text)'), ('public.list_devices(learner uuid, reason text)'), ('public.alarms()') $$,
  'I9: publishing, the timeline, a learner''s devices and the alarms are for staff');

delete from auth.users where id = tests.learner(101);
update auth.users set deleted_at = now() where id = tests.learner(102);
update auth.users set banned_until = now() + interval '1 hour' where id = tests.learner(103);
update auth.users set raw_app_meta_data = '{}' where id = tests.learner(104);
delete from auth.sessions where id = tests.session(105);
update auth.sessions set not_after = now() - interval '1 second' where id = tests.session(106);
create temporary table before on commit drop as select (select count(*) from ops.audit) as audited, (select count(*) from content.release) as releases;

select is_empty(format('select name from privileged intersect select tests.functions_open_to_token(%L)', token),
  format('I9: %s can call nothing that is for staff', name)) from former;
select is_empty(format($$ select f::regprocedure from tests.functions_that_require_a_role() f
    where tests.answer_to(tests.call_of(f), %L, 'none') is distinct from %L $$, token, code),
  format('I9: %s is refused by every function that requires a role', name)) from former where code = 'CR023';
select tests.reset_role();
select results_eq('select (select count(*) from ops.audit), (select count(*) from content.release)', 'table before', 'I9: refused calls change nothing');

-- The role in the token alone.
create function public.offender() returns integer language plpgsql set search_path = pg_catalog, pg_temp
as $$ begin if private.app_role() <> 'admin' then perform private.raise_error('forbidden'); end if; return 1; end $$;
grant execute on function public.offender() to authenticated;
grant execute on function private.raise_error(text, text, text, integer) to authenticated;
select set_has(format('select tests.functions_open_to_token(%L)', (select token from former where name = 'a banned user')), $$ values ('public.offender()') $$,
  'the sweep finds a function that trusts the role in the token');

select * from finish();
rollback;
