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
