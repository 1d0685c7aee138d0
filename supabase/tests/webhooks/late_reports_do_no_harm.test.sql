begin;
select plan(10);

select tests.webhook_endpoint();
select tests.a_release();
select tests.claim_webhooks();
select tests.wait_over();
select results_eq($$ select attempt from tests.claim_webhooks() $$, $$ values (2) $$, 'S2: a second dispatcher holds it');

select is(tests.report_webhook('status', 500, p_attempt => 1), 'pending', 'S2: the failure of the first one changes nothing');
select ok((tests.webhook_delivery()).claimed_until > clock_timestamp(), 'S2: the second one keeps its lease');
select results_eq($$ select attempt, outcome from ops.webhook_attempt $$, $$ values (1, 'status') $$,
  'S2: but the log has the truth instead of a guess');
select is(tests.report_webhook('delivered', 200, p_attempt => 1), 'delivered', 'S2: what arrived has arrived, whoever says so');
select is((tests.webhook_delivery()).state, 'delivered', 'S2: and is delivered');
select is(tests.report_webhook('timeout'), 'delivered', 'S2: a later failure does not take that back');
select results_eq($$ select attempt, outcome from ops.webhook_attempt order by 1 $$, $$ values (1, 'status'), (2, 'timeout') $$,
  'S2: a report is written once');
select is(private.record_webhook('msg_' || repeat('0', 32), tests.webhook_endpoint_id(), 1, 'delivered', 200, null, 1, null, 0), 'unknown',
  'S2: a delivery that was pruned meanwhile is unknown');
select is(tests.report_webhook('delivered', 200, p_attempt => 99), 'unknown', 'S2: and so is an attempt that was never claimed');

select * from finish();
rollback;
