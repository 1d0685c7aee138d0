begin;
select plan(8);

select tests.webhook_endpoint();
select tests.a_release();
select tests.claim_webhooks();

select is(tests.report_webhook('status', 500, p_jitter => 1), 'pending', 'S2: a failed delivery stays pending');
select ok((tests.webhook_delivery()).next_attempt_at between now() + interval '2.5 s' and clock_timestamp() + interval '2.5 s',
  'S2: a failed delivery waits as long as backoff and jitter say');
select ok((tests.webhook_delivery()).claimed_until is null, 'S2: a failed delivery gives up its lease');
update ops.webhook_delivery set next_attempt_at = next_attempt_at + interval '1 hour';
select is_empty($$ select tests.claim_webhooks() $$, 'S2: a failed delivery is not claimed during its wait');

select tests.wait_over();
select tests.claim_webhooks();
select tests.report_webhook('status', 503, p_retry_after_s => 600);
select ok((tests.webhook_delivery()).next_attempt_at >= now() + interval '600 s', 'S2: a delivery waits at least as long as the receiver asks for');
select tests.wait_over();
select tests.claim_webhooks();
select tests.report_webhook('timeout', p_retry_after_s => 10000000);
select ok((tests.webhook_delivery()).next_attempt_at <= clock_timestamp() + interval '1 day', 'S2: a delivery waits at most one day, whatever the receiver asks for');
select results_eq($$ select attempt, outcome, status, answer, duration_ms from ops.webhook_attempt order by attempt $$,
  $$ values (1, 'status', 500, 'answer', 5), (2, 'status', 503, 'answer', 5), (3, 'timeout', null, 'answer', 5) $$, 'S2: every attempt is in the log');
select is((tests.webhook_delivery()).last_outcome, 'timeout', 'S2: a delivery shows the outcome of its last attempt');

select * from finish();
rollback;
