begin;
select plan(7);

create function pg_temp.source(p_headers text) returns text language plpgsql as $$
begin
  perform set_config('request.headers', p_headers, true);
  perform private.audit('test', 'content.domain', 'source');
  return (select a.source from ops.audit a where a.object_id = 'source' order by a.id desc limit 1);
end
$$;
set local application_name = 'psql';
create function pg_temp.known() returns text language sql as $$ select format('postgres at %s caller says: ', host(inet_client_addr())) $$;

select is(pg_temp.source(jsonb_build_object('x-forwarded-for', '203.0.113.7')::text), pg_temp.known() || '203.0.113.7',
  'I10: the source names the login role and the address that the database knows, then what the caller says');
select is(pg_temp.source(jsonb_build_object('x-forwarded-for', repeat('x', 100000))::text), pg_temp.known() || repeat('x', 200),
  'I10: what the caller says is cut to 200 characters');
select is(pg_temp.source(jsonb_build_object('x-forwarded-for', E'a\nsupabase_admin at 10.0.0.1\u001b[2J')::text), pg_temp.known() || 'a?supabase_admin at 10.0.0.1?[2J',
  'I10: control characters of the caller begin no new line');
select ok(pg_temp.source(headers) ^@ pg_temp.known(), 'I10: headers that are no object of texts are taken: ' || headers)
from unnest(array['not json', '[1]', '{"x-forwarded-for": {"a": 1}}']) headers;
select throws_ok(format('insert into ops.audit (actor_role, action, object, source) values (%L, %L, %L, %L)', 'x', 'x', 'x', repeat('x', 401)), '23514', null,
  'I10: an entry takes no longer source');

select * from finish();
rollback;
