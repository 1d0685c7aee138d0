begin;
select plan(15);

select tests.webhook_endpoint('one', 1);
select tests.a_release();
select tests.claim_webhooks();
select tests.report_webhook('status', 500);
select is((tests.webhook_delivery()).state, 'dead', 'S2: a delivery without attempts left is dead');

select public.retry_webhook((tests.webhook_delivery()).message_id, tests.webhook_endpoint_id(), 'The receiver is repaired');
select results_eq($$ select name, attempt from tests.claim_webhooks() $$, $$ values ('one', 2) $$, 'S2: a dead delivery is due again after retry_webhook');
select public.retry_webhook((tests.webhook_delivery()).message_id, tests.webhook_endpoint_id());
select is_empty($$ select tests.claim_webhooks() $$, 'S2: retry_webhook during a lease does not send a second time');
select is(tests.report_webhook('delivered', 200), 'delivered', 'S2: a retried delivery can be delivered');
select public.retry_webhook((tests.webhook_delivery()).message_id, tests.webhook_endpoint_id());
select results_eq($$ select name, attempt from tests.claim_webhooks() $$, $$ values ('one', 3) $$, 'S2: a delivered message can be sent again');
select is(tests.report_webhook('status', 500), 'dead', 'S2: a message that is sent again has as many attempts as its endpoint allows');
select public.retry_webhook((tests.webhook_delivery()).message_id, tests.webhook_endpoint_id());
select tests.claim_webhooks();
select public.retry_webhook((tests.webhook_delivery()).message_id, tests.webhook_endpoint_id());
select is(tests.report_webhook('status', 500), 'pending', 'S2: a failure after retry_webhook during the last attempt leaves the delivery pending');
select tests.wait_over();
select results_eq($$ select name, attempt from tests.claim_webhooks() $$, $$ values ('one', 5) $$, 'S2: a delivery retried during its last attempt gets all attempts again');
select is(tests.report_webhook('status', 500), 'dead', 'S2: a delivery is dead after its new attempts');
select results_eq($$ select attempt from ops.webhook_attempt order by 1 $$, $$ values (1), (2), (3), (4), (5) $$, 'S2: each attempt has its own number in the log');
select results_eq(
  $$ select object_id, before ->> 'state' from ops.audit where action = 'retry_webhook' and at >= now() order by id $$,
  $$ values ((tests.webhook_delivery()).message_id, 'dead'), ((tests.webhook_delivery()).message_id, 'pending'), ((tests.webhook_delivery()).message_id, 'delivered'),
    ((tests.webhook_delivery()).message_id, 'dead'), ((tests.webhook_delivery()).message_id, 'pending') $$,
  'S2: each retry is recorded with the state before');
select results_eq(
  $$ select after ->> 'reason' from ops.audit where action = 'retry_webhook' and at >= now() and after ? 'reason' $$,
  $$ values ('The receiver is repaired') $$, 'O1: the audit keeps the reason of a retry');
select is(tests.raised($$ select public.retry_webhook('msg_x', tests.webhook_endpoint_id(), ' ') $$), 'CR071 reason', 'O1: a blank reason of a retry is refused');
select is(tests.raised($$ select public.retry_webhook('msg_x', tests.webhook_endpoint_id()) $$), 'CR060 message', 'S2: a retry of an unknown message is refused');
select is(tests.raised($$ select public.retry_webhook((tests.webhook_delivery()).message_id, gen_random_uuid()) $$), 'CR060 message', 'S2: a retry for an unknown endpoint is refused');

select * from finish();
rollback;
