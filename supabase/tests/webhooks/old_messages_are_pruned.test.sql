begin;
select plan(7);

select tests.webhook_endpoint();
select tests.a_release();
update ops.webhook_message set created_at = now() - interval '40 days' where true;
delete from ops.webhook_message m where not exists (select from ops.webhook_delivery d where d.message_id = m.id);

select is(ops.prune_webhooks(), 0::bigint, 'S2: a pending message is never pruned');
select tests.claim_webhooks();
select tests.report_webhook('delivered', 200);
select is(ops.prune_webhooks('50 days'), 0::bigint, 'S2: a delivered message younger than the given age is kept');
select is(ops.prune_webhooks(), 1::bigint, 'S2: a delivered message older than 30 days is pruned');
select is((select count(*) from ops.webhook_delivery), 0::bigint, 'S2: a pruned message takes its deliveries along');
select is((select count(*) from ops.webhook_attempt), 0::bigint, 'S2: a pruned message takes its attempts along');
select is((select after is null and before = '{"messages": 1}' from ops.audit where action = 'prune_webhooks' and at >= now()), true, 'S2: pruning is recorded');
select is((select schedule from cron.job where jobname = 'carrel_webhooks_prune'), '23 3 * * *', 'S2: messages are pruned every night');

select * from finish();
rollback;
