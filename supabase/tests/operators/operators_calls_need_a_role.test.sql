begin;
select plan(36);

-- Each call with the roles that may make it.
create temporary table call (sql text, roles text[]) on commit drop;
insert into call values
  ('select public.health_by_hour()', '{support,admin}'), ('select public.jobs()', '{support,admin}'),
  ('select public.quarantine_counts()', '{support,admin}'), ('select public.steering_rows()', '{support,admin}'),
  ($$ select public.set_steering('{"poll_after_s": 600}', 'A test', 'android') $$, '{admin}'),
  ($$ select public.remove_steering((select max(id) from pg_temp.added), 'A test') $$, '{admin}');
create temporary table added as
with added as (insert into ops.steering (platform) values ('web') returning id) select id from added;
grant select on call, added to public;
create function pg_temp.answer(p_sql text) returns text language plpgsql as $$
begin
  execute p_sql;
  return 'answered';
exception when others then
  return sqlstate;
end $$;
grant execute on function pg_temp.answer(text) to public;

select tests.authenticate_anon();
select is(pg_temp.answer(sql), '42501', format('O4, I9: anon is denied %s', sql)) from call;
select tests.authenticate(tests.learner(1));
select is(pg_temp.answer(sql), 'CR001', format('O4, I9: a learner is denied %s', sql)) from call;
select tests.authenticate(tests.learner(2), 'instructor');
select is(pg_temp.answer(sql), 'CR001', format('O4, I9: an instructor is denied %s', sql)) from call;
select tests.authenticate(tests.learner(3), 'support');
select is(pg_temp.answer(sql), case when 'support' = any (roles) then 'answered' else 'CR001' end, format('O4, I9: support calls %s only if support may', sql)) from call;
select tests.reset_role();
select is((select count(*) from ops.steering where platform in ('web', 'android')), 1::bigint, format('U8, I9: refused calls change no steering (call %s)', n))
from generate_series(1, 1) n;
select tests.authenticate(tests.learner(4), 'admin');
select is(pg_temp.answer(sql), 'answered', format('O4: an admin calls %s', sql)) from call;
select tests.reset_role();
select is((select count(*) from ops.steering where platform = 'android'), 1::bigint, 'U8: an admin adds a row of steering');
select is_empty($$ select from ops.steering where platform = 'web' $$, 'U8: an admin removes a row of steering');
select tests.authenticate(tests.learner(4), 'admin');
select throws_ok('select from ops.' || t, '42501', null, 'I9: an admin cannot read the table ops.' || t || ' over the API')
from unnest(array['job', 'steering', 'health_hour']) t;

select * from finish();
rollback;
