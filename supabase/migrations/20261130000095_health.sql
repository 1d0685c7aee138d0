-- Generated from supabase/schemas/95_health by `npm run generate`. Do not edit.
--
-- What:  hourly sums of what arrives, the targets of health, and the view sync_health.
-- Why:   operators see in figures whether learners' work arrives (O4).
-- Locks: the ledger, the telemetry, the batches and the attempts, against writes, while their new indexes are built.
-- Undo:  select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('health', 'health_prune', 'health_gauges');
--        delete from ops.job where name in ('health', 'health_prune', 'health_gauges');
--        drop index learner.event_received_at_idx, ops.telemetry_received_at_idx, learner.batch_received_at_idx,
--          ops.quarantine_resolved_at_idx, ops.quarantine_user_id_resolved_event_idx, learner.attempt_voided_at_idx;
--        drop view public.sync_health;
--        drop table ops.health_setting, ops.health_target_setting, ops.health_hour, ops.health_total, ops.health_gauge, private.health_mark
--          cascade;
--        drop function if exists private.counted_at, private.bucket_bounds, private.bucket_label, private.was_offline,
--          private.count_events, private.count_reports, private.count_batches, private.count_sync_success, private.count_health,
--          private.settle_arrivals, ops.roll_up_health, private.prune_health, ops.prune_health, private.gauges, private.measure_health,
--          ops.measure_health, private.health_figures, private.sync_health, private.answers_by_hour, ops.answers_by_hour, private.metrics;

select private.revoke_default_grants();

-- Source: schemas/95_health/settings.sql
-- What:  ops.health_setting, the periods of health figures; ops.health_target_setting, the target of each figure.
-- Why:   a figure says something only beside its target, and each target stands in one place (O4).
create table ops.health_setting (
  id        smallint not null default 1,
  period    interval not null default '7 days',
  grace     interval not null default '1 hour',
  keep_days integer not null default 400,
  constraint health_setting_pkey primary key (id),
  constraint health_setting_one_row check (id = 1),
  constraint health_setting_period_in_range check (period between interval '1 hour' and interval '90 days'),
  constraint health_setting_grace_in_range check (grace between interval '0' and interval '7 days'),
  constraint health_setting_keep_days_in_range check (keep_days between 100 and 3650)
);
comment on table ops.health_setting is 'One row: the periods of health figures.';
comment on column ops.health_setting.period is 'sync_health shows the sums of this period.';
comment on column ops.health_setting.grace is
  'How long after a device''s report of new events these events may still arrive. Sync success counts what is held by then.';
comment on column ops.health_setting.keep_days is 'How long hourly sums are kept. Totals are kept for good.';

create table ops.health_target_setting (
  id          text not null,
  unit        text not null,
  direction   text not null,
  target      double precision not null,
  failing     double precision not null,
  least_count integer not null,
  meaning     text not null,
  constraint health_target_setting_pkey primary key (id),
  constraint health_target_setting_unit_known check (unit in ('share', 'seconds', 'count')),
  constraint health_target_setting_direction_known check (direction in ('at_least', 'at_most')),
  constraint health_target_setting_failing_is_beyond_target check (
    case direction when 'at_least' then failing <= target else failing >= target end and least(target, failing) >= 0),
  constraint health_target_setting_shares_in_range check (unit <> 'share' or greatest(target, failing) <= 1),
  constraint health_target_setting_least_count_not_negative check (least_count >= 0)
);
comment on table ops.health_target_setting is
  'The targets of sync_health, one row each. A value that misses target is a warning, one that also misses failing is failing.';
comment on column ops.health_target_setting.least_count is 'With fewer samples in the period the status is unknown.';

