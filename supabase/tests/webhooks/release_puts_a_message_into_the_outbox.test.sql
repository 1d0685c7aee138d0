begin;
select plan(7);

select tests.webhook_endpoint('one'), tests.webhook_endpoint('off'), tests.webhook_endpoint('rollbacks');
select public.set_webhook_endpoint(tests.webhook_endpoint_id('off'), false);
update ops.webhook_endpoint set events = '{release.rolled_back}' where id = tests.webhook_endpoint_id('rollbacks');
select tests.a_release();

select results_eq(
  $$ select type, version, (body::jsonb -> 'data') - 'history'::text - 'note'::text from ops.webhook_message where created_at >= now() $$,
  $$ values ('release.published', 1, '{"version": 1, "rollback_to": null, "domains": 2, "skills": 3, "questions": 6, "upserts": 11, "deletes": 0}'::jsonb) $$,
  'S2: a release is one message, with its numbers');
select is((select body::jsonb #>> '{data,history}' from ops.webhook_message where created_at >= now()), private.history(),
  'S2: it names the history, so that versions of a restored database are told apart');
select matches((select body::jsonb ->> 'timestamp' from ops.webhook_message where created_at >= now()), '^\d{4}-\d\d-\d\dT[\d:.]+Z$',
  'S2: and says when');
select matches((select id from ops.webhook_message where created_at >= now()), '^msg_[0-9a-f]{32}$', 'S2: its id is unguessable');
select results_eq(
  $$ select endpoint_id, state, attempts from ops.webhook_delivery $$, $$ values (tests.webhook_endpoint_id('one'), 'pending', 0) $$,
  'S2: it goes to each enabled endpoint that asked for the event');
select tests.publish();
select is((select count(*) from ops.webhook_message where created_at >= now()), 1::bigint, 'S2: nothing published, no message');

savepoint before;
update content.domain set title = 'Changed' where id = tests.domain(1);
select tests.publish();
rollback to before;
select is((select count(*) from ops.webhook_message where created_at >= now()), 1::bigint,
  'S2: a release that was rolled back at the end took its message along');

select * from finish();
rollback;
