begin;
select plan(9);

select tests.webhook_endpoint('one', 2), tests.webhook_endpoint('lost', 1), tests.webhook_endpoint('gone'), tests.webhook_endpoint('private');
select tests.a_release();
select tests.claim_webhooks();

select is(tests.report_webhook('timeout'), 'pending', 'S2: a delivery that has attempts left stays pending');
select tests.wait_over();
select results_eq($$ select name from tests.claim_webhooks() $$, $$ values ('one') $$, 'S2: the last attempt is claimed');
select is(tests.report_webhook('timeout'), 'dead', 'S2: a delivery is dead after its last attempt');

update ops.webhook_delivery set claimed_until = clock_timestamp() - interval '1 s' where endpoint_id = tests.webhook_endpoint_id('lost');
select tests.claim_webhooks();
select is((tests.webhook_delivery('lost')).state, 'dead', 'S2: a delivery whose last lease expired is dead');

select is(tests.report_webhook('gone', 410, 'gone'), 'dead', 'S2: a delivery to an endpoint that answers 410 is dead');
select is((select enabled from ops.webhook_endpoint where description = 'gone'), false, 'S2: an endpoint that answers 410 is disabled');
select is(tests.report_webhook('refused_target', null, 'private'), 'dead', 'S2: a delivery to a private address is dead at once');
select is((select enabled from ops.webhook_endpoint where description = 'private'), true, 'S2: an endpoint with a private address stays enabled');
select results_eq($$ select count(*) from ops.webhook_delivery where state = 'dead' and settled_at is not null and next_attempt_at is null $$,
  $$ values (4::bigint) $$, 'S2: dead deliveries have an end and no next attempt');

select * from finish();
rollback;