insert into ops.health_target_setting (id, unit, direction, target, failing, least_count, meaning) values
  ('sync_success', 'share', 'at_least', 0.999, 0.99, 100, 'events that the server holds, of those that devices made'),
  ('action_to_server', 'seconds', 'at_most', 300, 900, 20, 'mean time from an answer to the server, without answers given offline'),
  ('newest_content', 'share', 'at_least', 0.95, 0.8, 5, 'devices that have a release 24 hours after its publish, or a newer one'),
  ('offline_completion', 'share', 'at_least', 0.8, 0.5, 10, 'offline periods in which the learner finished what they began'),
  ('local_reads', 'share', 'at_least', 0.8, 0.5, 10, 'content reads of offline periods that the device answered itself'),
  ('recovery', 'share', 'at_least', 0.9, 0.5, 10, 'failures of apps and repairs of caches that were over within a minute'),
  ('dead_letters', 'share', 'at_most', 0.0001, 0.001, 100, 'events that devices gave up, of those that they made'),
  ('cache_mismatches', 'share', 'at_most', 0.001, 0.01, 20, 'checks of a cache that found damage'),
  ('quarantine_age', 'seconds', 'at_most', 259200, 1209600, 0, 'age of the oldest event that waits for support'),
  ('webhooks', 'count', 'at_most', 0, 10, 0, 'deliveries that were given up in the period, or are an hour late'),
  ('jobs', 'count', 'at_most', 0, 2, 0, 'jobs that fail or are late'),
  ('roll_up_age', 'seconds', 'at_most', 600, 3600, 0, 'age of the newest arrival that the hourly sums contain');

alter table ops.health_setting enable row level security;
alter table ops.health_target_setting enable row level security;
create policy health_setting_all_nobody on ops.health_setting for all to anon, authenticated using (false);
create policy health_target_setting_all_nobody on ops.health_target_setting for all to anon, authenticated using (false);
insert into ops.health_setting default values;
create trigger health_setting_audit_update after update on ops.health_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger health_setting_stays before delete or truncate on ops.health_setting
  for each statement execute function private.forbid_change();
create trigger health_target_setting_audit_update after update on ops.health_target_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
-- Each row belongs to a figure of sync_health.
create trigger health_target_setting_stays before insert or delete or truncate on ops.health_target_setting
  for each statement execute function private.forbid_change();

-- Source: schemas/95_health/sums.sql
-- What:  ops.health_hour and ops.health_total, the sums of what has arrived; ops.health_gauge, values of the present; where the counting stands.
-- Why:   health must not cost a look at the ledger. The sums derive from rows by their time of arrival, which never changes. So late events, duplicates,
--        voids and rebuilds change nothing that was counted (O4).
create table ops.health_hour (
  hour   timestamptz not null,
  metric text not null,
  label  text not null,
  amount bigint not null,
  constraint health_hour_pkey primary key (hour, metric, label),
  constraint health_hour_begins_an_hour check (hour = date_trunc('hour', hour, 'UTC'))
);
comment on table ops.health_hour is
  'Sums by hour of arrival (UTC), without personal data. They stay when learners are erased. docs/health.md lists the metrics.';
comment on column ops.health_hour.label is
  'A part of the metric, such as an event type. In a histogram the bucket: the least bound in seconds that is not exceeded, or +Inf. Empty: the metric has no parts.';

create table ops.health_total (
  metric text not null,
  label  text not null,
  amount bigint not null,
  constraint health_total_pkey primary key (metric, label)
);
comment on table ops.health_total is 'The sums of all hours since the first run, kept for good: the counters of OpenMetrics.';

create table ops.health_gauge (
  metric      text not null,
  label       text not null,
  value       double precision not null,
  measured_at timestamptz not null,
  constraint health_gauge_pkey primary key (metric, label)
);
comment on table ops.health_gauge is 'Values of the present that need a look at whole tables, measured every five minutes.';

create table private.health_mark (
  singleton     boolean not null default true,
  counted_until timestamptz not null default now(),
  judged_until  timestamptz not null default now(),
  settled_until timestamptz not null default now(),
  next_until    timestamptz,
  next_xid      xid8,
  constraint health_mark_pkey primary key (singleton),
  constraint health_mark_singleton check (singleton),
  constraint health_mark_in_order check (judged_until <= counted_until and counted_until <= settled_until),
  constraint health_mark_next_is_whole check ((next_until is null) = (next_xid is null))
);
comment on table private.health_mark is 'One row: how far arrivals are counted. Times are those of received_at.';
comment on column private.health_mark.judged_until is 'Reports of new events that arrived before this time are compared with the events held.';
comment on column private.health_mark.settled_until is 'No transaction in progress can add a row that arrived before this time.';
comment on column private.health_mark.next_until is 'Becomes settled_until once all transactions before next_xid have ended.';

