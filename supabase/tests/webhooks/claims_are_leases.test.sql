begin;
select plan(9);

select tests.webhook_endpoint();
select tests.a_release();

select results_eq($$ select name, attempt, secrets from tests.claim_webhooks() $$, $$ values ('one', 1, 1) $$, 'S2: what is due is claimed');
select is_empty($$ select tests.claim_webhooks() $$, 'S2: by one dispatcher at a time');
select ok((tests.webhook_delivery()).claimed_until between now() + interval '60 s' and clock_timestamp() + interval '60 s',
  'S2: for the time of its lease');
select results_eq($$ select count(*) from ops.webhook_attempt $$, $$ values (0::bigint) $$, 'S2: no attempt is on record before it has ended');

update ops.webhook_delivery set claimed_until = clock_timestamp() - interval '1 s';
select is_empty($$ select tests.claim_webhooks() $$, 'S2: what was left lying backs off first');
select results_eq($$ select attempt, outcome from ops.webhook_attempt $$, $$ values (1, 'abandoned') $$, 'S2: and is on record');
select tests.wait_over();
select results_eq($$ select name, attempt from tests.claim_webhooks() $$, $$ values ('one', 2) $$, 'S2: then another dispatcher takes it');
select is(tests.report_webhook('delivered', 204), 'delivered', 'S2: and delivers it');
select is_empty($$ select tests.claim_webhooks() $$, 'S2: after which it is never claimed again');

select * from finish();
rollback;
