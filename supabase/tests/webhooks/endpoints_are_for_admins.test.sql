begin;
select plan(34);

select tests.webhook_endpoint();
select tests.a_release();
create temporary table call (sql text) on commit drop;
insert into call values
  ($$ select public.add_webhook_endpoint('https://mine.example/') $$), ($$ select public.webhook_endpoints() $$),
  ($$ select public.set_webhook_endpoint(gen_random_uuid(), false) $$), ($$ select public.rotate_webhook_secret(gen_random_uuid()) $$),
  ($$ select public.webhook_deliveries() $$), ($$ select public.retry_webhook('msg_x', gen_random_uuid()) $$);
grant select on call to anon, authenticated;

select tests.authenticate(tests.learner());
select throws_ok(sql, 'CR001', null, 'I9: a learner is denied:' || sql) from call;
select tests.authenticate(tests.learner(), 'instructor');
select throws_ok(sql, 'CR001', null, 'I9: an instructor is denied:' || sql) from call;
select tests.authenticate(tests.learner(), 'support');
select throws_ok(sql, 'CR001', null, 'I9: support is denied:' || sql) from call;
select tests.authenticate_anon();
select throws_ok(sql, '42501', null, 'I9: anon is denied:' || sql) from call;
select tests.authenticate(tests.learner(), 'admin');
select throws_ok('select from ' || relation, '42501', null, 'I9: an admin cannot read ' || relation)
from unnest(array['ops.webhook_endpoint', 'ops.webhook_message', 'ops.webhook_delivery', 'ops.webhook_attempt', 'vault.decrypted_secrets']) relation;
select throws_ok('select private.claim_webhooks(1, 1)', '42501', null, 'I9: an admin cannot claim deliveries');
select lives_ok($$ select public.add_webhook_endpoint('https://mine.example/') $$, 'S2: an admin can add an endpoint');
select is((select count(*) from public.webhook_endpoints()), 2::bigint, 'S2: an admin can list the endpoints');
select tests.reset_role();
select is((select count(*) from ops.webhook_endpoint where enabled), 2::bigint, 'I9: refused calls leave the endpoints as they were');
select is((select count(*) from ops.audit where object = 'ops.webhook_endpoint' and actor = tests.learner() and at >= now()), 1::bigint,
  'S2: the audit entry names the admin who added the endpoint');

select * from finish();
rollback;
