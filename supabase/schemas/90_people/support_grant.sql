-- What:  ops.support_grant: until when a member of staff may read the content of answers, who allowed it, and why.
-- Why:   support can help nearly everybody without reading what a learner has written (O2, O5).
create table ops.support_grant (
  id              bigint generated always as identity,
  staff_id        uuid not null,
  granted_by      uuid,
  granted_by_role text not null,
  reason          text not null,
  granted_at      timestamptz not null default clock_timestamp(),
  expires_at      timestamptz not null,
  ended_at        timestamptz,
  constraint support_grant_pkey primary key (id),
  -- Two people must know of it.
  constraint support_grant_to_another check (granted_by <> staff_id),
  constraint support_grant_reason_length check (length(btrim(reason)) between 1 and 500),
  constraint support_grant_ends_within_31_days check (expires_at > granted_at and expires_at <= granted_at + interval '31 days'),
  constraint support_grant_ends_after_its_start check (ended_at >= granted_at)
);
create index support_grant_staff_id_expires_at_idx on ops.support_grant (staff_id, expires_at) where ended_at is null;
comment on table ops.support_grant is
  'Staff who may read the content of answers until expires_at. Kept as a record. granted_by is null for SQL consoles; granted_by_role names those.';
alter table ops.support_grant enable row level security;
create policy support_grant_all_nobody on ops.support_grant for all to anon, authenticated using (false);

create function private.require_answers_grant()
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claims constant text := nullif(current_setting('request.jwt.claims', true), '');
begin
  -- SQL consoles and secret keys can read every table anyway.
  if (v_claims is null and session_user <> 'authenticator') or v_claims::jsonb ->> 'role' = 'service_role' then
    return;
  end if;
  if not exists (
    select from ops.support_grant g where g.staff_id = private.caller_id() and g.ended_at is null and g.expires_at > clock_timestamp())
  then
    perform private.raise_error('forbidden', 'The content of answers needs a grant: an admin gives it with grant_support().');
  end if;
end
$$;
comment on function private.require_answers_grant() is
  'Raises forbidden unless the caller has a valid row of ops.support_grant. Passes for SQL consoles and the service role. The caller has checked the role.';

create function private.support_grants()
returns table (staff_id uuid, reason text, granted_at timestamptz, expires_at timestamptz, granted_by uuid, granted_by_role text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return query
  select g.staff_id, g.reason, g.granted_at, g.expires_at, g.granted_by, g.granted_by_role from ops.support_grant g
  where g.ended_at is null and g.expires_at > clock_timestamp()
  order by g.expires_at, g.id;
end
$$;
comment on function private.support_grants() is 'The core of support_grants().';

create function private.grant_support(p_staff uuid, p_reason text, p_hours integer)
returns timestamptz
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller constant record := private.audit_caller();
  v_grant ops.support_grant;
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  if coalesce((private.account_of(p_staff, null)).app_role, '') not in ('support', 'admin') then
    perform private.raise_error('support_invalid', '`staff` must be the id of an account with the role support or admin.', 'staff');
  elsif p_staff = v_caller.actor then
    perform private.raise_error('support_invalid', '`staff` must be another account than your own.', 'staff');
  elsif (p_hours between 1 and 744) is not true then
    perform private.raise_error('support_invalid', '`hours` must be a whole number from 1 to 744.', 'hours');
  end if;
  insert into ops.support_grant (staff_id, granted_by, granted_by_role, reason, expires_at)
  values (p_staff, v_caller.actor, v_caller.actor_role, p_reason, clock_timestamp() + make_interval(hours => p_hours))
  returning * into v_grant;
  perform private.audit('grant_support', 'ops.support_grant', v_grant.id::text, null, to_jsonb(v_grant) - 'id');
  return v_grant.expires_at;
end
$$;
comment on function private.grant_support(uuid, text, integer) is 'The core of grant_support().';

create function private.end_support_grant(p_staff uuid, p_reason text)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ended bigint[];
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  with ended as (
    update ops.support_grant g set ended_at = clock_timestamp()
    where g.staff_id = p_staff and g.ended_at is null and g.expires_at > clock_timestamp()
    returning g.id
  )
  select coalesce(array_agg(e.id), '{}') into v_ended from ended e;
  perform private.audit('end_support_grant', 'ops.support_grant', e.id::text, null, jsonb_build_object('staff_id', p_staff, 'reason', p_reason))
  from unnest(v_ended) e (id);
  return cardinality(v_ended);
end
$$;
comment on function private.end_support_grant(uuid, text) is 'The core of end_support_grant().';
