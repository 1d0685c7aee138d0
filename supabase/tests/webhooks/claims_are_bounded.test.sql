begin;
select plan(5);

select tests.webhook_endpoint('a'), tests.webhook_endpoint('b'), tests.webhook_endpoint('c');
select tests.a_release();
update ops.webhook_delivery set next_attempt_at = clock_timestamp() - interval '1 h' where endpoint_id = tests.webhook_endpoint_id('c');

select results_eq($$ select name from tests.claim_webhooks(1) $$, $$ values ('c') $$, 'S2: the delivery that has been due longest is claimed first');
select is_empty($$ select tests.claim_webhooks(-1) $$, 'S2: a claim of a negative number claims nothing');
select results_eq($$ select name from tests.claim_webhooks(1000000, 1000000) $$, $$ values ('a'), ('b') $$, 'S2: a claim of a large number claims all due deliveries');
select ok((tests.webhook_delivery('a')).claimed_until < clock_timestamp() + interval '601 s', 'S2: a lease is at most 600 s long');
select is((private.claim_webhooks(100, 60)), '[]', 'S2: a claim without due deliveries returns an empty list');

select * from finish();
rollback;
