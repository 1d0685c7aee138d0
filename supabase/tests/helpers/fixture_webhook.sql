-- Webhook endpoints and a dispatcher in SQL for tests: the calls of the Edge Function without the network.
set local check_function_bodies = off;

create function tests.webhook_endpoint(p_name text default 'one', p_max_attempts integer default 12) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid := private.add_webhook_endpoint('https://' || p_name || '.example/hook', null, p_name, false) ->> 'id';
begin
  update ops.webhook_endpoint set max_attempts = p_max_attempts where id = v_id;
  return v_id;
end
$$;
comment on function tests.webhook_endpoint(text, integer) is 'Adds an endpoint https://<name>.example/hook for all events.';

create function tests.webhook_endpoint_id(p_name text default 'one') returns uuid
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return (select id from ops.webhook_endpoint where description = p_name);
end
$$;

create function tests.claim_webhooks(p_limit integer default 100, p_lease_s integer default 60)
returns table (name text, message_id text, attempt integer, secrets integer)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select e.description, c.value ->> 'message_id', (c.value ->> 'attempt')::integer, pg_catalog.json_array_length(c.value -> 'secrets')
  from pg_catalog.json_array_elements(private.claim_webhooks(p_limit, p_lease_s)::json) c
  join ops.webhook_endpoint e on e.id = (c.value ->> 'endpoint_id')::uuid
  order by 1, 2;
end
$$;
comment on function tests.claim_webhooks(integer, integer) is 'Claims deliveries like the dispatcher.';

create function tests.report_webhook(
  p_outcome text, p_status integer default null, p_name text default 'one', p_attempt integer default null,
  p_retry_after_s integer default null, p_jitter double precision default 0) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select private.record_webhook(d.message_id, d.endpoint_id, coalesce(p_attempt, d.attempts), p_outcome, p_status, 'answer', 5,
      p_retry_after_s, p_jitter)
    from ops.webhook_delivery d where d.endpoint_id = tests.webhook_endpoint_id(p_name) order by d.message_id limit 1);
end
$$;
comment on function tests.report_webhook(text, integer, text, integer, integer, double precision) is
  'Reports the outcome of an attempt, by default the newest, of the endpoint''s only delivery.';

create function tests.webhook_delivery(p_name text default 'one') returns ops.webhook_delivery
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return (select d from ops.webhook_delivery d where d.endpoint_id = tests.webhook_endpoint_id(p_name) limit 1);
end
$$;
comment on function tests.webhook_delivery(text) is 'Returns the only delivery of an endpoint.';

create function tests.wait_over(p_name text default 'one') returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  update ops.webhook_delivery d
  set next_attempt_at = pg_catalog.clock_timestamp() - interval '1 second',
    claimed_until = case when d.claimed_until is not null then pg_catalog.clock_timestamp() - interval '1 hour' end
  where d.endpoint_id = tests.webhook_endpoint_id(p_name) and d.state = 'pending';
end
$$;
comment on function tests.wait_over(text) is 'Makes the delivery of an endpoint due and expires its lease.';

grant execute on all functions in schema tests to anon, authenticated, service_role;
