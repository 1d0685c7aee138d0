-- What:  ops.measure_health(), a job that measures what has no history of its own: content on devices, quarantine, webhooks, alarms.
-- Why:   these values need a look at whole tables. Whoever asks for health reads the last measurement (O4).

-- Voids are few. They are counted where they are, so a void, its undoing, a rebuild and an adoption are right without a trace of changes.
create index attempt_voided_at_idx on learner.attempt (voided_at) where voided_at is not null;

create function private.gauges()
returns table (metric text, label text, value double precision)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with settled as (
    -- Devices that were seen a day after a release have had the time to fetch it.
    select max(r.version) as version, max(r.published_at) + interval '24 hours' as fetched_by from content.release r where r.published_at <= now() - interval '24 hours'
  ),
  seen as (
    select count(*) filter (where d.last_seen_at > now() - interval '24 hours') as devices,
      count(distinct d.user_id) filter (where d.last_seen_at > now() - interval '24 hours') as learners,
      count(*) filter (where d.content_version is not null and d.last_seen_at >= s.fetched_by) as counted,
      count(*) filter (where d.content_version >= s.version and d.last_seen_at >= s.fetched_by) as newest
    from learner.device d cross join settled s
    where d.revoked_at is null and d.last_seen_at > now() - (select h.period from ops.health_setting h)
  ),
  waiting as (
    select coalesce(sum(l.open_rows), 0) as open, coalesce(sum(l.held_rows), 0) as held from ops.quarantine_load l
  )
  select m.metric, m.label, m.value::double precision
  from seen s cross join waiting w
  cross join lateral (values
    ('devices_seen', '', s.devices), ('learners_seen', '', s.learners), ('devices_newest', 'counted', s.counted), ('devices_newest', 'newest', s.newest),
    ('quarantine', 'open', w.open), ('quarantine', 'held', w.held)) m (metric, label, value)
  union all
  select 'quarantine_age', '', coalesce(extract(epoch from now() - min(q.first_seen_at)), 0) from ops.quarantine q where q.status = 'open'
  union all
  select 'answers_voided', '', count(*) from learner.attempt a where a.voided_at is not null
  union all
  select 'webhooks', 'dead', count(*) from ops.webhook_delivery d
  where d.state = 'dead' and d.settled_at > now() - (select h.period from ops.health_setting h)
  union all
  select 'webhooks', 'late', count(*) from ops.webhook_delivery d join ops.webhook_message m on m.id = d.message_id
  where d.state = 'pending' and m.created_at < now() - interval '1 hour'
  union all
  select case when a.acknowledged_at is null then 'alarms' else 'alarms_acknowledged' end, a.name, count(*) from private.alarms() a group by 1, a.name
$$;
comment on function private.gauges() is 'Health values of the present, each with its part.';

create function private.measure_health()
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_values integer;
begin
  perform private.end_acknowledgements();
  delete from ops.health_gauge g where g.metric in ('alarms', 'alarms_acknowledged');
  insert into ops.health_gauge as g (metric, label, value, measured_at)
  select v.metric, v.label, v.value, now() from private.gauges() v
  on conflict (metric, label) do update set value = excluded.value, measured_at = excluded.measured_at;
  get diagnostics v_values = row_count;
  return v_values;
end
$$;
comment on function private.measure_health() is 'The core of ops.measure_health().';

create function ops.measure_health()
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.measure_health();
end
$$;
comment on function ops.measure_health() is 'Measures the values of ops.health_gauge and returns their number. Admins and a job every five minutes.';

select private.schedule_job('health_gauges', '*/5 * * * *', '5 minutes', 'select ops.measure_health()');
