begin;
select plan(6);

select tests.webhook_endpoint();
select tests.a_release();
select public.set_webhook_endpoint(tests.webhook_endpoint_id(), false);
select is_empty($$ select tests.claim_webhooks() $$, 'S2: deliveries of a disabled endpoint are not claimed');
update content.domain set title = 'Changed' where id = tests.domain(1);
select tests.publish();
select is((select count(*) from ops.webhook_delivery), 1::bigint, 'S2: a disabled endpoint gets no new deliveries');
select public.set_webhook_endpoint(tests.webhook_endpoint_id(), true);
select results_eq($$ select name, attempt from tests.claim_webhooks() $$, $$ values ('one', 1) $$, 'S2: deliveries that waited are claimed when the endpoint is enabled');
select is(tests.raised($$ select public.set_webhook_endpoint(gen_random_uuid(), true) $$), 'CR060 endpoint', 'S2: an unknown endpoint cannot be enabled');
select results_eq(
  $$ select action, after ->> 'enabled' from ops.audit where object = 'ops.webhook_endpoint' and at >= now() and action = 'update'
     and before ->> 'enabled' is distinct from after ->> 'enabled' order by id $$,
  $$ values ('update', 'false'), ('update', 'true') $$, 'S2: each change of an endpoint is recorded');
select throws_ok('truncate ops.webhook_endpoint cascade', 'CR002', null, 'S2: the table of endpoints cannot be truncated');

select * from finish();
rollback;
