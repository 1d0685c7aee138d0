-- What:  support_errors(): the failures of all learners in the last hours, counted by code, platform and app version.
-- Why:   one learner's problem is often everybody's on one version of the app (O2).

create function private.failures_since(p_since timestamptz)
returns table (source text, code text, user_id uuid, device_id uuid, at timestamptz, id text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select 'quarantine', q.code, q.user_id, q.device_id, q.last_seen_at, encode(q.sha256, 'hex') from ops.quarantine q where q.last_seen_at >= p_since
    and q.status in ('open', 'held', 'superseded', 'discarded')
  union all
  -- Found by the time of arrival, whose index is tiny.
  select split_part(t.type, '.', 1), t.body ->> 'code', t.user_id, t.device_id, t.received_at, private.uuid_to_ulid(t.event_id)
  from ops.telemetry t
  where t.received_at >= p_since and t.type in ('app.failed', 'outbox.attempted', 'outbox.dead_lettered') and t.body ->> 'code' is not null
$$;
comment on function private.failures_since(timestamptz) is 'Quarantined events, failures in apps, and batches and events that devices could not send.';

create function private.support_errors(p_reason text, p_code text, p_platform text, p_version text, p_hours integer, p_limit integer)
returns table (
  source text, code text, platform text, app_version text, failures bigint, learners bigint, first_at timestamptz, last_at timestamptz, examples jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_shown jsonb;
begin
  perform private.require_look(p_reason, false);
  if (p_hours between 1 and 744) is not true then
    perform private.raise_error('support_invalid', '`hours` must be a whole number from 1 to 744.', 'hours');
  end if;
  select coalesce(jsonb_agg(g order by g.failures desc, g.source, g.code, g.platform, g.app_version), '[]') into v_shown
  from (
    select f.source, f.code, d.platform, d.app_version, count(*) as failures, count(distinct f.user_id) as learners, min(f.at) as first_at, max(f.at) as last_at,
      to_jsonb((array_agg(jsonb_build_object('learner_id', f.user_id, 'device_id', f.device_id, 'at', f.at, 'id', f.id) order by f.at desc))[1:3]) as examples
    from private.failures_since(clock_timestamp() - make_interval(hours => p_hours)) f
    left join learner.device d on d.user_id = f.user_id and d.device_id = f.device_id
    where (p_code is null or f.code = p_code) and (p_platform is null or d.platform = p_platform) and (p_version is null or d.app_version = p_version)
    group by f.source, f.code, d.platform, d.app_version
    order by count(*) desc, f.source, f.code, d.platform, d.app_version
    limit private.list_rows(p_limit)
  ) g;
  perform private.audit_look('support_errors', 'ops.quarantine',
    array(select distinct (e ->> 'learner_id')::uuid from jsonb_array_elements(v_shown) g cross join jsonb_array_elements(g -> 'examples') e),
    jsonb_strip_nulls(jsonb_build_object('reason', p_reason, 'code', left(p_code, 100), 'platform', left(p_platform, 100), 'app_version', left(p_version, 100),
      'hours', p_hours)));
  return query
  select r.source, r.code, r.platform, r.app_version, r.failures, r.learners, r.first_at, r.last_at, r.examples
  from jsonb_array_elements(v_shown) with ordinality g (value, place)
  cross join lateral jsonb_to_record(g.value) as r (source text, code text, platform text, app_version text, failures bigint, learners bigint,
    first_at timestamptz, last_at timestamptz, examples jsonb)
  order by g.place;
end
$$;
comment on function private.support_errors(text, text, text, text, integer, integer) is 'The core of support_errors().';

create function public.support_errors(
  reason text default null, with_code text default null, with_platform text default null, with_app_version text default null, hours integer default 24,
  page_rows integer default null)
returns table (
  source text, code text, platform text, app_version text, failures bigint, learners bigint, first_at timestamptz, last_at timestamptz, examples jsonb)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_errors(reason, with_code, with_platform, with_app_version, hours, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_errors(text, text, text, text, integer, integer) is
  'Failures of all learners in the last hours (at most 744), most frequent first: by source (quarantine, app, outbox), code, platform and app version, with '
  'the three newest as examples {learner_id, device_id, at, id}. Platform and version are those of the device''s last contact. Support and admins, with a '
  'reason; audited, for each learner shown too. Errors: forbidden, support_invalid.';

grant execute on function private.support_errors(text, text, text, text, integer, integer), public.support_errors(text, text, text, text, integer, integer)
  to authenticated, service_role;
