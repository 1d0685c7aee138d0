begin;
select plan(9);

select tests.webhook_endpoint();
select tests.a_release();

select results_eq($$ select name, attempt, secrets from tests.claim_webhooks() $$, $$ values ('one', 1, 1) $$, 'S2: a due delivery is claimed');
select is_empty($$ select tests.claim_webhooks() $$, 'S2: a claimed delivery cannot be claimed again during its lease');
select ok((tests.webhook_delivery()).claimed_until between now() + interval '60 s' and clock_timestamp() + interval '60 s',
  'S2: a claimed delivery has a lease of the requested length');
select results_eq($$ select count(*) from ops.webhook_attempt $$, $$ values (0::bigint) $$, 'S2: a claim leaves no attempt in the log before its end');

update ops.webhook_delivery set claimed_until = clock_timestamp() - interval '1 s';
select is_empty($$ select tests.claim_webhooks() $$, 'S2: a delivery whose lease expired waits before it is claimed again');
select results_eq($$ select attempt, outcome from ops.webhook_attempt $$, $$ values (1, 'abandoned') $$, 'S2: a delivery whose lease expired has an abandoned attempt in the log');
select tests.wait_over();
select results_eq($$ select name, attempt from tests.claim_webhooks() $$, $$ values ('one', 2) $$, 'S2: a delivery whose lease expired is claimed by another dispatcher after the wait');
select is(tests.report_webhook('delivered', 204), 'delivered', 'S2: the other dispatcher reports the delivery as delivered');
select is_empty($$ select tests.claim_webhooks() $$, 'S2: a delivered message is never claimed again');

select * from finish();
rollback;
