begin;
select plan(22);

select tests.webhook_endpoint(), tests.a_release();

create temporary table offence (sql text, violates text) on commit drop;
insert into offence values
  ($$ update ops.webhook_endpoint set url = 'http://one.example/' $$, 'webhook_endpoint_url_allowed'),
  ($$ update ops.webhook_endpoint set description = repeat('x', 301) $$, 'webhook_endpoint_description_short'),
  ($$ update ops.webhook_endpoint set events = '{}' $$, 'webhook_endpoint_events_known'),
  ($$ update ops.webhook_endpoint set max_attempts = 0 $$, 'webhook_endpoint_max_attempts_in_range'),
  ($$ update ops.webhook_endpoint set previous_secret_id = gen_random_uuid() $$, 'webhook_endpoint_previous_has_an_end'),
  ($$ update ops.webhook_endpoint set previous_secret_id = secret_id, previous_ends_at = now() $$, 'webhook_endpoint_secrets_differ'),
  ($$ insert into ops.webhook_endpoint select (e).* from ops.webhook_endpoint e $$, 'webhook_endpoint_pkey'),
  ($$ update ops.webhook_message set id = 'message' $$, 'webhook_message_id_form'),
  ($$ update ops.webhook_message set type = 'release.eaten' $$, 'webhook_message_type_known'),
  ($$ update ops.webhook_message set body = '{' $$, 'webhook_message_body_is_json'),
  ($$ insert into ops.webhook_message select (m).* from ops.webhook_message m $$, 'webhook_message_pkey'),
  ($$ update ops.webhook_delivery set state = 'lost', settled_at = now(), next_attempt_at = null $$, 'webhook_delivery_state_known'),
  ($$ update ops.webhook_delivery set next_attempt_at = null $$, 'webhook_delivery_pending_has_a_time'),
  ($$ update ops.webhook_delivery set settled_at = now() $$, 'webhook_delivery_pending_is_unsettled'),
  ($$ update ops.webhook_delivery set state = 'dead', next_attempt_at = null, settled_at = now(), claimed_until = now() $$, 'webhook_delivery_claimed_while_pending'),
  ($$ update ops.webhook_delivery set attempts_before = 1 $$, 'webhook_delivery_attempts_positive'),
  ($$ update ops.webhook_delivery set endpoint_id = gen_random_uuid() $$, 'webhook_delivery_endpoint_exists'),
  ($$ insert into ops.webhook_delivery select 'msg_x', endpoint_id, 'pending', 0, 0, now() from ops.webhook_delivery $$, 'webhook_delivery_message_exists'),
  ($$ insert into ops.webhook_attempt select message_id, endpoint_id, 1, now(), 'eaten' from ops.webhook_delivery $$, 'webhook_attempt_outcome_known'),
  ($$ insert into ops.webhook_attempt select message_id, endpoint_id, 1, now(), 'status', 99 from ops.webhook_delivery $$, 'webhook_attempt_status_in_range'),
  ($$ insert into ops.webhook_attempt select message_id, endpoint_id, 1, now(), 'status', 500, repeat('x', 301) from ops.webhook_delivery $$, 'webhook_attempt_answer_short'),
  ($$ insert into ops.webhook_attempt select message_id, gen_random_uuid(), 1, now(), 'status' from ops.webhook_delivery $$, 'webhook_attempt_delivery_exists');
select is(tests.violated(sql || case when sql ~ '^ update' then ' where true' else '' end), violates, 'S2: a webhook table is guarded by ' || violates) from offence;

select * from finish();
rollback;
