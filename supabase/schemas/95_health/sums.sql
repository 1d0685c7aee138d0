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
