begin;
select plan(4);

create temporary table renewed on commit drop as select ops.renew_edge_password() as first, ops.renew_edge_password() as second;
select ok(first ~ '^[0-9a-f]{64}$' and first <> second, 'I9: renew_edge_password makes a random password each time') from renewed;
select is((select count(*) from ops.audit where action = 'renew_edge_password'), 2::bigint, 'O1: each renewal of the password is audited');
select is_empty($$ select from ops.audit a, renewed r where a::text like '%' || r.first || '%' or a::text like '%' || r.second || '%' $$,
  'I9: the audit does not contain the password');
select tests.authenticate(tests.learner(), 'admin');
select throws_ok('select ops.renew_edge_password()', '42501', null, 'I9: nobody renews the password through the API');

select * from finish();
rollback;
