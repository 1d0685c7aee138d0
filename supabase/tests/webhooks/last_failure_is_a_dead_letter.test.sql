begin;
select plan(9);

select tests.webhook_endpoint('one', 2), tests.webhook_endpoint('lost', 1), tests.webhook_endpoint('gone'), tests.webhook_endpoint('private');
select tests.a_release();
select tests.claim_webhooks();

select is(tests.report_webhook('timeout'), 'pending', 'S2: before its last attempt a delivery lives');
select tests.wait_over();
select results_eq($$ select name from tests.claim_webhooks() $$, $$ values ('one') $$, 'S2: the last attempt is made');
select is(tests.report_webhook('timeout'), 'dead', 'S2: after it the delivery is dead');

update ops.webhook_delivery set claimed_until = clock_timestamp() - interval '1 s' where endpoint_id = tests.webhook_endpoint_id('lost');
select tests.claim_webhooks();
select is((tests.webhook_delivery('lost')).state, 'dead', 'S2: also when the dispatcher was gone');

select is(tests.report_webhook('gone', 410, 'gone'), 'dead', 'S2: an endpoint that says it is gone is not asked again');
select is((select enabled from ops.webhook_endpoint where description = 'gone'), false, 'S2: and is disabled');
select is(tests.report_webhook('refused_target', null, 'private'), 'dead', 'S2: a private target does not become public by waiting');
select is((select enabled from ops.webhook_endpoint where description = 'private'), true, 'S2: its endpoint stays');
select results_eq($$ select count(*) from ops.webhook_delivery where state = 'dead' and settled_at is not null and next_attempt_at is null $$,
  $$ values (4::bigint) $$, 'S2: dead letters wait for nothing');

select * from finish();
rollback;