alter table ops.health_hour enable row level security;
alter table ops.health_total enable row level security;
alter table ops.health_gauge enable row level security;
alter table private.health_mark enable row level security;
create policy health_hour_all_nobody on ops.health_hour for all to anon, authenticated using (false);
create policy health_total_all_nobody on ops.health_total for all to anon, authenticated using (false);
create policy health_gauge_all_nobody on ops.health_gauge for all to anon, authenticated using (false);
create policy health_mark_all_nobody on private.health_mark for all to anon, authenticated using (false);
insert into private.health_mark default values;

-- Arrivals are found by time, across all learners. Rows lie on disk as they arrived, so an index of block ranges is enough. It costs an insert nearly
-- nothing, unlike a b-tree.
create index event_received_at_idx on learner.event using brin (received_at) with (autosummarize = on);
create index telemetry_received_at_idx on ops.telemetry using brin (received_at) with (autosummarize = on);
create index batch_received_at_idx on learner.batch using brin (received_at) with (autosummarize = on);

-- An event that waited in quarantine is stamped with its first arrival, which was counted long ago. These find it.
create index quarantine_resolved_at_idx on ops.quarantine (resolved_at) where status = 'superseded';
create index quarantine_user_id_resolved_event_idx on ops.quarantine (user_id, resolved_event) where status = 'superseded';

create function private.counted_at(p_user uuid, p_event uuid, p_received_at timestamptz)
returns timestamptz
language plpgsql -- rather than sql, which plans at every call
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce((
    select min(q.resolved_at) from ops.quarantine q
    where q.user_id = p_user and q.resolved_event = p_event and q.first_seen_at = p_received_at and q.status = 'superseded'), p_received_at);
end
$$;
comment on function private.counted_at(uuid, uuid, timestamptz) is
  'By when the roll-up counts a ledger event: its arrival, or the time at which it was applied if it had waited in quarantine.';

create function private.bucket_bounds()
returns bigint[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select array[100, 500, 1000, 5000, 15000, 60000, 300000, 900000, 3600000, 21600000, 86400000]::bigint[] $$;
comment on function private.bucket_bounds() is
  'The bounds of all histograms in milliseconds, each inclusive. width_bucket(ms - 1, bounds) numbers the buckets from 0.';

create function private.bucket_label(p_bucket integer)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select coalesce(((private.bucket_bounds())[p_bucket + 1] / 1000.0)::double precision::text, '+Inf') $$;
comment on function private.bucket_label(integer) is 'The label of a bucket: its bound in seconds, such as 0.5 or 60, or +Inf.';

-- Source: schemas/95_health/count_answers.sql
-- What:  count_events(): what arrived in the ledger in a period, and how long answers were under way while their device was online.
-- Why:   an answer should be on the server within five minutes. Answers of offline periods are another matter and would hide the figure (O4).

create function private.was_offline(p_user uuid, p_device uuid, p_event uuid, p_arrival timestamptz, p_before timestamptz)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from ops.telemetry r
    cross join lateral (select r.occurred_at - make_interval(secs => (r.body ->> 'duration_ms')::numeric / 1000.0) as began_at) o
    where r.user_id = p_user and r.device_id = p_device and r.type = 'offline.used' and r.received_at < p_before
      -- The report comes after the event, at most an hour after its arrival. So the look-up reads a short range.
      and r.event_id > p_event and r.event_id <= private.ulid_floor(greatest(p_arrival + interval '1 hour', 'epoch'))
      -- A device notices at its next sync that the network is gone. Its last sync was at most an hour before.
      and private.counted_at(r.user_id, r.event_id, r.received_at) = r.received_at
      and o.began_at <= p_arrival and p_event >= private.ulid_floor(greatest(o.began_at - interval '1 hour', 'epoch')));
end
$$;
comment on function private.was_offline(uuid, uuid, uuid, timestamptz, timestamptz) is
  'Whether a device was offline between an event and its arrival (p_arrival, by the device''s clock), by the reports that arrived before p_before.';

