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
