begin;
select plan(7);

select tests.webhook_endpoint('one'), tests.webhook_endpoint('off'), tests.webhook_endpoint('rollbacks');
select public.set_webhook_endpoint(tests.webhook_endpoint_id('off'), false);
update ops.webhook_endpoint set events = '{release.rolled_back}' where id = tests.webhook_endpoint_id('rollbacks');
select tests.a_release();

select results_eq(
  $$ select type, version, (body::jsonb -> 'data') - 'history'::text - 'note'::text from ops.webhook_message where created_at >= now() $$,
  $$ values ('release.published', 1, '{"version": 1, "rollback_to": null, "domains": 2, "skills": 3, "questions": 6, "upserts": 11, "deletes": 0}'::jsonb) $$,
  'S2: a release makes one message with its counts');
select is((select body::jsonb #>> '{data,history}' from ops.webhook_message where created_at >= now()), private.history(),
  'S2: a message has the history of the database');
select matches((select body::jsonb ->> 'timestamp' from ops.webhook_message where created_at >= now()), '^\d{4}-\d\d-\d\dT[\d:.]+Z$',
  'S2: a message has the time of the release');
select matches((select id from ops.webhook_message where created_at >= now()), '^msg_[0-9a-f]{32}$', 'S2: a message has a random id');
select results_eq(
  $$ select endpoint_id, state, attempts from ops.webhook_delivery $$, $$ values (tests.webhook_endpoint_id('one'), 'pending', 0) $$,
  'S2: a message goes to each enabled endpoint that subscribed to its event');
select tests.publish();
select is((select count(*) from ops.webhook_message where created_at >= now()), 1::bigint, 'S2: a publish without changes makes no message');

savepoint before;
update content.domain set title = 'Changed' where id = tests.domain(1);
select tests.publish();
rollback to before;
select is((select count(*) from ops.webhook_message where created_at >= now()), 1::bigint,
  'S2: a publish that is rolled back leaves no message');

select * from finish();
rollback;
