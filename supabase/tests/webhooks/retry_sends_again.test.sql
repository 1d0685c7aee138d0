begin;
select plan(13);

select tests.webhook_endpoint('one', 1);
select tests.a_release();
select tests.claim_webhooks();
select tests.report_webhook('status', 500);
select is((tests.webhook_delivery()).state, 'dead', 'S2: a dead letter');

select public.retry_webhook((tests.webhook_delivery()).message_id, tests.webhook_endpoint_id());
select results_eq($$ select name, attempt from tests.claim_webhooks() $$, $$ values ('one', 2) $$, 'S2: is due again when asked for');
select public.retry_webhook((tests.webhook_delivery()).message_id, tests.webhook_endpoint_id());
select is_empty($$ select tests.claim_webhooks() $$, 'S2: asking again while it is under way sends it once');
select is(tests.report_webhook('delivered', 200), 'delivered', 'S2: and may be delivered');
select public.retry_webhook((tests.webhook_delivery()).message_id, tests.webhook_endpoint_id());
select results_eq($$ select name, attempt from tests.claim_webhooks() $$, $$ values ('one', 3) $$, 'S2: what was delivered can be sent again too');
select is(tests.report_webhook('status', 500), 'dead', 'S2: with as many attempts as the endpoint has');
select public.retry_webhook((tests.webhook_delivery()).message_id, tests.webhook_endpoint_id());
select tests.claim_webhooks();
select public.retry_webhook((tests.webhook_delivery()).message_id, tests.webhook_endpoint_id());
select is(tests.report_webhook('status', 500), 'pending', 'S2: asked for during the last attempt, its failure is not the end');
select tests.wait_over();
select results_eq($$ select name, attempt from tests.claim_webhooks() $$, $$ values ('one', 5) $$, 'S2: since all attempts are to come again');
select is(tests.report_webhook('status', 500), 'dead', 'S2: and no more of them');
select results_eq($$ select attempt from ops.webhook_attempt order by 1 $$, $$ values (1), (2), (3), (4), (5) $$, 'S2: under numbers of their own');
select results_eq(
  $$ select object_id, before ->> 'state' from ops.audit where action = 'retry_webhook' and at >= now() order by id $$,
  $$ values ((tests.webhook_delivery()).message_id, 'dead'), ((tests.webhook_delivery()).message_id, 'pending'), ((tests.webhook_delivery()).message_id, 'delivered'),
    ((tests.webhook_delivery()).message_id, 'dead'), ((tests.webhook_delivery()).message_id, 'pending') $$,
  'S2: each retry is audited');
select is(tests.raised($$ select public.retry_webhook('msg_x', tests.webhook_endpoint_id()) $$), 'CR060 message', 'S2: a message must exist');
select is(tests.raised($$ select public.retry_webhook((tests.webhook_delivery()).message_id, gen_random_uuid()) $$), 'CR060 message', 'S2: and its delivery');

select * from finish();
rollback;
