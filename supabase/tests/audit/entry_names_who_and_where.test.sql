begin;
select plan(3);

create function pg_temp.entry() returns table (actor uuid, actor_role text, source text)
language plpgsql
as $$
begin
  perform private.audit('test', 'content.domain', 'who');
  return query select a.actor, a.actor_role, a.source from ops.audit a where a.object_id = 'who' order by a.id desc limit 1;
end
$$;

create function pg_temp.source(p_claimed text) returns text language sql as $$ select format('postgres at %s caller says: %s', host(inet_client_addr()), p_claimed) $$;

set local application_name = 'psql';
select results_eq('select * from pg_temp.entry()', $$ values (null::uuid, 'postgres', pg_temp.source('psql')) $$, 'I10: an entry from a SQL console names the database role');
select set_config('request.headers', '{"x-forwarded-for": "203.0.113.7"}', true);
select tests.become('none', jsonb_build_object('sub', tests.learner(), 'role', 'authenticated', 'app_metadata', '{"role": "instructor"}'::jsonb));
select results_eq('select * from pg_temp.entry()', $$ values (tests.learner(), 'instructor', pg_temp.source('203.0.113.7')) $$,
  'I10: an entry of a signed-in user names the user, the app role and the address');
select tests.become('none', '{"role": "service_role"}');
select results_eq('select * from pg_temp.entry()', $$ values (null::uuid, 'service_role', pg_temp.source('203.0.113.7')) $$, 'I10: an entry of a caller with a secret key names service_role');

select * from finish();
rollback;
