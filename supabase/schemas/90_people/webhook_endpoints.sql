-- What:  administration of webhook endpoints: add, list, enable or disable, rotate the secret.
-- Why:   the server makes a secret, shows it once and keeps it in Vault. Two secrets are active during a rotation (S2).

create function private.add_webhook_endpoint(p_url text, p_events text[], p_description text, p_local boolean)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id constant uuid := gen_random_uuid();
  v_made record;
begin
  perform private.require_role('admin');
  if p_url is null or not private.is_webhook_url(p_url, p_local) then
    perform private.raise_error('signal_invalid', '`url` must be an https URL without user and password.', 'url');
  elsif cardinality(p_events) not between 1 and cardinality(private.webhook_types()) or not p_events <@ private.webhook_types() then
    perform private.raise_error('signal_invalid', format('`events` must be some of %s.', array_to_string(private.webhook_types(), ', ')), 'events');
  elsif length(p_description) > 300 then
    perform private.raise_error('signal_invalid', '`description` may have at most 300 characters.', 'description');
  end if;
  select * into v_made from private.new_webhook_secret(v_id);
  -- Learners' ids are sent only to endpoints that ask for erasures.
  insert into ops.webhook_endpoint (id, url, description, events, local, secret_id)
  values (v_id, p_url, p_description, coalesce(p_events, array['release.published', 'release.rolled_back']), coalesce(p_local, false), v_made.p_id);
  return json_build_object('id', v_id, 'secret', v_made.p_secret);
end
$$;
comment on function private.add_webhook_endpoint(text, text[], text, boolean) is 'The core of add_webhook_endpoint().';

create function private.webhook_endpoints()
returns table (
  id uuid, url text, description text, events text[], enabled boolean, secrets integer, pending bigint, dead bigint, last_delivered_at timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return query
  select e.id, e.url, e.description, e.events, e.enabled, case when e.previous_ends_at > now() then 2 else 1 end,
    count(*) filter (where d.state = 'pending'), count(*) filter (where d.state = 'dead'), max(d.settled_at) filter (where d.state = 'delivered')
  from ops.webhook_endpoint e
  left join ops.webhook_delivery d on d.endpoint_id = e.id
  group by e.id
  order by e.created_at, e.id;
end
$$;
comment on function private.webhook_endpoints() is 'The core of webhook_endpoints().';

create function private.set_webhook_endpoint(p_endpoint uuid, p_enabled boolean)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  update ops.webhook_endpoint e set enabled = p_enabled where e.id = p_endpoint;
  if not found then
    perform private.raise_error('webhook_unknown', 'This webhook endpoint does not exist.', 'endpoint');
  end if;
end
$$;
comment on function private.set_webhook_endpoint(uuid, boolean) is 'The core of set_webhook_endpoint().';

create function private.rotate_webhook_secret(p_endpoint uuid, p_overlap_hours integer)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_endpoint ops.webhook_endpoint;
  v_made record;
begin
  perform private.require_role('admin');
  select e.* into v_endpoint from ops.webhook_endpoint e where e.id = p_endpoint for update;
  if not found then
    perform private.raise_error('webhook_unknown', 'This webhook endpoint does not exist.', 'endpoint');
  elsif p_overlap_hours is null or p_overlap_hours not between 0 and 720 then
    perform private.raise_error('signal_invalid', '`overlap_hours` must be from 0 to 720.', 'overlap_hours');
  elsif v_endpoint.previous_ends_at > now() and p_overlap_hours > 0 then
    -- A third secret would end the oldest one before its promised time. A leaked secret is ended by 0 hours of overlap.
    perform private.raise_error('webhook_rotating', 'The previous signing secret is still active. Rotate again when it has ended, or with 0 hours of overlap.',
      to_char(v_endpoint.previous_ends_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
  end if;
  select * into v_made from private.new_webhook_secret(p_endpoint);
  update ops.webhook_endpoint e
  set secret_id = v_made.p_id,
    previous_secret_id = case when p_overlap_hours > 0 then e.secret_id end,
    previous_ends_at = case when p_overlap_hours > 0 then now() + p_overlap_hours * interval '1 hour' end
  where e.id = p_endpoint;
  perform private.forget_webhook_secret(v_endpoint.previous_secret_id);
  if p_overlap_hours = 0 then
    perform private.forget_webhook_secret(v_endpoint.secret_id);
  end if;
  return json_build_object('id', p_endpoint, 'secret', v_made.p_secret);
end
$$;
comment on function private.rotate_webhook_secret(uuid, integer) is 'The core of rotate_webhook_secret().';

create function public.add_webhook_endpoint(url text, events text[] default null, description text default null, local boolean default false)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.add_webhook_endpoint(url, events, description, local);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.add_webhook_endpoint(text, text[], text, boolean) is
  'Adds an endpoint for webhooks. Returns its id and, only this time, its secret. events: by default those of releases. local: allows http to the loopback, for tests. '
  'Admins. Errors: forbidden, signal_invalid.';

create function public.webhook_endpoints()
returns table (
  id uuid, url text, description text, events text[], enabled boolean, secrets integer, pending bigint, dead bigint, last_delivered_at timestamptz)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.webhook_endpoints();
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.webhook_endpoints() is 'All webhook endpoints, with the number of active secrets and of pending and dead deliveries. Admins.';

create function public.set_webhook_endpoint(endpoint uuid, enabled boolean)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.set_webhook_endpoint(endpoint, enabled);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.set_webhook_endpoint(uuid, boolean) is
  'Enables or disables an endpoint. While disabled it gets no new messages, and pending ones wait. Admins. Errors: forbidden, webhook_unknown.';

create function public.rotate_webhook_secret(endpoint uuid, overlap_hours integer default 24)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.rotate_webhook_secret(endpoint, overlap_hours);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.rotate_webhook_secret(uuid, integer) is
  'Makes a new signing secret and returns it, only this time. The previous secret stays active for overlap_hours (0: ends at once). '
  'Admins. Errors: forbidden, webhook_unknown, webhook_rotating, signal_invalid.';

grant execute on function private.add_webhook_endpoint(text, text[], text, boolean), private.webhook_endpoints(),
  private.set_webhook_endpoint(uuid, boolean), private.rotate_webhook_secret(uuid, integer) to authenticated, service_role;
grant execute on function public.add_webhook_endpoint(text, text[], text, boolean), public.webhook_endpoints(),
  public.set_webhook_endpoint(uuid, boolean), public.rotate_webhook_secret(uuid, integer) to authenticated, service_role;
