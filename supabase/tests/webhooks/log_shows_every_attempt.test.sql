begin;
select plan(8);

select tests.webhook_endpoint(), tests.webhook_endpoint('two');
select tests.a_release();
select tests.claim_webhooks();
select tests.report_webhook('status', 500), tests.report_webhook('delivered', 200, 'two');
select tests.wait_over();
select tests.claim_webhooks();
select tests.report_webhook('timeout');

select results_eq(
  $$ select type, version, state, attempts from public.webhook_deliveries(tests.webhook_endpoint_id()) $$,
  $$ values ('release.published', 1, 'pending', 2) $$, 'S2: webhook_deliveries shows the state and the attempts of a delivery');
select is((select jsonb_path_query_array(log::jsonb, '$[*].outcome') from public.webhook_deliveries(tests.webhook_endpoint_id())), '["timeout", "status"]',
  'S2: webhook_deliveries shows the outcomes of the attempts, newest first');
select is((select log::jsonb #>> '{1,status}' from public.webhook_deliveries(tests.webhook_endpoint_id())), '500', 'S2: webhook_deliveries shows the status that the receiver sent');
select is((select count(*) from public.webhook_deliveries()), 2::bigint, 'S2: webhook_deliveries shows the deliveries of all endpoints by default');
select results_eq($$ select endpoint_id from public.webhook_deliveries(with_state => 'delivered') $$, $$ values (tests.webhook_endpoint_id('two')) $$,
  'S2: webhook_deliveries can be filtered by state');
select is((select count(*) from public.webhook_deliveries(page_rows => 0)), 1::bigint, 'S2: a page of webhook_deliveries has at least one row');
select is_empty($$ select from public.webhook_deliveries(before => (select min(created_at) from public.webhook_deliveries())) $$, 'S2: a page of webhook_deliveries ends before the given time');
select results_eq($$ select description, pending, dead, last_delivered_at is not null from public.webhook_endpoints() order by 1 $$,
  $$ values ('one', 1::bigint, 0::bigint, false), ('two', 0::bigint, 0::bigint, true) $$, 'S2: webhook_endpoints shows the pending, dead and last delivered messages of each endpoint');

select * from finish();
rollback;
