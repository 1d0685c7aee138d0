-- What:  the dispatcher's functions: claim due deliveries and report the result of an attempt.
-- Why:   any number of dispatchers may run, and any may be killed at any time. Each delivery has at most one lease;
--        after an expired lease another dispatcher continues (S2).

create function private.webhook_backoff(p_attempts integer, p_jitter double precision)
returns interval
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- 5 s, 20 s, 80 s, 5 min, 21 min, 85 min, 6 h, 23 h, then a day. Jitter subtracts up to half, so that simultaneous failures
  -- are not retried simultaneously. Twelve attempts take 2 to 4 days.
  select least(5 * 4 ^ least(p_attempts - 1, 20), 86400) * (1 - least(greatest(p_jitter, 0), 1) / 2) * interval '1 second'
$$;
comment on function private.webhook_backoff(integer, double precision) is
  'The wait after p_attempts failed attempts (0: a manual retry came meanwhile). p_jitter is a random number from 0 to 1.';

create function private.claim_webhooks(p_limit integer, p_lease_s integer)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_limit constant integer := least(greatest(p_limit, 0), 100);
  v_claimed text;
begin
  -- 1 Deliveries with an expired lease: log the attempt as abandoned. If it was the last attempt, the delivery is dead.
  with lost as (
    select d.message_id, d.endpoint_id, d.attempts, d.claimed_until,
      d.attempts - d.attempts_before >= e.max_attempts as last
    from ops.webhook_delivery d
    join ops.webhook_endpoint e on e.id = d.endpoint_id
    where d.state = 'pending' and d.claimed_until <= v_now
    order by d.next_attempt_at
    limit v_limit
    for update of d skip locked
  ), freed as (
    update ops.webhook_delivery d
    set claimed_until = null, last_outcome = 'abandoned', last_status = null,
      state = case when l.last then 'dead' else 'pending' end,
      -- Counted from the end of the lease, so that an outage of the dispatcher does not use up all attempts within minutes.
      next_attempt_at = case when not l.last then l.claimed_until + private.webhook_backoff(d.attempts - d.attempts_before, 0.5) end,
      settled_at = case when l.last then v_now end
    from lost l
    where d.message_id = l.message_id and d.endpoint_id = l.endpoint_id
  )
  insert into ops.webhook_attempt (message_id, endpoint_id, attempt, at, outcome)
  select l.message_id, l.endpoint_id, l.attempts, l.claimed_until, 'abandoned' from lost l
  on conflict do nothing;

  -- 2 Due deliveries, oldest first.
  with due as (
    select d.message_id, d.endpoint_id
    from ops.webhook_delivery d
    join ops.webhook_endpoint e on e.id = d.endpoint_id
    where d.state = 'pending' and d.claimed_until is null and d.next_attempt_at <= v_now and e.enabled
    order by d.next_attempt_at, d.message_id
    limit v_limit
    for update of d skip locked
  ), claimed as (
    update ops.webhook_delivery d
    set attempts = d.attempts + 1, claimed_until = v_now + least(greatest(p_lease_s, 1), 600) * interval '1 second'
    from due
    where d.message_id = due.message_id and d.endpoint_id = due.endpoint_id
    returning d.message_id, d.endpoint_id, d.attempts
  )
  select json_agg(json_build_object(
    'message_id', c.message_id, 'endpoint_id', c.endpoint_id, 'attempt', c.attempts, 'body', m.body,
    'url', e.url, 'local', e.local,
    'secrets', private.webhook_secrets(e.secret_id, case when e.previous_ends_at > v_now then e.previous_secret_id end))) into v_claimed
  from claimed c
  join ops.webhook_message m on m.id = c.message_id
  join ops.webhook_endpoint e on e.id = c.endpoint_id;
  return coalesce(v_claimed, '[]');
end
$$;
comment on function private.claim_webhooks(integer, integer) is
  'Claims up to p_limit due deliveries with a lease of p_lease_s seconds: message_id, endpoint_id, attempt, body, url, local, secrets of each.';

create function private.record_webhook(
  p_message text, p_endpoint uuid, p_attempt integer, p_outcome text, p_status integer, p_answer text,
  p_duration_ms integer, p_retry_after_s integer, p_jitter double precision)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_delivery ops.webhook_delivery;
  v_dead boolean;
begin
  select d.* into v_delivery from ops.webhook_delivery d
  where d.message_id = p_message and d.endpoint_id = p_endpoint for update;
  if not found or p_attempt not between 1 and v_delivery.attempts then
    return 'unknown';
  end if;

  -- 1 The log. A report after the lease replaces the outcome `abandoned`.
  insert into ops.webhook_attempt as a (message_id, endpoint_id, attempt, at, outcome, status, answer, duration_ms)
  values (p_message, p_endpoint, p_attempt, v_now, p_outcome, p_status, left(p_answer, 300), p_duration_ms)
  on conflict (message_id, endpoint_id, attempt) do update set
    at = excluded.at, outcome = excluded.outcome, status = excluded.status, answer = excluded.answer, duration_ms = excluded.duration_ms
    where a.outcome = 'abandoned';

  -- 2 A successful delivery counts, however late its report is.
  if p_outcome = 'delivered' then
    update ops.webhook_delivery d
    set state = 'delivered', next_attempt_at = null, claimed_until = null, settled_at = v_now, last_outcome = p_outcome, last_status = p_status
    where d.message_id = p_message and d.endpoint_id = p_endpoint and d.state <> 'delivered';
    return 'delivered';
  end if;

  -- 3 A failure counts only if it comes from the newest claim.
  if v_delivery.state <> 'pending' or v_delivery.claimed_until is null or p_attempt <> v_delivery.attempts then
    return v_delivery.state;
  end if;
  -- Waiting does not help with a private target or an endpoint that is gone.
  v_dead := p_outcome in ('gone', 'refused_target')
    or v_delivery.attempts - v_delivery.attempts_before >= (select e.max_attempts from ops.webhook_endpoint e where e.id = p_endpoint);
  update ops.webhook_delivery d
  set claimed_until = null, last_outcome = p_outcome, last_status = p_status,
    state = case when v_dead then 'dead' else 'pending' end, settled_at = case when v_dead then v_now end,
    next_attempt_at = case when not v_dead then v_now + greatest(
      private.webhook_backoff(d.attempts - d.attempts_before, p_jitter),
      -- A receiver may ask for more time, up to a day.
      least(coalesce(p_retry_after_s, 0), 86400) * interval '1 second') end
  where d.message_id = p_message and d.endpoint_id = p_endpoint;
  if p_outcome = 'gone' then
    update ops.webhook_endpoint e set enabled = false where e.id = p_endpoint;
  end if;
  return case when v_dead then 'dead' else 'pending' end;
end
$$;
comment on function private.record_webhook(text, uuid, integer, text, integer, text, integer, integer, double precision) is
  'Reports the result of an attempt and returns the delivery''s state. Failures back off with jitter and are dead after the endpoint''s max_attempts.';

grant execute on function private.claim_webhooks(integer, integer),
  private.record_webhook(text, uuid, integer, text, integer, text, integer, integer, double precision) to carrel_edge;
