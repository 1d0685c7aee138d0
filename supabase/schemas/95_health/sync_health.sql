-- What:  the view sync_health: each target with its value and status; ops.answers_by_hour(), answers over time.
-- Why:   operators see at a glance whether learners' work arrives, and which figure to look into (O4).

create function private.health_figures()
returns table (
  name text, status text, value double precision, target double precision, failing double precision, unit text, direction text, samples bigint,
  since timestamptz, meaning text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with span as (
    select date_trunc('hour', now() - s.period, 'UTC') as since from ops.health_setting s
  ),
  hours as (
    select h.metric, h.label, sum(h.amount) as amount
    from ops.health_hour h where h.hour >= (select s.since from span s)
    group by 1, 2
  ),
  s as (
    select
      coalesce(sum(h.amount) filter (where h.metric = 'outbox_events' and h.label = 'made'), 0) as made,
      coalesce(sum(h.amount) filter (where h.metric = 'outbox_events' and h.label = 'held'), 0) as held,
      coalesce(sum(h.amount) filter (where h.metric = 'answer_delay'), 0) - coalesce(sum(h.amount) filter (where h.metric = 'answer_delay_offline'), 0) as delays,
      coalesce(sum(h.amount) filter (where h.metric = 'answer_delay_ms'), 0)
        - coalesce(sum(h.amount) filter (where h.metric = 'answer_delay_offline_ms'), 0) as delay_ms,
      coalesce(sum(h.amount) filter (where h.metric = 'offline_periods'), 0) as periods,
      coalesce(sum(h.amount) filter (where h.metric = 'offline_periods' and h.label = 'completed'), 0) as completed,
      coalesce(sum(h.amount) filter (where h.metric = 'offline_reads'), 0) as reads,
      coalesce(sum(h.amount) filter (where h.metric = 'offline_reads_local'), 0) as local_reads,
      coalesce(sum(h.amount) filter (where h.metric in ('recovery', 'cache_repair')), 0) as recoveries,
      coalesce(sum(h.amount) filter (where h.metric in ('recovery', 'cache_repair') and h.label in ('0.1', '0.5', '1', '5', '15', '60')), 0) as quick,
      coalesce(sum(h.amount) filter (where h.metric = 'dead_letters'), 0) as dead_letters,
      coalesce(sum(h.amount) filter (where h.metric = 'cache_checks'), 0) as checks,
      coalesce(sum(h.amount) filter (where h.metric = 'cache_checks' and h.label = 'damaged'), 0) as damaged
    from hours h
  ),
  g as (
    select
      max(v.value) filter (where v.metric = 'devices_newest' and v.label = 'counted') as devices,
      max(v.value) filter (where v.metric = 'devices_newest' and v.label = 'newest') as newest,
      max(v.value) filter (where v.metric = 'quarantine' and v.label = 'open') as open,
      max(v.value) filter (where v.metric = 'quarantine_age') as open_age,
      sum(v.value) filter (where v.metric = 'webhooks') as webhooks
    from ops.health_gauge v
  ),
  j as (
    select count(*) as jobs, count(*) filter (where o.failures > 0 or private.is_late(o.last_run_at, o.every)) as broken from ops.job o
  ),
  figure as (
    select f.*
    from s cross join g cross join j cross join private.health_mark k
    cross join lateral (values
      ('sync_success', s.held / nullif(s.made, 0), s.made),
      ('action_to_server', s.delay_ms / nullif(s.delays, 0) / 1000, s.delays),
      ('newest_content', (g.newest / nullif(g.devices, 0))::numeric, g.devices::numeric),
      ('offline_completion', s.completed / nullif(s.periods, 0), s.periods),
      ('local_reads', s.local_reads / nullif(s.reads, 0), s.reads),
      ('recovery', s.quick / nullif(s.recoveries, 0), s.recoveries),
      ('dead_letters', least(s.dead_letters, s.made) / nullif(s.made, 0), s.made),
      ('cache_mismatches', s.damaged / nullif(s.checks, 0), s.checks),
      ('quarantine_age', g.open_age::numeric, g.open::numeric),
      ('webhooks', g.webhooks::numeric, null),
      ('jobs', j.broken, j.jobs),
      ('roll_up_age', extract(epoch from clock_timestamp() - k.counted_until), null)) f (name, value, samples)
  )
  select t.id,
    case
      when f.value is null or coalesce(f.samples, 0) < t.least_count then 'unknown'
      when case t.direction when 'at_least' then f.value >= t.target else f.value <= t.target end then 'ok'
      when case t.direction when 'at_least' then f.value >= t.failing else f.value <= t.failing end then 'warning'
      else 'failing'
    end,
    f.value::double precision, t.target, t.failing, t.unit, t.direction, f.samples::bigint, p.since, t.meaning
  from ops.health_target_setting t
  join figure f on f.name = t.id
  cross join span p
  order by array_position(array['sync_success', 'action_to_server', 'newest_content', 'offline_completion', 'local_reads', 'recovery'], t.id), t.id
$$;
comment on function private.health_figures() is 'The rows of sync_health. The caller checks who asks.';

create function private.sync_health()
returns table (
  name text, status text, value double precision, target double precision, failing double precision, unit text, direction text, samples bigint,
  since timestamptz, meaning text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  return query select * from private.health_figures();
end
$$;
comment on function private.sync_health() is 'The core of the view sync_health.';

create view public.sync_health with (security_invoker = true) as select * from private.sync_health();
comment on view public.sync_health is
  'Each target of service health: name, status (ok, warning: misses its target, failing: far from it, unknown: too few samples), value, target, failing, unit, '
  'direction, samples, and since when they count. Support and admins; others get forbidden. docs/health.md explains each.';

create function private.answers_by_hour(p_from timestamptz, p_to timestamptz)
returns table (hour timestamptz, answers bigint, correct bigint, wrong bigint, ungraded bigint, voided bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('instructor', 'support', 'admin');
  return query
  select h.hour, sum(h.amount)::bigint, coalesce(sum(h.amount) filter (where h.label = 'correct'), 0)::bigint,
    coalesce(sum(h.amount) filter (where h.label = 'wrong'), 0)::bigint, coalesce(sum(h.amount) filter (where h.label = 'ungraded'), 0)::bigint,
    coalesce(max(v.voided), 0)
  from ops.health_hour h
  left join (
    select date_bin('1 hour', e.received_at, 'epoch') as at_hour, count(*) as voided
    from learner.attempt a
    join learner.event e on e.user_id = a.user_id and e.event_id = a.event_id
    where a.voided_at is not null
      and private.counted_at(e.user_id, e.event_id, e.received_at) < (select m.counted_until from private.health_mark m)
    group by 1
  ) v on v.at_hour = h.hour
  where h.metric = 'answers' and h.hour >= p_from and h.hour < p_to
  group by h.hour
  order by h.hour;
end
$$;
comment on function private.answers_by_hour(timestamptz, timestamptz) is 'The core of ops.answers_by_hour().';

create function ops.answers_by_hour(p_from timestamptz default now() - interval '7 days', p_to timestamptz default now())
returns table (hour timestamptz, answers bigint, correct bigint, wrong bigint, ungraded bigint, voided bigint)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$ select * from private.answers_by_hour(p_from, p_to) $$;
comment on function ops.answers_by_hour(timestamptz, timestamptz) is
  'The answers that arrived in each hour, by the server''s grading. voided: those of them that support has voided by now. Instructors, support and admins.';

grant execute on function private.sync_health() to authenticated, service_role;
grant select on public.sync_health to authenticated, service_role;
