-- What:  the delivery log, manual retry, and the jobs that wake the dispatcher and delete old messages.
-- Why:   dead deliveries must be visible and can be retried. Old messages need not be kept (S2).

create function private.webhook_deliveries(p_endpoint uuid, p_state text, p_before timestamptz, p_limit integer)
returns table (
  message_id text, endpoint_id uuid, type text, version integer, created_at timestamptz, state text, attempts integer,
  next_attempt_at timestamptz, settled_at timestamptz, log json)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return query
  select m.id, d.endpoint_id, m.type, m.version, m.created_at, d.state, d.attempts, d.next_attempt_at, d.settled_at, (
    select coalesce(json_agg(json_build_object('attempt', a.attempt, 'at', a.at, 'outcome', a.outcome, 'status', a.status,
      'answer', a.answer, 'duration_ms', a.duration_ms) order by a.attempt desc), '[]')
    from ops.webhook_attempt a where a.message_id = m.id and a.endpoint_id = d.endpoint_id)
  from ops.webhook_message m
  join ops.webhook_delivery d on d.message_id = m.id
  where (p_endpoint is null or d.endpoint_id = p_endpoint) and (p_state is null or d.state = p_state)
    and (p_before is null or m.created_at < p_before)
  order by m.created_at desc, m.id, d.endpoint_id
  limit private.list_rows(p_limit);
end
$$;
comment on function private.webhook_deliveries(uuid, text, timestamptz, integer) is 'The core of webhook_deliveries().';

create function private.retry_webhook(p_message text, p_endpoint uuid, p_reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state text;
begin
  perform private.require_role('admin');
  if p_reason is not null then
    perform private.require_reason(p_reason);
  end if;
  select d.state into v_state from ops.webhook_delivery d
  where d.message_id = p_message and d.endpoint_id = p_endpoint for update;
  if not found then
    perform private.raise_error('webhook_unknown', 'This delivery does not exist.', 'message');
  end if;
  -- A leased delivery waits for the end of its attempt, so that it is never sent twice at a time. If that attempt fails, all attempts are left.
  update ops.webhook_delivery d
  set state = 'pending', settled_at = null, attempts_before = d.attempts,
    next_attempt_at = case when d.claimed_until is null then clock_timestamp() else d.next_attempt_at end
  where d.message_id = p_message and d.endpoint_id = p_endpoint;
  perform private.audit('retry_webhook', 'ops.webhook_delivery', p_message, jsonb_build_object('state', v_state),
    jsonb_strip_nulls(jsonb_build_object('endpoint', p_endpoint, 'reason', p_reason)));
  perform private.wake_function('webhooks');
end
$$;
comment on function private.retry_webhook(text, uuid, text) is 'The core of retry_webhook().';

create function public.webhook_deliveries(
  endpoint uuid default null, with_state text default null, before timestamptz default null, page_rows integer default null)
returns table (
  message_id text, endpoint_id uuid, type text, version integer, created_at timestamptz, state text, attempts integer,
  next_attempt_at timestamptz, settled_at timestamptz, log json)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.webhook_deliveries(endpoint, with_state, before, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.webhook_deliveries(uuid, text, timestamptz, integer) is
  'The delivery log, newest first: each message and endpoint with its state (pending, delivered, dead) and attempts; at most 500 rows. Admins.';

create function public.retry_webhook(message text, endpoint uuid, reason text default null)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.retry_webhook(message, endpoint, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.retry_webhook(text, uuid, text) is
  'Retries a dead or delivered message at once, with all attempts again. Admins; audited, with the reason if there is one. Errors: forbidden, webhook_unknown, support_invalid.';

create function private.drive_webhooks()
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select private.wake_function('webhooks')
  where exists (
    select from ops.webhook_delivery d join ops.webhook_endpoint e on e.id = d.endpoint_id
    where d.state = 'pending' and coalesce(d.claimed_until, d.next_attempt_at) <= clock_timestamp()
      and (e.enabled or d.claimed_until is not null))
$$;
comment on function private.drive_webhooks() is 'Wakes the dispatcher if a delivery is due; a cron job every 30 seconds.';

create function private.delete_messages(p_before timestamptz)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Messages that wait for an enabled endpoint are kept, however old they are.
  v_old constant text[] := array(
    select m.id from ops.webhook_message m
    where m.created_at < p_before
      and not exists (
        select from ops.webhook_delivery d join ops.webhook_endpoint e on e.id = d.endpoint_id
        where d.message_id = m.id and d.state = 'pending' and (e.enabled or d.claimed_until is not null)));
begin
  -- Referencing rows first: a row deleted by a foreign key would count as an edit by hand.
  delete from ops.webhook_attempt a where a.message_id = any (v_old);
  delete from ops.webhook_delivery d where d.message_id = any (v_old);
  delete from ops.webhook_message m where m.id = any (v_old);
  if v_old <> '{}' then
    perform private.audit('prune_webhooks', 'ops.webhook_message', null, jsonb_build_object('messages', cardinality(v_old)), null);
  end if;
  return cardinality(v_old);
end
$$;
comment on function private.delete_messages(timestamptz) is 'Deletes messages from before this time with their deliveries and log. Returns the number of messages. Audited.';

create function ops.prune_webhooks(p_keep interval default null)
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_keep constant interval := coalesce(p_keep, (select s.keep from ops.retention_setting s where s.id = 'ops.webhook_message'));
  v_count bigint := 0;
begin
  perform private.require_role('admin');
  -- Null: messages are kept for good.
  if v_keep is not null then
    perform private.require_interval('p_keep', v_keep);
    v_count := private.delete_messages(now() - v_keep);
  end if;
  -- Expired secrets no longer sign. They are deleted from Vault here.
  perform private.forget_webhook_secret(e.previous_secret_id) from ops.webhook_endpoint e where e.previous_ends_at <= now();
  update ops.webhook_endpoint set previous_secret_id = null, previous_ends_at = null where previous_ends_at <= now();
  return v_count;
end
$$;
comment on function ops.prune_webhooks(interval) is
  'Deletes messages older than p_keep (null: the setting) with their deliveries and log, and expired secrets. Returns the number of messages. A cron job every night.';

grant execute on function private.webhook_deliveries(uuid, text, timestamptz, integer), private.retry_webhook(text, uuid, text) to authenticated, service_role;
grant execute on function public.webhook_deliveries(uuid, text, timestamptz, integer), public.retry_webhook(text, uuid, text) to authenticated, service_role;

select private.schedule_job('webhooks', '30 seconds', '1 minute', 'select private.drive_webhooks()');
select private.schedule_job('webhooks_prune', '23 3 * * *', '1 day', 'select ops.prune_webhooks()');
