begin;
select plan(4);

select tests.webhook_endpoint('releases');
select private.audit('probe', 'content.skill', 'one');
select ops.seal_audit();
select is_empty($$ select from ops.webhook_message where type = 'audit.sealed' $$, 'O1: an endpoint that did not ask for checkpoints gets none');

select public.add_webhook_endpoint('https://notary.example/checkpoints', array['audit.sealed'], 'notary');
select private.audit('probe', 'content.skill', 'two');
select ops.seal_audit();
select results_eq($$ select version, body::jsonb -> 'data' from ops.webhook_message where type = 'audit.sealed' $$,
  $$ select null::integer, jsonb_build_object('history', private.history(), 'size', c.size, 'root', encode(c.root, 'hex'))
     from ops.audit_checkpoint c order by c.size desc limit 1 $$, 'O1: a subscribed endpoint gets the size and the root of each checkpoint');
select results_eq('select endpoint_id, state from ops.webhook_delivery', $$ values (tests.webhook_endpoint_id('notary'), 'pending') $$,
  'O1: only the subscribed endpoint gets the checkpoint');
select ops.seal_audit();
select ops.seal_audit();
select is((select count(*) from ops.webhook_message where type = 'audit.sealed'), 1::bigint, 'O1: without new records no checkpoint is made or sent');

select * from finish();
rollback;
