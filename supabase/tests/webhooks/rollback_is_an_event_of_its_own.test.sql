begin;
select plan(2);

select tests.a_release();
select tests.webhook_endpoint('one'), tests.webhook_endpoint('publishes');
update ops.webhook_endpoint set events = '{release.published}' where id = tests.webhook_endpoint_id('publishes');

-- A release names the one that it restores.
alter table content.release add column if not exists rollback_to integer;
insert into content.release (version, domains, skills, questions, upserts, deletes, rollback_to) values (2, 2, 3, 6, 1, 0, 1);
select results_eq(
  $$ select type, body::jsonb ->> 'type', body::jsonb #>> '{data,rollback_to}' from ops.webhook_message where version = 2 and created_at >= now() $$,
  $$ values ('release.rolled_back', 'release.rolled_back', '1') $$,
  'S2: a roll-back makes a message of type release.rolled_back');
select results_eq($$ select name from tests.claim_webhooks() $$, $$ values ('one') $$, 'S2: a roll-back goes only to endpoints that subscribed to it');

select * from finish();
rollback;
