-- What:  limits of a learner: the token buckets of learner.state for batches, events and bytes, and what a day may store.
-- Why:   one runaway client must use up neither the capacity of all nor the disk. Its events wait on the device and are not lost (U8).

create table ops.pressure_setting (
  id            smallint not null default 1,
  event_burst   integer not null default 30000,
  events_per_s  integer not null default 50,
  batch_burst   integer not null default 300,
  batches_per_s numeric not null default 2,
  byte_burst    bigint not null default 67108864,
  bytes_per_s   integer not null default 65536,
  stored_bytes_per_day   bigint not null default 52428800,
  batch_records_per_day  integer not null default 2000,
  keep_batch_days        integer not null default 180,
  constraint pressure_setting_pkey primary key (id),
  constraint pressure_setting_one_row check (id = 1),
  -- A bucket smaller than a batch would refuse full batches for ever.
  constraint pressure_setting_event_burst_in_range check (event_burst between private.max_batch_events() and 10000000),
  constraint pressure_setting_events_per_s_in_range check (events_per_s between 1 and 1000000),
  constraint pressure_setting_batch_burst_in_range check (batch_burst between 1 and 1000000),
  constraint pressure_setting_batches_per_s_in_range check (batches_per_s between 0.01 and 100000),
  -- Invalid UTF-8 grows by a third when it is replaced, hence the factor.
  constraint pressure_setting_byte_burst_in_range check (byte_burst between 2 * private.max_batch_bytes() and 1000000000000),
  constraint pressure_setting_bytes_per_s_in_range check (bytes_per_s between 1024 and 1000000000),
  -- Any single line must fit into an empty day, or it would wait for ever.
  constraint pressure_setting_stored_bytes_per_day_in_range check (
    stored_bytes_per_day between 4 * private.max_batch_bytes() and 1000000000000),
  constraint pressure_setting_batch_records_per_day_in_range check (batch_records_per_day between 1 and 1000000),
  constraint pressure_setting_keep_batch_days_in_range check (keep_batch_days between 31 and 3650)
);
comment on table ops.pressure_setting is
  'One row: the limits of each learner. A backlog of 10,000 events is 20 batches; the defaults accept three such backlogs at once.';
comment on column ops.pressure_setting.event_burst is
  'Events that a full bucket accepts at once. events_per_s refills it. batch_burst and batches_per_s do the same for batches.';
comment on column ops.pressure_setting.byte_burst is 'Bytes that a full bucket accepts at once, inflated. bytes_per_s refills it.';
comment on column ops.pressure_setting.stored_bytes_per_day is
  'Bytes that a learner''s batches may store in a day (UTC), rows and indexes included. Events beyond it stay on the device until the next day.';
comment on column ops.pressure_setting.batch_records_per_day is 'Rows of learner.batch per learner and day (UTC). Further batches are taken without a record.';
comment on column ops.pressure_setting.keep_batch_days is 'The retention of learner.batch in days. Whole months are dropped.';
insert into ops.pressure_setting default values;

alter table ops.pressure_setting enable row level security;
create policy pressure_setting_all_nobody on ops.pressure_setting for all to anon, authenticated using (false);

create trigger pressure_setting_audit_update after update on ops.pressure_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger pressure_setting_stays before delete or truncate on ops.pressure_setting
  for each statement execute function private.forbid_change();

create function private.batch_bytes()
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select 1024 $$;
comment on function private.batch_bytes() is 'What a batch counts for besides its events: its record, its device''s contact and its hint, which Realtime keeps for days.';

create function private.take_tokens(p_user uuid, p_events integer, p_bytes integer default 0)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_today constant date := v_now at time zone 'utc';
  v_wait double precision;
begin
  -- A bucket is stored as the time at which it is full again. Using tokens moves that time forward, at most by the time to fill an
  -- empty bucket. Nothing drifts, and an idle bucket needs no upkeep.
  -- The clock is read after the row is locked, because a batch that waited must not use a time before the batches ahead of it.
  for v_try in 1..2 loop
    update learner.state s set
      events_full_at = greatest(s.events_full_at, clock_timestamp()) + make_interval(secs => p_events / p.events_per_s::double precision),
      batches_full_at = greatest(s.batches_full_at, clock_timestamp()) + make_interval(secs => 1 / p.batches_per_s::double precision),
      bytes_full_at = greatest(s.bytes_full_at, clock_timestamp()) + make_interval(secs => p_bytes / p.bytes_per_s::double precision),
      -- The same update counts the batch of the day, so that most batches need no second one.
      stored_on = v_today,
      stored_bytes = private.batch_bytes() + case when s.stored_on = v_today then s.stored_bytes else 0 end,
      batches = 1 + case when s.stored_on = v_today then s.batches else 0 end
    from ops.pressure_setting p
    where s.user_id = p_user
      and greatest(s.events_full_at, clock_timestamp())
        <= clock_timestamp() + make_interval(secs => (p.event_burst - p_events) / p.events_per_s::double precision)
      and greatest(s.batches_full_at, clock_timestamp())
        <= clock_timestamp() + make_interval(secs => (p.batch_burst - 1) / p.batches_per_s::double precision)
      and greatest(s.bytes_full_at, clock_timestamp())
        <= clock_timestamp() + make_interval(secs => (p.byte_burst - p_bytes) / p.bytes_per_s::double precision);
    if found then
      return null;
    end if;
    -- No row matched: a first batch, or an exceeded limit. The insert waits for a concurrent first batch.
    insert into learner.state (user_id) values (p_user) on conflict do nothing;
  end loop;
  update learner.state s set limited = s.limited + 1, limited_at = v_now
  from ops.pressure_setting p
  where s.user_id = p_user
  returning greatest(
    extract(epoch from s.events_full_at - v_now) - (p.event_burst - p_events) / p.events_per_s::double precision,
    extract(epoch from s.batches_full_at - v_now) - (p.batch_burst - 1) / p.batches_per_s::double precision,
    extract(epoch from s.bytes_full_at - v_now) - (p.byte_burst - p_bytes) / p.bytes_per_s::double precision) into v_wait;
  return json_build_object('refused', json_build_object('code', 'rate_limited', 'retry_after_s', greatest(ceil(v_wait), 1)::integer));
end
$$;
comment on function private.take_tokens(uuid, integer, integer) is
  'Locks the learner, takes one batch of p_events events and p_bytes bytes from the buckets, and counts it in the day: null, or {refused: {code, retry_after_s}}. '
  'The refusal is returned, not raised, so that the transaction keeps the count of refusals.';
