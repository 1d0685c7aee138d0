-- What:  rate limits: the token buckets of learner.state limit a learner's batches and events.
-- Why:   one runaway client must not use up the capacity of all. Its events wait on the device and are not lost (U8).

create table ops.pressure_setting (
  id            smallint not null default 1,
  event_burst   integer not null default 30000,
  events_per_s  integer not null default 50,
  batch_burst   integer not null default 300,
  batches_per_s numeric not null default 2,
  constraint pressure_setting_pkey primary key (id),
  constraint pressure_setting_one_row check (id = 1),
  -- A bucket smaller than a batch would refuse full batches for ever.
  constraint pressure_setting_event_burst_in_range check (event_burst between private.max_batch_events() and 10000000),
  constraint pressure_setting_events_per_s_in_range check (events_per_s between 1 and 1000000),
  constraint pressure_setting_batch_burst_in_range check (batch_burst between 1 and 1000000),
  constraint pressure_setting_batches_per_s_in_range check (batches_per_s between 0.01 and 100000)
);
comment on table ops.pressure_setting is
  'One row: the token buckets of each learner. A backlog of 10,000 events is 20 batches; the defaults accept three such backlogs at once.';
comment on column ops.pressure_setting.event_burst is
  'Events that a full bucket accepts at once. events_per_s refills it. batch_burst and batches_per_s do the same for batches.';
insert into ops.pressure_setting default values;

alter table ops.pressure_setting enable row level security;
create policy pressure_setting_all_nobody on ops.pressure_setting for all to anon, authenticated using (false);

create trigger pressure_setting_audit_update after update on ops.pressure_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger pressure_setting_stays before delete or truncate on ops.pressure_setting
  for each statement execute function private.forbid_change();

create function private.take_tokens(p_user uuid, p_events integer)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_wait double precision;
begin
  -- A bucket is stored as the time at which it is full again. Using tokens moves that time forward, at most by the time to fill an
  -- empty bucket. Nothing drifts, and an idle bucket needs no upkeep.
  -- The clock is read after the row is locked, because a batch that waited must not use a time before the batches ahead of it.
  for v_try in 1..2 loop
    update learner.state s set
      events_full_at = greatest(s.events_full_at, clock_timestamp()) + make_interval(secs => p_events / p.events_per_s::double precision),
      batches_full_at = greatest(s.batches_full_at, clock_timestamp()) + make_interval(secs => 1 / p.batches_per_s::double precision)
    from ops.pressure_setting p
    where s.user_id = p_user
      and greatest(s.events_full_at, clock_timestamp())
        <= clock_timestamp() + make_interval(secs => (p.event_burst - p_events) / p.events_per_s::double precision)
      and greatest(s.batches_full_at, clock_timestamp())
        <= clock_timestamp() + make_interval(secs => (p.batch_burst - 1) / p.batches_per_s::double precision);
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
    extract(epoch from s.batches_full_at - v_now) - (p.batch_burst - 1) / p.batches_per_s::double precision) into v_wait;
  return json_build_object('refused', json_build_object('code', 'rate_limited', 'retry_after_s', greatest(ceil(v_wait), 1)::integer));
end
$$;
comment on function private.take_tokens(uuid, integer) is
  'Locks the learner and takes one batch of p_events events from the buckets: null, or {refused: {code, retry_after_s}}. '
  'The refusal is returned, not raised, so that the transaction keeps the count of refusals.';
