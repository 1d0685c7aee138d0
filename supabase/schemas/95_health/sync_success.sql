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
