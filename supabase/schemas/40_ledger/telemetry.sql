-- What:  ops.telemetry: the events of the tracking plan, each once. Whole months are dropped after the retention time.
-- Why:   telemetry is large and ages, while the ledger is kept permanently and rebuilt from.
create table ops.telemetry (
  user_id            uuid not null,
  event_id           uuid not null,
  type               text not null,
  type_version       smallint not null,
  device_id          uuid not null,
  occurred_at        timestamptz not null,
  utc_offset_minutes smallint not null,
  body               jsonb not null,
  received_at        timestamptz not null,
  constraint telemetry_pkey primary key (user_id, event_id),
  constraint telemetry_body_is_object check (jsonb_typeof(body) = 'object')
) partition by range (event_id);
comment on table ops.telemetry is
  'Reports of devices about themselves: outbox, cache, offline use, failures (U9). Partitioned like the ledger, kept for some months.';
alter table ops.telemetry enable row level security;
create policy telemetry_select_own on ops.telemetry for select to authenticated using (user_id = (select auth.uid()));
select ops.ensure_partitions();

create table ops.telemetry_setting (
  id        smallint not null default 1,
  keep_days integer not null default 180,
  constraint telemetry_setting_pkey primary key (id),
  constraint telemetry_setting_one_row check (id = 1),
  constraint telemetry_setting_keep_days_in_range check (keep_days between 31 and 3650)
);
comment on table ops.telemetry_setting is 'One row: the retention of telemetry in days.';
alter table ops.telemetry_setting enable row level security;
create policy telemetry_setting_all_nobody on ops.telemetry_setting for all to anon, authenticated using (false);
insert into ops.telemetry_setting default values;
create trigger telemetry_setting_audit_update after update on ops.telemetry_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger telemetry_setting_stays before delete or truncate on ops.telemetry_setting
  for each statement execute function private.forbid_change();

create function private.drop_old_months(p_schema text, p_table text, p_before timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_partition regclass;
  v_dropped integer := 0;
begin
  for v_partition in
    select c.oid
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = format('%I.%I', p_schema, p_table)::regclass and c.relname ~ ('^' || p_table || '_[0-9]{4}_[0-9]{2}$')
      -- A month is old when its last day is old.
      and (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'utc' <= p_before
    order by c.relname
  loop
    if p_table = 'telemetry' then
      perform private.raise_telemetry_horizon(v_partition);
    end if;
    execute format('drop table %s', v_partition);
    if p_table = 'telemetry' then
      perform private.forget_erased_horizons();
    end if;
    v_dropped := v_dropped + 1;
  end loop;
  return v_dropped;
end
$$;
comment on function private.drop_old_months(text, text, timestamptz) is 'Drops the month partitions of a table that end before a time. Returns their number.';

create function private.delete_stray_telemetry(p_before timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  -- Rows of wrong clocks and of dropped months. Only their time of arrival can be trusted.
  with gone as (
    delete from ops.telemetry_default t
    where t.ctid = any (array(select d.ctid from ops.telemetry_default d where d.received_at < p_before limit 100000))
    returning t.user_id, t.device_id, t.event_id, t.received_at
  ),
  noted as (
    insert into ops.telemetry_horizon as h (user_id, device_id, last_event)
    select g.user_id, g.device_id, (array_agg(g.event_id order by g.event_id desc))[1] from gone g
    -- The id of a clock that was ahead would turn everything that the device sends later into a duplicate.
    where g.event_id < private.ulid_floor(g.received_at + interval '1 day')
    group by g.user_id, g.device_id
    on conflict (user_id, device_id) do update set last_event = greatest(h.last_event, excluded.last_event)
  )
  select count(*) into v_count from gone;
  if v_count > 0 then
    perform private.audit('delete_stray_telemetry', 'ops.telemetry_default', null, null, jsonb_build_object('rows', v_count, 'received_before', p_before));
  end if;
end
$$;
comment on function private.delete_stray_telemetry(timestamptz) is
  'Deletes up to 100,000 rows of the default partition that arrived before this time. Audited.';

create function ops.drop_old_telemetry(p_now timestamptz default now())
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- Dropping a partition locks its parent against reads and writes. All batches with telemetry wait behind a lock that waits.
set lock_timeout = '500ms'
as $$
declare
  v_before timestamptz := p_now - make_interval(days => (select s.keep_days from ops.telemetry_setting s));
  v_dropped integer;
begin
  perform private.require_role('admin');
  v_dropped := private.drop_old_months('ops', 'telemetry', v_before);
  perform private.delete_stray_telemetry(v_before);
  return v_dropped;
end
$$;
comment on function ops.drop_old_telemetry(timestamptz) is
  'Drops expired months of telemetry, and up to 100,000 expired rows of wrong clocks. Returns the number of months. Admins and jobs.';

select private.schedule_job('telemetry', '43 3 * * *', '1 day', 'select ops.drop_old_telemetry()');