create function private.count_events(p_from timestamptz, p_to timestamptz)
returns table (hour timestamptz, metric text, label text, amount bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with arrived as (
    select e.user_id, e.device_id, e.event_id, e.type, e.occurred_at, e.received_at, e.graded_correct, e.clock_skew_ms, e.clock_offset_ms, true as is_new
    from learner.event e
    where e.received_at >= p_from and e.received_at < p_to
      and not exists (
        select from ops.quarantine q
        where q.user_id = e.user_id and q.resolved_event = e.event_id and q.first_seen_at = e.received_at and q.status = 'superseded')
    union all
    -- What waited in quarantine and was applied in this period. It counts in the hour of its arrival.
    select distinct e.user_id, e.device_id, e.event_id, e.type, e.occurred_at, e.received_at, e.graded_correct, e.clock_skew_ms, e.clock_offset_ms, true
    from ops.quarantine q
    join learner.event e on e.user_id = q.user_id and e.event_id = q.resolved_event and e.received_at = q.first_seen_at
    where q.status = 'superseded' and q.resolved_at >= p_from and q.resolved_at < p_to
      and private.counted_at(e.user_id, e.event_id, e.received_at) >= p_from
    union all
    -- Reports of offline periods often arrive after their answers. These answers were counted as online.
    select distinct e.user_id, e.device_id, e.event_id, e.type, e.occurred_at, e.received_at, e.graded_correct, e.clock_skew_ms, e.clock_offset_ms, false
    from ops.telemetry r
    cross join lateral (select r.occurred_at - make_interval(secs => (r.body ->> 'duration_ms')::numeric / 1000.0) as began_at) o
    join learner.event e on e.user_id = r.user_id and e.device_id = r.device_id and e.event_id < r.event_id
      and e.event_id >= private.ulid_floor(greatest(o.began_at - interval '1 hour', 'epoch'))
    where r.received_at >= p_from and r.received_at < p_to and r.type = 'offline.used'
      and e.type = 'attempt.recorded' and e.received_at < p_from and private.counted_at(e.user_id, e.event_id, e.received_at) < p_from
      and private.counted_at(r.user_id, r.event_id, r.received_at) = r.received_at
  ),
  -- Only a device's own batch has a clock skew.
  timed as materialized (
    select a.*, date_bin('1 hour', a.received_at, 'epoch') as at_hour,
      case when a.type = 'attempt.recorded' and a.clock_skew_ms is not null then
        greatest((extract(epoch from a.received_at - a.occurred_at) * 1000)::bigint - coalesce(a.clock_offset_ms, a.clock_skew_ms), 0) end as delay_ms
    from arrived a
  ),
  -- What arrives within a minute was sent online, without a look-up.
  known as (
    select t.*, w.is_offline, w.was_offline
    from timed t
    cross join lateral (select t.occurred_at + make_interval(secs => t.delay_ms::double precision / 1000) as at) arrival
    cross join lateral (select
      case when t.delay_ms > 60000 then private.was_offline(t.user_id, t.device_id, t.event_id, arrival.at, p_to) else false end as is_offline,
      case when t.delay_ms > 60000 and not t.is_new then private.was_offline(t.user_id, t.device_id, t.event_id, arrival.at, p_from) else false end as was_offline) w
  ),
  grouped as (
    select k.at_hour, k.type, k.is_new, k.is_offline, k.graded_correct, width_bucket(k.delay_ms - 1, b.bounds) as bucket, count(*) as events,
      sum(k.delay_ms)::bigint as delay_ms
    from known k cross join (select private.bucket_bounds() as bounds) b
    where k.is_new or (k.is_offline and not k.was_offline)
    group by 1, 2, 3, 4, 5, 6
  )
  select g.at_hour, m.metric, m.label, sum(m.amount)::bigint
  from grouped g
  cross join lateral (
    select 'events', g.type, g.events where g.is_new
    union all
    select 'answers', case g.graded_correct when true then 'correct' when false then 'wrong' else 'ungraded' end, g.events
    where g.is_new and g.type = 'attempt.recorded'
    union all
    select 'answers_offline', '', g.events where g.is_offline
    union all
    -- Nothing is subtracted, so that no sum of monitoring ever falls. What a later report has shown to be offline is counted beside it.
    select d.metric || x.suffix, case x.suffix when '' then private.bucket_label(g.bucket) else '' end, case x.suffix when '' then g.events else g.delay_ms end
    from (values ('answer_delay', g.is_new and not g.is_offline), ('answer_delay_offline', not g.is_new)) d (metric, is_meant), (values (''), ('_ms')) x (suffix)
    where d.is_meant and g.bucket is not null
  ) m (metric, label, amount)
  group by 1, 2, 3
$$;
comment on function private.count_events(timestamptz, timestamptz) is
  'The sums of ledger events that arrived in [p_from, p_to), and what reports of that period change about earlier answers.';

-- Source: schemas/95_health/count_reports.sql
-- What:  count_reports(): what devices reported in a period; count_batches(): the results of their batches.
-- Why:   caches, failures and offline use are seen by devices alone (U9, O4).

create function private.count_reports(p_from timestamptz, p_to timestamptz)
returns table (hour timestamptz, metric text, label text, amount bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with reported as (
    -- Numeric first, because a whole number may be written as 5.0.
    select date_bin('1 hour', t.received_at, 'epoch') as at_hour, t.type,
      coalesce((t.body -> 'answered')::boolean, (t.body -> 'completed')::boolean, (t.body -> 'fatal')::boolean, (t.body -> 'damaged')::numeric > 0) as flag,
      width_bucket((t.body -> 'duration_ms')::numeric::bigint - 1, b.bounds) as bucket, count(*) as reports,
      sum((t.body -> 'duration_ms')::numeric) as duration_ms, sum((t.body -> 'reads')::numeric) as reads,
      sum(least((t.body -> 'local_reads')::numeric, (t.body -> 'reads')::numeric)) as local_reads
    from ops.telemetry t cross join (select private.bucket_bounds() as bounds) b
    where t.received_at >= p_from and t.received_at < p_to
      -- A report that waited in quarantine is not counted: its period was.
      and not exists (
        select from ops.quarantine q
        where q.user_id = t.user_id and q.resolved_event = t.event_id and q.first_seen_at = t.received_at and q.status = 'superseded')
    group by 1, 2, 3, 4
  )
  select r.at_hour, m.metric, m.label, sum(m.amount)::bigint
  from reported r
  cross join lateral (
    select 'reports', r.type, r.reports::numeric
    union all
    select c.metric, case when r.flag then c.yes else c.no end, r.reports
    from (values
      ('outbox.attempted', 'sends', 'answered', 'failed'), ('outbox.dead_lettered', 'dead_letters', '', ''), ('cache.checked', 'cache_checks', 'damaged', 'intact'),
      ('offline.used', 'offline_periods', 'completed', 'unfinished'), ('app.failed', 'failures', 'fatal', 'handled')) c (type, metric, yes, no)
    where c.type = r.type
    union all
    select o.metric, '', o.amount from (values ('offline_reads', r.reads), ('offline_reads_local', r.local_reads)) o (metric, amount) where r.type = 'offline.used'
    union all
    select h.metric || x.suffix, case x.suffix when '' then private.bucket_label(r.bucket) else '' end, case x.suffix when '' then r.reports else r.duration_ms end
    from (values ('outbox.attempted', 'send'), ('cache.refreshed', 'cache_refresh'), ('cache.repaired', 'cache_repair'), ('app.recovered', 'recovery')) h (type, metric),
      (values (''), ('_ms')) x (suffix)
    where h.type = r.type
  ) m (metric, label, amount)
  group by 1, 2, 3
$$;
comment on function private.count_reports(timestamptz, timestamptz) is 'The sums of telemetry that arrived in [p_from, p_to).';

create function private.count_batches(p_from timestamptz, p_to timestamptz)
returns table (hour timestamptz, metric text, label text, amount bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select date_bin('1 hour', b.received_at, 'epoch'), m.metric, m.label, sum(m.amount)::bigint
  from learner.batch b
  cross join lateral (values
    ('batches', '', 1), ('results', 'applied', b.applied), ('results', 'duplicate', b.duplicate), ('results', 'quarantined', b.quarantined),
    ('results', 'retry', b.retry)) m (metric, label, amount)
  where b.received_at >= p_from and b.received_at < p_to
  group by 1, 2, 3
$$;
comment on function private.count_batches(timestamptz, timestamptz) is 'The sums of recorded batches that arrived in [p_from, p_to).';

-- Source: schemas/95_health/sync_success.sql
-- What:  count_sync_success(): the events that devices reported as made, and how many of them the server holds.
-- Why:   sync success is the share of events that arrive, which the server alone can't know (O4). Before each sync a device reports how many events it
--        has made since its last report. The ids of a device ascend, so these are the events between the two reports.

create function private.count_sync_success(p_from timestamptz, p_to timestamptz, p_grace interval)
returns table (hour timestamptz, metric text, label text, amount bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select date_bin('1 hour', r.received_at, 'epoch'), m.metric, m.label, sum(m.amount)::bigint
  from ops.telemetry r
  cross join lateral (select (r.body ->> 'events')::numeric::integer as events, r.received_at + p_grace as due_at) n
  left join lateral (
    select t.event_id from ops.telemetry t
    where t.user_id = r.user_id and t.event_id < r.event_id and t.device_id = r.device_id and t.type = 'outbox.created' and t.received_at < n.due_at
      and private.counted_at(t.user_id, t.event_id, t.received_at) = t.received_at
    order by t.event_id desc limit 1
  ) p on true
  cross join lateral (
    -- A quarantined event is held too. Its text may not be an event, so its id is in both tables at most once.
    -- A restored phone has a new id, and its first report is also about events that it made under the former id.
    -- If a report between the two was lost, there are more events than reported. The limit is what the report answers for.
    select count(*) as held from (
      select from (
        select e.event_id from learner.event e
        where e.user_id = r.user_id and e.event_id > coalesce(p.event_id, '00000000-0000-0000-0000-000000000000') and e.event_id < r.event_id
          and e.received_at < n.due_at and (p.event_id is null or e.device_id = r.device_id)
        union
        select q.event_id from ops.quarantine q
        where q.user_id = r.user_id and q.event_id > coalesce(p.event_id, '00000000-0000-0000-0000-000000000000') and q.event_id < r.event_id
          and q.first_seen_at < n.due_at and (p.event_id is null or q.device_id = r.device_id)
          -- Reports may be quarantined too, and are not among the events made.
          and not exists (
            select from private.event_type t
            where t.kept_in = 'telemetry' and case when private.is_jsonb(q.body) then q.body::jsonb ->> 'type' end = t.type)
      ) x
      limit n.events
    ) y
  ) h
  cross join lateral (values ('outbox_events', 'made', n.events), ('outbox_events', 'held', h.held)) m (metric, label, amount)
  where r.received_at >= p_from and r.received_at < p_to and r.type = 'outbox.created'
    and private.counted_at(r.user_id, r.event_id, r.received_at) = r.received_at
  group by 1, 2, 3
$$;
comment on function private.count_sync_success(timestamptz, timestamptz, interval) is
  'Events made and held, by the devices'' reports that arrived in [p_from, p_to). An event counts as held if it arrived within p_grace after its report.';

-- Source: schemas/95_health/roll_up.sql
-- What:  ops.roll_up_health(), a job that adds each minute's arrivals to the sums, exactly once.
-- Why:   a roll-up must cost what has arrived, and not what is stored (O4).

create function private.count_health(p_until timestamptz)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
-- The ranges of arrival are short. On tables without statistics a plan would read them whole.
set enable_seqscan = off
set jit = off
as $$
declare
  v_mark private.health_mark;
  v_setting ops.health_setting;
  v_until timestamptz;
  v_judged timestamptz;
  v_sums integer;
begin
  select * into strict v_mark from private.health_mark for update;
  select * into strict v_setting from ops.health_setting;
  -- At most an hour of arrivals a run, so that a backlog after a pause is counted in steps.
  v_until := least(p_until, v_mark.counted_until + interval '1 hour');
  if v_until <= v_mark.counted_until then
    return 0;
  end if;
  v_judged := greatest(v_until - v_setting.grace, v_mark.judged_until);

  -- One statement, so that all sums see the same rows.
  with change as (
    select c.hour, c.metric, c.label, sum(c.amount)::bigint as amount
    from (
      select * from private.count_events(v_mark.counted_until, v_until)
      union all
      select * from private.count_reports(v_mark.counted_until, v_until)
      union all
      select * from private.count_batches(v_mark.counted_until, v_until)
      union all
      select * from private.count_sync_success(v_mark.judged_until, v_judged, v_setting.grace)
    ) c
    group by 1, 2, 3
    having sum(c.amount) <> 0
  ),
  by_hour as (
    insert into ops.health_hour as h (hour, metric, label, amount) select c.hour, c.metric, c.label, c.amount from change c
    on conflict (hour, metric, label) do update set amount = h.amount + excluded.amount
  )
  insert into ops.health_total as t (metric, label, amount) select c.metric, c.label, sum(c.amount)::bigint from change c group by 1, 2
  on conflict (metric, label) do update set amount = t.amount + excluded.amount;
  get diagnostics v_sums = row_count;
  update private.health_mark set counted_until = v_until, judged_until = v_judged, settled_until = greatest(settled_until, v_until);
  return v_sums;
end
$$;
comment on function private.count_health(timestamptz) is
  'Adds the arrivals before p_until that are not counted yet to the sums, at most an hour of them. All their transactions must have ended. Returns the number of sums changed.';

create function private.settle_arrivals(p_margin interval)
returns timestamptz
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mark private.health_mark;
begin
  -- A transaction takes its number before it stamps its rows: it locks its learner first. So a row that arrived before this transaction began
  -- belongs to a transaction with a smaller number. Once all smaller numbers have ended, no such row can appear any more.
  select * into strict v_mark from private.health_mark for update;
  -- After a restore into another server numbers start over, and no earlier transaction is left.
  if v_mark.next_xid > pg_current_xact_id() or pg_snapshot_xmin(pg_current_snapshot()) >= v_mark.next_xid then
    v_mark.settled_until := greatest(v_mark.settled_until, v_mark.next_until);
    v_mark.next_xid := null;
  end if;
  if pg_snapshot_xmin(pg_current_snapshot()) >= pg_current_xact_id() then
    v_mark.settled_until := greatest(v_mark.settled_until, now() - p_margin);
    v_mark.next_xid := null;
  elsif v_mark.next_xid is null then
    v_mark.next_until := now() - p_margin;
    v_mark.next_xid := pg_current_xact_id();
  end if;
  update private.health_mark set settled_until = v_mark.settled_until, next_xid = v_mark.next_xid,
    next_until = case when v_mark.next_xid is not null then v_mark.next_until end;
  return v_mark.settled_until;
end
$$;
comment on function private.settle_arrivals(interval) is
  'Returns the time before which no arrival can appear any more. p_margin is how far the server''s clock may be set back.';

create function ops.roll_up_health(p_margin interval default '5 seconds')
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.count_health(private.settle_arrivals(p_margin));
end
$$;
comment on function ops.roll_up_health(interval) is
  'Adds new arrivals to ops.health_hour and ops.health_total, each once, and returns the number of sums changed. While a transaction of before the last run is in '
  'progress, it counts nothing newer. Admins and a job each minute.';

create function private.prune_health(p_now timestamptz)
returns bigint
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with deleted as (
    delete from ops.health_hour h where h.hour < p_now - make_interval(days => (select s.keep_days from ops.health_setting s)) returning 1)
  select count(*) from deleted
$$;
comment on function private.prune_health(timestamptz) is 'Deletes expired hourly sums and returns their number.';

create function ops.prune_health(p_now timestamptz default now())
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.prune_health(p_now);
end
$$;
comment on function ops.prune_health(timestamptz) is 'Deletes hourly sums older than the setting, and returns their number. Totals stay. Admins and a nightly job.';

select private.schedule_job('health', '* * * * *', '1 minute', 'select ops.roll_up_health()');
select private.schedule_job('health_prune', '23 3 * * *', '1 day', 'select ops.prune_health()');

-- Source: schemas/95_health/gauges.sql
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

-- Source: schemas/95_health/sync_health.sql
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

-- Source: schemas/95_health/metrics.sql
-- What:  metrics(), which the Edge Function metrics reads: sums, measurements and figures in one call.
-- Why:   monitoring asks every few seconds. The call reads a few hundred rows, however much has arrived (O4).

create function private.metrics()
returns json
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select json_build_object(
    'totals', (select coalesce(json_agg(json_build_object('metric', t.metric, 'label', t.label, 'value', t.amount) order by t.metric, t.label), '[]') from ops.health_total t),
    'gauges', (select coalesce(json_agg(json_build_object('metric', g.metric, 'label', g.label, 'value', g.value) order by g.metric, g.label), '[]') from ops.health_gauge g),
    'figures', (select json_agg(json_build_object('name', f.name, 'status', f.status, 'value', f.value, 'target', f.target)) from private.health_figures() f),
    'measured_at', (select extract(epoch from max(g.measured_at)) from ops.health_gauge g),
    'counted_until', (select extract(epoch from m.counted_until) from private.health_mark m))
$$;
comment on function private.metrics() is
  'The state of health for the Edge Function metrics: {totals, gauges, figures, measured_at, counted_until}, without personal data.';
grant execute on function private.metrics() to carrel_edge;
