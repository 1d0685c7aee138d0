begin;
select plan(10);

select tests.webhook_endpoint();
select tests.a_release();
select tests.claim_webhooks();
select tests.wait_over();
select results_eq($$ select attempt from tests.claim_webhooks() $$, $$ values (2) $$, 'S2: a second dispatcher claims the delivery after the first lease expired');

select is(tests.report_webhook('status', 500, p_attempt => 1), 'pending', 'S2: a late failure of the first dispatcher leaves the delivery pending');
select ok((tests.webhook_delivery()).claimed_until > clock_timestamp(), 'S2: a late failure of the first dispatcher keeps the lease of the second');
select results_eq($$ select attempt, outcome from ops.webhook_attempt $$, $$ values (1, 'status') $$,
  'S2: a late report replaces the abandoned attempt in the log');
select is(tests.report_webhook('delivered', 200, p_attempt => 1), 'delivered', 'S2: a late success of the first dispatcher is accepted');
select is((tests.webhook_delivery()).state, 'delivered', 'S2: a late success marks the delivery as delivered');
select is(tests.report_webhook('timeout'), 'delivered', 'S2: a failure of the second dispatcher does not undo the delivery');
select results_eq($$ select attempt, outcome from ops.webhook_attempt order by 1 $$, $$ values (1, 'status'), (2, 'timeout') $$,
  'S2: each attempt has one row in the log');
select is(private.record_webhook('msg_' || repeat('0', 32), tests.webhook_endpoint_id(), 1, 'delivered', 200, null, 1, null, 0), 'unknown',
  'S2: a report on a pruned delivery is answered with unknown');
select is(tests.report_webhook('delivered', 200, p_attempt => 99), 'unknown', 'S2: a report on an attempt that was never claimed is answered with unknown');

select * from finish();
rollback;
