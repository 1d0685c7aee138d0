begin;
select plan(7);

create temporary table renewed on commit drop as select ops.renew_edge_password() as first, ops.renew_edge_password() as second;
select ok(first ~ '^[0-9a-f]{64}$' and first <> second, 'I9: renew_edge_password makes a random password each time') from renewed;
select is((select count(*) from ops.audit where action = 'renew_edge_password'), 2::bigint, 'O1: each renewal of the password is audited');
select is_empty($$ select from ops.audit a, renewed r where a::text like '%' || r.first || '%' or a::text like '%' || r.second || '%' $$,
  'I9: the audit does not contain the password');
select tests.authenticate(tests.learner(), 'admin');
select throws_ok('select ops.renew_edge_password()', '42501', null, 'I9: nobody renews the password through the API');

select tests.reset_role();

-- The statement that is executed has the verifier, so that pg_stat_statements has no password, also where it tracks nested statements.
create function pg_temp.verifier(p_role text, p_password text) returns text language sql as $$
  select private.scram_verifier(p_password, decode(split_part(split_part(a.rolpassword, '$', 2), ':', 2), 'base64'), split_part(split_part(a.rolpassword, '$', 2), ':', 1)::integer)
  from pg_authid a where a.rolname = p_role $$;
set local scram_iterations = 4096;
create role zz_server login password 'correct-horse-7';
select is(pg_temp.verifier('zz_server', 'correct-horse-7'), (select rolpassword from pg_authid where rolname = 'zz_server'), 'I9: the verifier is that of PostgreSQL');
select is((select rolpassword from pg_authid where rolname = 'carrel_edge'), pg_temp.verifier('carrel_edge', second), 'I9: the renewed password is that of the role') from renewed;
select matches((select prosrc from pg_proc where proname = 'renew_edge_password'), 'alter role carrel_edge password %L., private.scram_verifier', 'I9: no statement has the password itself');

select * from finish();
rollback;
