-- Generated from supabase/schemas/40_ledger by `npm run generate`. Do not edit.
--
-- What:  the learners, their devices, the ledger of events, telemetry, quarantine, and what steers clients.
-- Why:   an event that a device has handed in is kept exactly once (U1, U3).
-- Locks: none that anybody waits for: every object is new.
-- Undo:  select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('partitions', 'telemetry', 'batches');
--        delete from ops.job where name in ('partitions', 'telemetry', 'batches');
--        delete from ops.history_anchor where name in ('learner.state', 'learner.event');
--        drop trigger audit_only_redacted on ops.audit;
--        drop trigger release_grow_knowledge on content.release;
--        drop table learner.state, learner.device, learner.device_session, learner.batch, learner.adoption, ops.cell, ops.learner_cell,
--          ops.erasure, learner.event, private.event_rule, private.event_type, private.knowledge, ops.telemetry_horizon, ops.telemetry,
--          ops.telemetry_setting, ops.quarantine, ops.quarantine_action, ops.quarantine_load, ops.quarantine_setting, ops.steering,
--          ops.pressure_setting cascade;
--        drop function if exists private.ulid_to_uuid, private.uuid_to_ulid, private.ulid_floor, private.partitioned_tables,
--          private.partition_name, private.month_floor, private.partition_end, private.has_month, private.move_strays,
--          private.create_partition, private.create_default_partition, private.slice_end, private.fill_partition, ops.ensure_partitions,
--          private.stray_months, private.months_ahead, private.partition_need, ops.maintain_partitions, ops.partition_health,
--          private.refuse_adopted, private.cell_of, private.is_here, private.refuse_moved, private.refuse_absent, private.is_present,
--          private.hold_off_erasures, private.only_redact, private.note_session, private.most_devices_of_session,
--          private.note_device_session, private.forget_devices, private.support_device, private.devices_of, private.is_ended_by,
--          private.session_refusal, private.require_session, private.signed_in_learner, private.learner_acted_on, private.list_devices,
--          private.set_revoked, public.list_devices, public.revoke_device, public.restore_device, private.broken_field,
--          private.grow_knowledge, private.raise_telemetry_horizon, private.forget_erased_horizons, private.drop_old_months,
--          private.delete_stray_telemetry, ops.drop_old_telemetry, private.waiting_status, private.add_quarantine_load,
--          private.load_quarantine, private.app_version, private.steering_for, private.contact_interval, private.require_running,
--          private.batch_bytes, private.take_tokens, ops.drop_old_batches;

select private.revoke_default_grants();

-- Source: schemas/40_ledger/ulid.sql
-- What:  conversion between ULID text and uuid.
-- Why:   ids made on devices travel as ULID text and are stored as uuid: 16 bytes in the same order.

create function private.ulid_to_uuid(p_ulid text)
returns uuid
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The value of each Crockford digit at the position of its ASCII code, 48 to 90. With translate() the function took 17 us
  -- instead of 4.
  v constant bytea := decode(repeat('00', 48) || '00010203040506070809' || repeat('00', 7) || '0a0b0c0d0e0f1011' || '00' || '1213'
    || '00' || '1415' || '00' || '161718191a' || '00' || '1b1c1d1e1f', 'hex');
  d constant bytea := p_ulid::bytea;
begin
  -- 26 digits of 5 bits, the first of 3. They are summed in integers of up to 30 bits, which takes half the time of bigint shifts.
  return encode(
    int8send(
      (get_byte(v, get_byte(d, 0))::bigint << 61)
      | (((get_byte(v, get_byte(d, 1)) << 25) | (get_byte(v, get_byte(d, 2)) << 20) | (get_byte(v, get_byte(d, 3)) << 15)
        | (get_byte(v, get_byte(d, 4)) << 10) | (get_byte(v, get_byte(d, 5)) << 5) | get_byte(v, get_byte(d, 6)))::bigint << 31)
      | (((get_byte(v, get_byte(d, 7)) << 25) | (get_byte(v, get_byte(d, 8)) << 20) | (get_byte(v, get_byte(d, 9)) << 15)
        | (get_byte(v, get_byte(d, 10)) << 10) | (get_byte(v, get_byte(d, 11)) << 5) | get_byte(v, get_byte(d, 12)))::bigint << 1)
      | (get_byte(v, get_byte(d, 13)) >> 4))
    || int8send(
      ((get_byte(v, get_byte(d, 13)) & 15)::bigint << 60)
      | (((get_byte(v, get_byte(d, 14)) << 25) | (get_byte(v, get_byte(d, 15)) << 20) | (get_byte(v, get_byte(d, 16)) << 15)
        | (get_byte(v, get_byte(d, 17)) << 10) | (get_byte(v, get_byte(d, 18)) << 5) | get_byte(v, get_byte(d, 19)))::bigint << 30)
      | ((get_byte(v, get_byte(d, 20)) << 25) | (get_byte(v, get_byte(d, 21)) << 20) | (get_byte(v, get_byte(d, 22)) << 15)
        | (get_byte(v, get_byte(d, 23)) << 10) | (get_byte(v, get_byte(d, 24)) << 5) | get_byte(v, get_byte(d, 25)))::bigint),
    'hex')::uuid;
end
$$;
comment on function private.ulid_to_uuid(text) is 'A canonical ULID (26 upper-case digits, checked by the caller) as uuid.';

create function private.uuid_to_ulid(p_uuid uuid)
returns text
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Two zero bits and 128 bits make 26 groups of five.
  v_bits bit(130) := (b'00' || ('x' || replace(p_uuid::text, '-', ''))::bit(128))::bit(130);
  v_ulid text := '';
begin
  for i in 0..25 loop
    v_ulid := v_ulid || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', substring(v_bits from i * 5 + 1 for 5)::integer + 1, 1);
  end loop;
  return v_ulid;
end
$$;
comment on function private.uuid_to_ulid(uuid) is 'The ULID text of a uuid.';

-- Source: schemas/40_ledger/partition_months.sql
-- What:  the partitioned tables, the names of their months' partitions, and where a month begins.
-- Why:   creating, filling and watching partitions must agree on what a complete month is.

create function private.ulid_floor(p_at timestamptz)
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select (lpad(to_hex((extract(epoch from p_at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;
comment on function private.ulid_floor(timestamptz) is 'The smallest ULID of that millisecond, as uuid.';

create function private.partitioned_tables()
returns table (schema text, name text, key text, is_ulid boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- From the catalogue: every table partitioned by range over one uuid (a ULID) or timestamptz is maintained automatically.
  select n.nspname::text, c.relname::text, a.attname::text, a.atttypid = 'uuid'::regtype
  from pg_partitioned_table p
  join pg_class c on c.oid = p.partrelid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0]
  where n.nspname in ('learner', 'ops') and p.partstrat = 'r' and p.partnatts = 1
    and a.atttypid in ('uuid'::regtype, 'timestamptz'::regtype)
  order by 1, 2
$$;
comment on function private.partitioned_tables() is 'The tables of learner and ops that are partitioned by month, with their keys.';

create function private.partition_name(p_table text, p_month date)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select p_table || '_' || to_char(p_month, 'YYYY_MM') $$;
comment on function private.partition_name(text, date) is 'The name of a month''s partition, such as event_2026_11. The default partition is event_default.';

create function private.month_floor(p_month date, p_is_ulid boolean)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case when p_is_ulid then private.ulid_floor(p_month::timestamp at time zone 'utc')::text else (p_month::timestamp at time zone 'utc')::text end
$$;
comment on function private.month_floor(date, boolean) is 'The first key of a month (UTC) as text: a ULID or a time.';

create function private.partition_end(p_schema text, p_table text, p_month date)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select substring(pg_get_expr(c.relpartbound, c.oid) from $r$TO \('([^']+)'\)$r$) from pg_class c
    where c.oid = to_regclass(format('%I.%I', p_schema, private.partition_name(p_table, p_month))) and c.relispartition);
end
$$;
comment on function private.partition_end(text, text, date) is 'The first key after a month''s partition, as text. Null: the month has no partition.';

create function private.has_month(p_schema text, p_table text, p_month date, p_is_ulid boolean)
returns boolean
language plpgsql -- rather than sql, which plans at every call: the job asks for 250 months a minute
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(private.partition_end(p_schema, p_table, p_month) = private.month_floor((p_month + interval '1 month')::date, p_is_ulid), false);
end
$$;
comment on function private.has_month(text, text, date, boolean) is
  'Whether a month''s partition covers the whole month. A partition that is still being filled ends earlier.';

-- Source: schemas/40_ledger/partitions.sql
-- What:  fill_partition(), which creates a month's partition and moves the month's rows out of the default one; ensure_partitions().
-- Why:   rows of a month without a partition go to the default one. Moving them needs a lock, so many rows move in slices.

create function private.move_strays(p_schema text, p_table text, p_month date, p_least text, p_below text)
returns bigint
language plpgsql
volatile
security definer -- so that a move between partitions does not count as an edit by hand
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key constant text := (select t.key from private.partitioned_tables() t where t.schema = p_schema and t.name = p_table);
  v_default constant text := p_table || '_default';
  v_month constant text := private.partition_name(p_table, p_month);
  v_moved bigint;
begin
  execute format('with moved as (delete from %I.%I where %I >= %L and %3$I < %5$L returning *) insert into %1$I.%6$I select * from moved',
    p_schema, v_default, v_key, p_least, p_below, v_month);
  get diagnostics v_moved = row_count;
  if v_moved > 0 then
    perform private.audit('move_strays', format('%s.%s', p_schema, v_month), null, null, jsonb_build_object('rows', v_moved, 'from', p_least, 'below', p_below));
  end if;
  return v_moved;
end
$$;
comment on function private.move_strays(text, text, date, text, text) is
  'Moves a range of rows from the default partition of a table to the month''s. Returns their number. Audited, because the rows are not.';

create function private.create_partition(p_schema text, p_table text, p_name text, p_comment text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('create table %I.%I (like %I.%I including defaults including constraints)', p_schema, p_name, p_schema, p_table);
  -- Without a policy, row level security shows no row to a direct read. Reads through the parent go by the parent's policies.
  -- On older images of the platform, CREATE POLICY locks tables of Auth, Storage and Realtime, so upkeep must not run it.
  execute format('alter table %I.%I enable row level security', p_schema, p_name);
  -- Partitions do not inherit a truncate trigger.
  execute format('create trigger %I before truncate on %I.%I for each statement execute function private.forbid_change()',
    p_name || '_stays', p_schema, p_name);
  if p_schema = 'learner' then
    -- A restore that empties one month begins another history.
    execute format('create trigger %I after truncate on %I.%I for each statement execute function private.new_seed()', p_name || '_emptied', p_schema, p_name);
    execute format('alter table %I.%I enable always trigger %I', p_schema, p_name, p_name || '_emptied');
  end if;
  execute format('comment on table %I.%I is %L', p_schema, p_name, p_comment);
end
$$;
comment on function private.create_partition(text, text, text, text) is 'Creates a table that can be attached to the named one as a partition.';

create function private.create_default_partition(p_schema text, p_table text, p_key text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name constant text := p_table || '_default';
begin
  if to_regclass(format('%I.%I', p_schema, v_name)) is null then
    perform private.create_partition(p_schema, p_table, v_name, format('Rows of %s outside all months: wrong clocks.', p_table));
    -- The key's own index starts with the learner. This index counts and moves a month of strays without reading all other rows.
    -- Only events of wrong clocks pay for it.
    execute format('create index %I on %I.%I (%I)', format('%s_%s_idx', v_name, p_key), p_schema, v_name, p_key);
    execute format('alter table %I.%I attach partition %I.%I default', p_schema, p_table, p_schema, v_name);
  end if;
end
$$;
comment on function private.create_default_partition(text, text, text) is 'Creates a table''s default partition if it is missing.';

create function private.slice_end(p_default text, p_key text, p_from text, p_to text, p_rows integer)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_end text;
begin
  -- Rows with the key of the last row belong to the slice, so that each slice makes progress.
  execute format($sql$
    select d.%2$I::text from %1$s d
    where d.%2$I < %4$L and d.%2$I > (
      select e.%2$I from %1$s e where e.%2$I >= %3$L and e.%2$I < %4$L order by e.%2$I offset %5$s limit 1)
    order by d.%2$I limit 1$sql$, p_default::regclass, p_key, p_from, p_to, p_rows - 1) into v_end;
  return coalesce(v_end, p_to);
end
$$;
comment on function private.slice_end(text, text, text, text, integer) is
  'The first key after the next p_rows rows of the default partition from p_from on; p_to if there are no more rows before it.';

create function private.fill_partition(p_schema text, p_table text, p_month date, p_rows integer default null)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_parent record;
  v_default constant text := format('%I.%I', p_schema, p_table || '_default');
  v_name constant text := private.partition_name(p_table, p_month);
  v_from text;
  v_reached text;
  v_to text;
  v_moved bigint;
begin
  select * into strict v_parent from private.partitioned_tables() t where t.schema = p_schema and t.name = p_table;
  if private.has_month(p_schema, p_table, p_month, v_parent.is_ulid) then
    return null;
  end if;
  perform private.create_default_partition(p_schema, p_table, v_parent.key);

  -- 1 The lock on the whole table comes first. A query that has planned without the new partition, and waits for the default one,
  --   would miss the rows that move meanwhile.
  execute format('lock table %I.%I in access exclusive mode', p_schema, p_table);

  -- 2 A partition cannot be attached while the default one has rows of its range. So its range ends with the rows that have moved, and
  --   grows with every slice until it is the month. Between two slices each row is in one of the two partitions.
  v_from := private.month_floor(p_month, v_parent.is_ulid);
  v_to := private.month_floor((p_month + interval '1 month')::date, v_parent.is_ulid);
  v_reached := private.partition_end(p_schema, p_table, p_month);
  if p_rows is not null then
    v_to := private.slice_end(v_default, v_parent.key, coalesce(v_reached, v_from), v_to, p_rows);
  end if;
  if v_reached is null then
    perform private.create_partition(p_schema, p_table, v_name, format('%s from %s.', p_table, p_month));
  else
    execute format('alter table %I.%I detach partition %I.%I', p_schema, p_table, p_schema, v_name);
  end if;
  v_moved := private.move_strays(p_schema, p_table, p_month, coalesce(v_reached, v_from), v_to);
  execute format('alter table %I.%I attach partition %I.%I for values from (%L) to (%L)', p_schema, p_table, p_schema, v_name, v_from, v_to);
  return v_moved;
end
$$;
comment on function private.fill_partition(text, text, date, integer) is
  'Creates a month''s partition, or continues an incomplete one: moves the next p_rows rows of the month out of the default partition (null: all), '
  'and attaches it for the keys moved. Returns the number of rows moved, or null if the month is complete. One transaction, safe to repeat.';

create function ops.ensure_partitions(p_from timestamptz default now(), p_months integer default 12)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
  v_first constant date := date_trunc('month', p_from at time zone 'utc');
  v_made integer;
begin
  perform private.require_role('admin');
  select count(private.fill_partition(t.schema, t.name, m::date)) into v_made
  from private.partitioned_tables() t
  cross join generate_series(v_first::timestamp, v_first + make_interval(months => p_months), interval '1 month') m;
  return v_made;
end
$$;
comment on function ops.ensure_partitions(timestamptz, integer) is
  'Creates the missing month partitions from p_from to p_months ahead, in one transaction, and returns their number. Safe to repeat. For '
  'migrations and quiet hours. ops.maintain_partitions() does the same in small steps, by pg_cron.';


-- Source: schemas/40_ledger/partition_upkeep.sql
-- What:  maintain_partitions(), which creates one month or moves one slice per run, and partition_health(), which reports the state.
-- Why:   rows of a month without a partition go to one default table, which would grow unnoticed.

create function private.stray_months(p_schema text, p_table text, p_key text, p_is_ulid boolean, p_months integer, p_most integer)
returns table (month date, rows bigint)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_this constant timestamp := date_trunc('month', now() at time zone 'utc');
begin
  -- Each month is counted separately, through the default partition's index on the key. So other rows there, such as those of 1970 or
  -- 2999, are not read. Counting stops one row after p_most, which is too many already.
  for month in
    select m::date from generate_series(v_this - interval '36 months', v_this + make_interval(months => p_months), interval '1 month') m
    where not private.has_month(p_schema, p_table, m::date, p_is_ulid)
  loop
    rows := 0;
    if to_regclass(format('%I.%I', p_schema, p_table || '_default')) is not null then
      execute format('select count(*) from (select from %I.%I d where d.%I >= %L and d.%3$I < %5$L limit %6$s) d', p_schema, p_table || '_default', p_key,
        private.month_floor(month, p_is_ulid), private.month_floor((month + interval '1 month')::date, p_is_ulid), p_most + 1)
      into rows;
    end if;
    return next;
  end loop;
end
$$;
comment on function private.stray_months(text, text, text, boolean, integer, integer) is
  'The months without a complete partition, from three years ago to p_months ahead, and their rows in the default partition. p_most + 1 means more than p_most.';

create function private.months_ahead(p_schema text, p_table text)
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(min(i), 0) - 1
  from private.partitioned_tables() t, generate_series(0, 60) i
  where t.schema = p_schema and t.name = p_table and (i = 60
    or not private.has_month(p_schema, p_table, (date_trunc('month', now() at time zone 'utc') + make_interval(months => i))::date, t.is_ulid))
$$;
comment on function private.months_ahead(text, text) is
  'The number of consecutive months after this one that have a partition. -1: this month has none.';

create function private.partition_need(p_months integer, p_stray_rows integer)
returns table (schema text, name text, month date)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select t.schema, t.name, m.month
  from private.partitioned_tables() t
  cross join lateral private.stray_months(t.schema, t.name, t.key, t.is_ulid, p_months, p_stray_rows) m
  cross join lateral (select m.month < date_trunc('month', now() at time zone 'utc') as is_behind) x
  -- Past months need a partition only if they have many rows: an import, or devices that were offline for long. 1970 gets no table.
  where not x.is_behind or m.rows >= p_stray_rows or private.partition_end(t.schema, t.name, m.month) is not null
  order by x.is_behind, m.month, t.schema, t.name
$$;
comment on function private.partition_need(integer, integer) is
  'The months that need work: future ones, nearest first, then past ones with many rows in the default partition or an incomplete partition.';

create function ops.maintain_partitions(p_months integer default 12, p_stray_rows integer default 1000, p_slice_rows integer default 20000)
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- Shorter than deadlock_timeout, so that in a deadlock this job gives up and not the learner.
set lock_timeout = '500ms'
as $$
declare
  v_need record;
  v_moved bigint;
  v_made text;
  v_error text;
begin
  perform private.require_role('admin');
  -- One partition or slice per run, so that a transaction holds one table's lock and not for long. A failed attempt
  -- releases its locks, and the next one is tried.
  for v_need in select * from private.partition_need(p_months, p_stray_rows)
  loop
    begin
      v_moved := private.fill_partition(v_need.schema, v_need.name, v_need.month, p_slice_rows);
      v_made := format('%s.%s', v_need.schema, private.partition_name(v_need.name, v_need.month));
      exit;
    exception when others then
      v_error := format('%s (%s)', sqlerrm, sqlstate);
    end;
  end loop;
  perform private.record_job('partitions', v_error, case when v_made is not null then
    jsonb_build_object('made', v_made, 'rows', v_moved) end);
  return v_made;
end
$$;
comment on function ops.maintain_partitions(integer, integer, integer) is
  'Creates the next missing month partition, or moves the next p_slice_rows rows of a month out of the default partition. Returns the partition''s '
  'name, or null if nothing is left to do. Runs by pg_cron.';

create function ops.partition_health()
returns table (table_name text, months_ahead integer, default_rows bigint, default_months jsonb, cut text[],
  last_run_at timestamptz, last_ok_at timestamptz, failures integer, last_error text)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_most constant integer := 200000;
  v_table record;
begin
  perform private.require_role('support', 'admin');
  select j.last_run_at, j.last_ok_at, j.failures, j.last_error into last_run_at, last_ok_at, failures, last_error from ops.job j where j.name = 'partitions';
  failures := coalesce(failures, 0);
  for v_table in select * from private.partitioned_tables() t order by t.schema, t.name
  loop
    table_name := format('%s.%s', v_table.schema, v_table.name);
    months_ahead := private.months_ahead(v_table.schema, v_table.name);
    default_rows := 0;
    if to_regclass(format('%I.%I', v_table.schema, v_table.name || '_default')) is not null then
      execute format('select count(*) from (select from %I.%I limit %s) d', v_table.schema, v_table.name || '_default', v_most + 1) into default_rows;
    end if;
    -- Unfinished counts are shown as the limit.
    select coalesce(jsonb_object_agg(m.name, least(m.rows, v_most)), '{}'),
      array(select 'all' where default_rows > v_most) || coalesce(array_agg(m.name order by m.name) filter (where m.rows > v_most), '{}')
    into default_months, cut
    from (
      select to_char(s.month, 'YYYY-MM') as name, s.rows
      from private.stray_months(v_table.schema, v_table.name, v_table.key, v_table.is_ulid, 12, v_most) s
      where s.rows > 0
    ) m;
    default_rows := least(default_rows, v_most);
    return next;
  end loop;
end
$$;
comment on function ops.partition_health() is
  'Per partitioned table: months ahead; rows in the default partition, in total and by month for the last three years and the next one; '
  'and the job''s results. Rows of other months come from wrong clocks and stay. Counts stop at 200,000; cut names the months, or all, with more rows.';

select private.schedule_job('partitions', '* * * * *', '1 minute', 'select ops.maintain_partitions()');

-- Source: schemas/40_ledger/learner_state.sql
-- What:  one state row per learner (lock and change counter), their devices, and the log of batches.
-- Why:   every write of a learner's data locks that row, so change numbers follow commit order (I8).
create table learner.state (
  user_id         uuid not null,
  change_seq      bigint not null default 0,
  created_at      timestamptz not null default now(),
  events_full_at  timestamptz not null default '-infinity',
  batches_full_at timestamptz not null default '-infinity',
  bytes_full_at   timestamptz not null default '-infinity',
  stored_on       date not null default '-infinity',
  stored_bytes    bigint not null default 0,
  batches         integer not null default 0,
  limited         integer not null default 0,
  limited_at      timestamptz,
  newest_event    uuid not null default '00000000-0000-0000-0000-000000000000',
  constraint state_pkey primary key (user_id),
  constraint state_change_seq_positive check (change_seq >= 0),
  constraint state_stored_not_negative check (stored_bytes >= 0 and batches >= 0),
  constraint state_limited_at_iff_limited check ((limited = 0) = (limited_at is null) and limited >= 0)
);
-- No foreign key to auth.users: it doubles the cost of an insert, and deleting a user in the dashboard would delete the ledger.
comment on table learner.state is 'One row per learner. Every writer locks it. change_seq numbers the changes of the learner''s rows.';
comment on column learner.state.events_full_at is 'When the token bucket of events is full again without further use. batches_full_at and bytes_full_at are the same for batches and bytes.';
comment on column learner.state.stored_bytes is 'What the learner''s batches have stored on the day stored_on (UTC, by the server''s clock), counted as private.event_bytes() does.';
comment on column learner.state.batches is 'The number of batches taken on that day.';
comment on column learner.state.newest_event is
  'The greatest event id that ingest has stored, in the ledger or ops.telemetry. Greater ids are new, without a look-up. Nil: no event yet.';
comment on column learner.state.limited is 'Number of batches refused as rate_limited. limited_at is the time of the last one.';

create table learner.device (
  user_id          uuid not null,
  device_id        uuid not null,
  platform         text,
  app_version      text,
  contract_version integer,
  content_version  integer,
  first_seen_at    timestamptz not null,
  last_seen_at     timestamptz not null,
  clock_skew_ms    bigint,
  queue_lag_ms     bigint,
  revoked_at       timestamptz,
  session_id       uuid,
  revoking_session uuid,
  constraint device_pkey primary key (user_id, device_id),
  constraint device_queue_lag_not_negative check (queue_lag_ms >= 0)
);
comment on table learner.device is 'A device at its last contact. clock_skew_ms is server time minus device time.';
comment on column learner.device.queue_lag_ms is
  'How long the oldest event of its last batch had waited. Measured by the device''s own clock, so clock skew does not matter.';
comment on column learner.device.first_seen_at is 'When the device came on record: at its first contact, or at its revocation.';
comment on column learner.device.revoked_at is 'When the device was revoked; it can neither push nor pull. Null: not revoked.';
comment on column learner.device.session_id is 'The session of its last contact. learner.device_session has all that are still open.';
comment on column learner.device.revoking_session is 'The session that revoked the device. The revocation does not end it, unless it was seen with the device.';

create table learner.device_session (
  user_id    uuid not null,
  session_id uuid not null,
  device_id  uuid not null,
  seen_at    timestamptz not null,
  constraint device_session_pkey primary key (user_id, session_id, device_id)
);
comment on table learner.device_session is
  'Which devices each open session was seen with, at most 20. Rows outlast their device''s row, and go with the session.';
comment on column learner.device_session.seen_at is 'When the session was first seen with the device.';

create table learner.batch (
  user_id     uuid not null,
  received_at timestamptz not null,
  batch_id    uuid not null,
  device_id   uuid not null,
  events      integer not null,
  applied     integer not null,
  duplicate   integer not null,
  quarantined integer not null,
  retry       integer not null,
  constraint batch_pkey primary key (user_id, received_at, batch_id),
  constraint batch_results_add_up check (events = applied + duplicate + quarantined + retry)
) partition by range (received_at);
comment on table learner.batch is
  'Arrivals of batches, replays included, with the results of their events. So many a day and learner as the setting says, kept for some months.';

alter table learner.state enable row level security;
alter table learner.device enable row level security;
alter table learner.device_session enable row level security;
alter table learner.batch enable row level security;
create policy state_all_nobody on learner.state for all to anon, authenticated using (false);
create policy device_select_own on learner.device for select to authenticated using (user_id = (select auth.uid()));
create policy device_session_all_nobody on learner.device_session for all to anon, authenticated using (false);
create policy batch_select_own on learner.batch for select to authenticated using (user_id = (select auth.uid()));

select private.anchor_history('learner.state');

-- Source: schemas/40_ledger/adoption.sql
-- What:  learner.adoption: anonymous learners whose data now belongs to an account.
-- Why:   who tries the app first and signs in later keeps what they learned. Their devices still hold events under the old id (U10).
create table learner.adoption (
  user_id    uuid not null,
  adopted_by uuid not null,
  adopted_at timestamptz not null,
  change_seq bigint not null,
  moved      integer not null,
  duplicate  integer not null,
  conflict   integer not null,
  constraint adoption_pkey primary key (user_id),
  constraint adoption_by_another check (adopted_by <> user_id),
  constraint adoption_counts_not_negative check (least(change_seq, moved, duplicate, conflict) >= 0)
);
-- For a batch or an erasure of the account.
create index adoption_adopted_by_idx on learner.adoption (adopted_by);
comment on table learner.adoption is
  'Anonymous learners that an account has adopted. Their id takes no data any more. Events that name it count for adopted_by, if its token sends them.';
comment on column learner.adoption.change_seq is 'The account''s change number after the adoption.';
comment on column learner.adoption.moved is 'Events that the account got. duplicate: it had them already. conflict: it had another event of the id; quarantined.';
alter table learner.adoption enable row level security;
create policy adoption_all_nobody on learner.adoption for all to anon, authenticated using (false);

create function private.refuse_adopted(p_user uuid)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from learner.adoption a where a.user_id = p_user) then
    perform private.raise_error('learner_adopted');
  end if;
end
$$;
comment on function private.refuse_adopted(uuid) is 'Raises learner_adopted for a learner whose data an account has adopted.';

-- Source: schemas/40_ledger/cells.sql
-- What:  ops.cell, the databases that learners are placed among; ops.learner_cell, the map from a learner to their cell; refuse_moved().
-- Why:   growth is by cells (O6). The map is a table and not a hash, so that a new cell moves nobody. Without rows in ops.cell there is one cell.
create table ops.cell (
  name       text not null,
  url        text not null,
  is_here    boolean not null default false,
  is_default boolean not null default false,
  constraint cell_pkey primary key (name),
  constraint cell_name_is_a_word check (name ~ '^[a-z][a-z0-9_-]{0,39}$'),
  -- Devices send their tokens there. In clear only on this machine, for tests.
  constraint cell_url_is_a_base check (url ~ '^(https://[a-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:\d{1,5})?$' and length(url) <= 200)
);
create unique index cell_is_here_idx on ops.cell (is_here) where is_here;
create unique index cell_is_default_idx on ops.cell (is_default) where is_default;
comment on table ops.cell is 'All cells, this one included. Every cell has the same rows but for is_here. Empty: there is one cell.';
comment on column ops.cell.url is 'The project''s URL, to which devices of the cell''s learners send.';
comment on column ops.cell.is_default is 'The cell whose map knows every learner. Learners without a row in its map live in it, and apps are configured with its URL.';
alter table ops.cell enable row level security;
create policy cell_all_nobody on ops.cell for all to anon, authenticated using (false);

create table ops.learner_cell (
  user_id uuid not null,
  cell    text not null,
  state   text not null default 'settled',
  move_id uuid,
  other   text,
  since   timestamptz not null default clock_timestamp(),
  copied  text,
  constraint learner_cell_pkey primary key (user_id),
  constraint learner_cell_cell_exists foreign key (cell) references ops.cell (name),
  constraint learner_cell_other_exists foreign key (other) references ops.cell (name),
  constraint learner_cell_state_known check (state in ('settled', 'leaving', 'arriving')),
  constraint learner_cell_move_has_both_ends check (state = 'settled' or (move_id is not null and other is not null and other <> cell)),
  constraint learner_cell_copied_while_arriving check (copied is null or state = 'arriving')
);
create index learner_cell_cell_idx on ops.learner_cell (cell);
create index learner_cell_other_idx on ops.learner_cell (other);
create index learner_cell_since_idx on ops.learner_cell (since) where state <> 'settled';
comment on table ops.learner_cell is 'In which cell each learner lives. Without a row: in the default cell.';
comment on column ops.learner_cell.state is
  'settled: the learner lives in cell. leaving: still here, frozen until cell has them. arriving: here once everything is copied from other.';
comment on column ops.learner_cell.move_id is 'The last move, by which a repeated step is recognised.';
comment on column ops.learner_cell.copied is 'The cursor up to which rows have arrived.';
alter table ops.learner_cell enable row level security;
create policy learner_cell_all_nobody on ops.learner_cell for all to anon, authenticated using (false);

create function private.cell_of(p_user uuid)
returns table (cell text, url text, is_here boolean, is_moving boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select c.name, c.url, c.is_here, coalesce(l.state <> 'settled', false)
  from (select p_user as user_id) u
  left join ops.learner_cell l using (user_id)
  join ops.cell c on case when l.user_id is null then c.is_default when l.state = 'leaving' then c.is_here else c.name = l.cell end
$$;
comment on function private.cell_of(uuid) is 'The cell of a learner as this cell''s map says, and whether they are moving. No row: there is one cell.';

create function private.is_here(p_user uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The first test alone runs where there is one cell.
  return not exists (select from ops.cell) or exists (select from private.cell_of(p_user) c where c.is_here and not c.is_moving);
end
$$;
comment on function private.is_here(uuid) is 'Whether the learner''s rows may be written here: they live in this cell and are not moving.';

create function private.refuse_moved(p_user uuid, p_tells boolean default true)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell record;
begin
  if not exists (select from ops.cell) then
    return;
  end if;
  select c.* into v_cell from private.cell_of(p_user) c;
  if v_cell.is_moving then
    -- Seconds, or minutes for a ledger of a million events.
    perform private.raise_error('moved', 'This learner is being moved to another cell. Nothing is lost: send the same request again.', null, 5);
  elsif v_cell.is_here is not true then
    perform private.raise_error('moved', p_info => case when p_tells then v_cell.url end, p_retry_after_s => 1);
  end if;
end
$$;
comment on function private.refuse_moved(uuid, boolean) is
  'Raises moved unless the learner lives here. Its info is the URL of the learner''s cell, or nothing while they are moving. p_tells: whether the caller may follow.';

-- Source: schemas/40_ledger/erasure_barrier.sql
-- What:  ops.erasure, the learners whose data is erased or being erased; refuse_absent() and hold_off_erasures(), which every writer calls.
-- Why:   an old device must not bring back erased data, and the audit trail must not show it (O5).
create table ops.erasure (
  user_id      uuid not null,
  reason       text not null,
  requested_at timestamptz not null default now(),
  requested_by text not null default 'unknown',
  erased_at    timestamptz,
  rows         bigint not null default 0,
  tried_at     timestamptz,
  failures     integer not null default 0,
  last_error   text,
  tables       jsonb not null default '{}',
  salt         bytea not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
  receipt      text,
  constraint erasure_pkey primary key (user_id),
  -- A list of values, because a free text could contain the data to be erased.
  constraint erasure_reason_known check (reason in ('requested', 'account_deleted')),
  constraint erasure_rows_not_negative check (rows >= 0),
  constraint erasure_failures_not_negative check (failures >= 0),
  constraint erasure_error_iff_failing check ((failures = 0) = (last_error is null)),
  constraint erasure_failing_iff_pending check (failures = 0 or erased_at is null)
);
create index erasure_tried_at_requested_at_user_id_idx on ops.erasure (tried_at nulls first, requested_at, user_id) where erased_at is null;
comment on table ops.erasure is
  'The erasure barrier: no data of these learners is accepted. Only their ids are kept, permanently. erased_at is null while rows are left.';
comment on column ops.erasure.requested_by is 'The role that asked for it.';
comment on column ops.erasure.tables is 'The number of erased rows by table. rows is their sum.';
comment on column ops.erasure.salt is 'Hides the learner''s id in the receipt: who has both can show whom the receipt is about.';
comment on column ops.erasure.receipt is 'The exact text of the receipt, once all rows are erased.';
comment on column ops.erasure.reason is 'requested: their data. account_deleted: their data and their account.';
comment on column ops.erasure.failures is 'Failed tries in a row. last_error is the last one''s error, tried_at the time of the last try of any kind.';
alter table ops.erasure enable row level security;
create policy erasure_all_nobody on ops.erasure for all to anon, authenticated using (false);

create function private.refuse_absent(p_user uuid)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from ops.erasure e where e.user_id = p_user) then
    perform private.raise_error('erased');
  end if;
  perform private.refuse_moved(p_user);
  perform private.refuse_adopted(p_user);
end
$$;
comment on function private.refuse_absent(uuid) is
  'Raises erased for a learner in ops.erasure, moved for one who lives in another cell, and learner_adopted for an adopted one. The caller holds the learner''s lock.';

create function private.is_present(p_user uuid)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select not exists (select from ops.erasure e where e.user_id = p_user) and not exists (select from learner.adoption a where a.user_id = p_user)
    and private.is_here(p_user)
$$;
comment on function private.is_present(uuid) is 'Whether refuse_absent() lets the learner pass.';

create function private.hold_off_erasures(p_users uuid[])
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_made uuid[];
  v_held uuid[];
begin
  -- 1 Create a state row to lock for learners without one.
  with made as (
    insert into learner.state (user_id)
    select distinct u.id from unnest(p_users) u (id)
    where private.is_present(u.id) and not exists (select from learner.state s where s.user_id = u.id)
    order by u.id
    on conflict do nothing
    returning user_id
  )
  select array_agg(m.user_id) into v_made from made m;

  -- 2 A shared lock that lasts only for the caller's short transaction, because all their batches wait. Busy learners are skipped,
  --   so that they do not delay the others.
  v_held := array(select s.user_id from learner.state s where s.user_id = any (p_users) order by s.user_id for key share skip locked);

  -- 3 Read the barrier in separate statements, so that an erasure that held the lock until now is visible.
  delete from learner.state s where s.user_id = any (v_made) and not private.is_present(s.user_id);
  return array(select h.id from unnest(v_held) h (id) where private.is_present(h.id));
end
$$;
comment on function private.hold_off_erasures(uuid[]) is
  'The learners that are neither busy, nor in ops.erasure, nor adopted, nor in another cell. Their erasure or adoption cannot begin before the transaction ends.';

create function private.only_redact()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Who did what to whom, and when, stays. An erasure may remove only an erased learner's data (before and after) and the address
  -- that the learner called from. The erasure itself is on record.
  if to_jsonb(new) || jsonb_build_object('before', old.before, 'after', old.after, 'source', old.source) is distinct from to_jsonb(old)
    or new.before is not null or new.after is not null
    or (new.source is distinct from old.source and (new.source is not null or old.actor::text is distinct from old.object_id))
    or not exists (select from ops.erasure e where e.user_id::text = old.object_id)
  then
    perform private.raise_error('append_only', 'UPDATE on ops.audit is not allowed, because it would leave no trace.');
  end if;
  return new;
end
$$;
comment on function private.only_redact() is
  'Row trigger: lets before, after and the learner''s own source become null in records of an erased learner. Refuses other updates.';

-- ops.audit is append-only, except for what an erasure removes.
create trigger audit_only_redacted before update on ops.audit
  for each row execute function private.only_redact();

-- Source: schemas/40_ledger/devices.sql
-- What:  devices: the limit per learner, and learner.device_session, the sessions that they were seen with.
-- Why:   learners and support ask whether a device is current, and a revocation must find its sessions (O2, U8).

create function private.note_session(p_user uuid, p_session uuid, p_device uuid, p_at timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  select count(*) into v_count from learner.device_session s where s.user_id = p_user and s.session_id = p_session;
  if v_count = 0 then
    -- A new session. Those that have ended meanwhile are refused anyway, so the table is as small as the learner's sessions. Of sessions in another
    -- project's Auth nothing but the age is known.
    delete from learner.device_session s
    where s.user_id = p_user and case when (select t.sessions_elsewhere from ops.session_setting t) then s.seen_at < p_at - interval '1 year'
      else s.session_id <> all (private.open_sessions(p_user)) end;
  end if;
  -- A session has one device, or a few after restores. The first twenty stay, so that made-up ids hide none.
  if v_count < private.most_devices_of_session() then
    insert into learner.device_session (user_id, session_id, device_id, seen_at) values (p_user, p_session, p_device, p_at) on conflict do nothing;
  end if;
end
$$;
comment on function private.note_session(uuid, uuid, uuid, timestamptz) is 'Remembers that a session was seen with a device.';

create function private.most_devices_of_session()
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select 20 $$;
comment on function private.most_devices_of_session() is 'The most devices that a session is remembered with.';

create function private.note_device_session()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A move copies the sessions themselves.
  if private.is_here(new.user_id) then
    perform private.note_session(new.user_id, new.session_id, new.device_id, new.last_seen_at);
  end if;
  return null;
end
$$;
comment on function private.note_device_session() is 'Row trigger: remembers the session of a device''s contact.';

-- Rarely run: a device keeps its session for weeks.
create trigger device_new_session after insert on learner.device
  for each row when (new.session_id is not null) execute function private.note_device_session();
create trigger device_other_session after update of session_id on learner.device
  for each row when (new.session_id is distinct from old.session_id and new.session_id is not null) execute function private.note_device_session();

create function private.forget_devices()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A move copies every device: also those above the limit, which a restored device may be.
  if not private.is_here(new.user_id) then
    return null;
  end if;
  -- A device's id is chosen by the caller, a session is not. So the first device of a session stays longest: made-up ids replace each
  -- other. Rows that another transaction holds are skipped.
  -- An array, because a plan may run a subquery after `in` for each row, and then its limit counts anew.
  delete from learner.device d
  where d.user_id = new.user_id and d.device_id = any (array(
    select k.device_id from learner.device k
    where k.user_id = new.user_id and k.revoked_at is null and k.device_id <> new.device_id
    order by exists (
      select from learner.device_session s
      where s.user_id = k.user_id and s.device_id = k.device_id and not exists (
        select from learner.device_session f
        where f.user_id = s.user_id and f.session_id = s.session_id and (f.seen_at, f.device_id) < (s.seen_at, s.device_id))),
      k.last_seen_at, k.device_id
    limit greatest((select count(*) from learner.device c where c.user_id = new.user_id and c.revoked_at is null) - 50, 0)
    for update skip locked));
  return null;
end
$$;
comment on function private.forget_devices() is
  'Row trigger: keeps at most fifty live devices per learner. The one seen longest ago goes, before it those that are the first device of no '
  'session. Its next contact adds it again. Revoked devices are not counted, and stay: made-up ids must not push a revocation out.';

-- Runs for new devices only: contacts of known devices are updates.
create trigger device_forget_others after insert on learner.device for each row execute function private.forget_devices();

create function private.support_device()
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select '5a990000-0000-4000-8000-000000000000'::uuid $$;
comment on function private.support_device() is 'The device id of events that support writes.';

create function private.devices_of(p_user uuid, p_device uuid)
returns table (
  device_id uuid, platform text, app_version text, contract_version integer, content_version integer, versions_behind integer,
  first_seen_at timestamptz, last_seen_at timestamptz, queue_lag_ms bigint, clock_skew_ms bigint, revoked_at timestamptz)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select d.device_id, d.platform, d.app_version, d.contract_version, d.content_version,
    case when d.content_version is not null then greatest((select coalesce(max(r.version), 0) from content.release r) - d.content_version, 0) end,
    d.first_seen_at, d.last_seen_at, d.queue_lag_ms, d.clock_skew_ms, d.revoked_at
  from learner.device d
  where d.user_id = p_user and (p_device is null or d.device_id = p_device)
  order by d.last_seen_at desc, d.device_id
$$;
comment on function private.devices_of(uuid, uuid) is 'A learner''s devices, or one of them, in the form of list_devices().';

-- Source: schemas/40_ledger/sessions.sql
-- What:  whether a learner's token may push and pull: its session lives, and neither it nor the device is revoked.
-- Why:   a stolen tablet must neither write nor read any more, whatever it calls itself (U8).
create function private.is_ended_by(p_session uuid, p_device learner.device)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_devices uuid[];
  v_first timestamptz;
begin
  select array_agg(s.device_id), min(s.seen_at) into v_devices, v_first
  from learner.device_session s where s.user_id = p_device.user_id and s.session_id = p_session;
  return p_device.device_id = any (coalesce(v_devices, '{}'))
    or (p_device.revoking_session is distinct from p_session and (
      -- Not seen with any device before the revocation, or with more than are remembered: perhaps with this one.
      v_first is null or v_first > p_device.revoked_at or cardinality(v_devices) >= private.most_devices_of_session()));
end
$$;
comment on function private.is_ended_by(uuid, learner.device) is 'Whether the revocation of a device ends a session that was opened before it.';

create function private.session_refusal(p_user uuid, p_session uuid, p_device uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_opened timestamptz := private.session_opened_at(p_user, p_session);
begin
  if v_opened = '-infinity' then
    -- A session that was seen before a revocation is ended by it. One that was never seen counts as new.
    v_opened := coalesce((select min(s.seen_at) from learner.device_session s where s.user_id = p_user and s.session_id = p_session), clock_timestamp());
  end if;
  if v_opened is null then
    return case when p_session is null then 'unauthenticated' else 'session_ended' end;
  end if;
  -- The device's id is the caller's word, the session is not. So a revocation ends all sessions that were opened before it, but for those
  -- that are known to be another device's, and the one that asked for it. Whoever signs in again knows the learner's password.
  if exists (
    select from learner.device d
    where d.user_id = p_user and d.revoked_at is not null
      and (d.device_id = p_device or (v_opened <= d.revoked_at and private.is_ended_by(p_session, d))))
  then
    return 'device_revoked';
  end if;
  return null;
end
$$;
comment on function private.session_refusal(uuid, uuid, uuid) is
  'Why a token may not push and pull, a code of the registry, or null: its session has ended, it names none and the setting refuses that, '
  'the device is revoked, or a later revocation has ended the session.';

create function private.require_session(p_user uuid, p_session uuid, p_device uuid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_code constant text := private.session_refusal(p_user, p_session, p_device);
begin
  if v_code is not null then
    perform private.raise_error(v_code, case when v_code = 'unauthenticated' then 'The access token names no session.' end);
  end if;
end
$$;
comment on function private.require_session(uuid, uuid, uuid) is
  'Raises unauthenticated, session_ended or device_revoked unless the token may push and pull. p_device: null if the call names none.';

create function private.signed_in_learner()
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.session_refusal(private.caller_id(), private.caller_session(), null) is null then
    return private.caller_id();
  end if;
  return null;
end
$$;
comment on function private.signed_in_learner() is 'For policies: the caller, or null if the caller''s token may not pull.';
grant execute on function private.signed_in_learner() to authenticated;

create function private.learner_acted_on(p_learner uuid)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller constant uuid := private.caller_id();
  v_code text;
begin
  if p_learner is distinct from v_caller and p_learner is not null then
    perform private.require_role('support', 'admin');
    return p_learner;
  end if;
  if v_caller is null then
    perform private.raise_error('unauthenticated');
  end if;
  -- A session that a revocation has ended may not use up the learner's revocations.
  v_code := private.session_refusal(v_caller, private.caller_session(), null);
  if v_code is not null then
    perform private.raise_error(v_code);
  end if;
  return v_caller;
end
$$;
comment on function private.learner_acted_on(uuid) is
  'The learner of a call on devices: the caller, whose session must live and not be revoked, or, for support and admins, the named learner.';

-- Source: schemas/40_ledger/revocation.sql
-- What:  list_devices(), revoke_device() and restore_device(), for the learner or support.
-- Why:   a stolen tablet must neither write nor read any more, and its learner can see to that (O2, U8).

create function private.list_devices(p_learner uuid, p_reason text)
returns table (
  device_id uuid, platform text, app_version text, contract_version integer, content_version integer, versions_behind integer,
  first_seen_at timestamptz, last_seen_at timestamptz, queue_lag_ms bigint, clock_skew_ms bigint, revoked_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_learner constant uuid := private.learner_acted_on(p_learner);
begin
  if v_learner is distinct from private.caller_id() then
    perform private.require_reason(p_reason);
    perform private.audit('list_devices', 'learner.state', v_learner::text, null, jsonb_build_object('reason', p_reason));
  end if;
  return query select * from private.devices_of(v_learner, null);
end
$$;
comment on function private.list_devices(uuid, text) is 'The core of list_devices().';

create function private.set_revoked(p_learner uuid, p_device uuid, p_revoked boolean, p_reason text)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_learner uuid;
  v_now timestamptz;
  v_since timestamptz;
  v_is_known boolean;
begin
  -- A thief of the tablet may have the learner's token, so only support can lift a revocation.
  if not p_revoked then
    perform private.require_role('support', 'admin');
  end if;
  v_learner := private.learner_acted_on(p_learner);
  if p_device is null then
    perform private.raise_error('malformed_request', '`device` is required.', 'device');
  end if;

  -- 1 The learner's lock, also for a learner who has sent nothing. A misspelt learner gets no row.
  if p_revoked and (private.account_of(v_learner, null)).app_role is not null then
    insert into learner.state (user_id) values (v_learner) on conflict do nothing;
  end if;
  perform from learner.state s where s.user_id = v_learner for update;
  if not found then
    perform private.raise_error('device_unknown', p_info => p_device::text);
  end if;
  perform private.refuse_absent(v_learner);
  perform private.refuse_during_upgrade();
  -- Again under the lock: of two revocations at the same time, the first one counts.
  perform private.learner_acted_on(p_learner);
  v_now := clock_timestamp();
  select d.revoked_at into v_since from learner.device d where d.user_id = v_learner and d.device_id = p_device;
  v_is_known := found;

  -- 2 A device that is not on record yet is revoked before its first contact.
  if not v_is_known and not p_revoked then
    perform private.raise_error('device_unknown', p_info => p_device::text);
  end if;
  -- Only made-up ids are without a bound: the devices on record can always be revoked.
  if not v_is_known and v_learner = private.caller_id()
    and (select count(*) >= 200 from learner.device d where d.user_id = v_learner and d.revoked_at = d.first_seen_at)
  then
    perform private.raise_error('revocations_full', p_info => '200');
  end if;
  if (v_since is not null) <> p_revoked then
    -- Who was never seen is revoked at the time of the first sight.
    insert into learner.device as d (user_id, device_id, first_seen_at, last_seen_at, revoked_at, revoking_session)
    values (v_learner, p_device, v_now, v_now, case when p_revoked then v_now end,
      case when p_revoked and v_learner = private.caller_id() then private.caller_session() end)
    on conflict (user_id, device_id) do update set revoked_at = excluded.revoked_at, revoking_session = excluded.revoking_session;
    perform private.audit(case when p_revoked then 'revoke_device' else 'restore_device' end, 'learner.state', v_learner::text, null,
      jsonb_strip_nulls(jsonb_build_object('device_id', p_device, 'revoked_at', v_since, 'reason', left(p_reason, 500))));
  end if;
  return (select to_json(d) from private.devices_of(v_learner, p_device) d);
end
$$;
comment on function private.set_revoked(uuid, uuid, boolean, text) is 'The core of revoke_device() and restore_device().';

create function public.list_devices(learner uuid default null, reason text default null)
returns table (
  device_id uuid, platform text, app_version text, contract_version integer, content_version integer, versions_behind integer,
  first_seen_at timestamptz, last_seen_at timestamptz, queue_lag_ms bigint, clock_skew_ms bigint, revoked_at timestamptz)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.list_devices(learner, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.list_devices(uuid, text) is
  'The caller''s devices, last seen first: app and platform, content versions behind, wait of the oldest event (ms), '
  'clock skew (ms), and the time of revocation. Support and admins may name a learner, with a reason; this is audited. Errors: forbidden, support_invalid.';

create function public.revoke_device(device uuid, reason text default null, learner uuid default null)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.set_revoked(learner, device, true, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.revoke_device(uuid, text, uuid) is
  'Revokes a device, on record or not: it can no longer push or pull, nor can any session opened before that is not known to be another device''s. '
  'The calling session stays. The data on the device stays. Returns the device. For the caller''s devices, at most 200 that were never seen, or, for '
  'support and admins, a learner''s. Audited. Errors: malformed_request, forbidden, session_ended, device_revoked (the calling session), '
  'device_unknown (no such learner), erased, revocations_full.';

create function public.restore_device(device uuid, learner uuid, reason text default null)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.set_revoked(learner, device, false, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.restore_device(uuid, uuid, text) is
  'Lifts a revocation, so that the device sends what it kept. Returns the device. Support and admins; audited. Errors: malformed_request, forbidden, device_unknown.';

grant execute on function private.list_devices(uuid, text), private.set_revoked(uuid, uuid, boolean, text),
  public.list_devices(uuid, text), public.revoke_device(uuid, text, uuid), public.restore_device(uuid, uuid, text) to authenticated, service_role;

-- Source: schemas/40_ledger/event.sql
-- What:  the ledger: every accepted event, once, permanently.
-- Why:   (user_id, event_id) is the idempotency key. Projections can always be rebuilt from the ledger (I4, I6).
create table learner.event (
  user_id            uuid not null,
  event_id           uuid not null,
  type               text not null,
  type_version       smallint not null,
  device_id          uuid not null,
  occurred_at        timestamptz not null,
  utc_offset_minutes smallint not null,
  body               jsonb not null,
  received_at        timestamptz not null,
  head_version       integer not null,
  clock_skew_ms      bigint,
  session_id         uuid,
  skill_id           uuid,
  question_id        uuid,
  reset_count        integer not null default 0,
  reset_event        uuid,
  content_state      text,
  graded_correct     boolean,
  clock_offset_ms    bigint,
  answered_at        timestamptz,
  -- No second index: a learner's look-ups use this one. It writes 0.68 times the WAL of the usual two indexes.
  constraint event_pkey primary key (user_id, event_id),
  constraint event_type_version_positive check (type_version > 0),
  constraint event_utc_offset_in_range check (utc_offset_minutes between -1080 and 1080),
  constraint event_body_is_object check (jsonb_typeof(body) = 'object'),
  constraint event_reset_count_positive check (reset_count >= 0),
  constraint event_content_state_known check (content_state in ('current', 'outdated', 'withdrawn')),
  constraint event_attempt_is_stamped check (
    type <> 'attempt.recorded'
    or (session_id is not null and skill_id is not null and question_id is not null and content_state is not null))
) partition by range (event_id);
comment on table learner.event is
  'The ledger, kept permanently. event_id is the device''s ULID as uuid. Partitions are months of the ULID''s time.';
comment on column learner.event.clock_offset_ms is
  'Server time minus device time as the device knew it when it made the event; null: unknown. It decides the day of practice.';
comment on column learner.event.answered_at is
  'When the server received what the device last had an answer to when it made the event; null: unknown. No day of practice is before it.';
comment on column learner.event.head_version is 'This column and those up to graded_correct are stamped on arrival and never change, so projections depend only on the rows.';
comment on column learner.event.clock_skew_ms is
  'Server time minus device time when the batch was sent; null: unknown. It decides the day of practice where the offset can''t.';
comment on column learner.event.content_state is 'The state of the answered question version on arrival: current, outdated or withdrawn.';
comment on column learner.event.graded_correct is 'The server''s grading by the answered version. The body has the device''s claim.';

alter table learner.event enable row level security;
create policy event_select_own on learner.event for select to authenticated using (user_id = (select auth.uid()));

select private.anchor_history('learner.event');

-- Source: schemas/40_ledger/event_rules.sql
-- What:  the rules for batches and events as rows: one jsonpath predicate per field.
-- Why:   validation covers every constraint of the tables and names the invalid field. The rows are generated from the contract's
--        zod schemas (event_rules.gen.sql), so client and server agree. A differential test compares the two.
create table private.event_rule (
  type        text not null,
  version     smallint not null,
  place       smallint not null,
  field       text not null,
  rule        jsonpath not null,
  requirement text not null default 'must be valid',
  constraint event_rule_pkey primary key (type, version, place)
);
comment on table private.event_rule is
  'A field is valid if its rule is true. Unknown fields are ignored. The types batch and event are the envelopes.';
comment on column private.event_rule.place is 'The order of the fields. A verdict names the first invalid one.';
comment on column private.event_rule.requirement is 'The rule in words.';

create table private.event_type (
  type    text not null,
  version smallint not null,
  rules   jsonpath not null,
  kept_in text not null default 'ledger',
  constraint event_type_pkey primary key (type, version),
  constraint event_type_kept_in_known check (kept_in in ('ledger', 'telemetry'))
);
comment on table private.event_type is 'All rules of a type in one predicate, evaluated once for a valid event. Single rules are evaluated only for an invalid event.';
comment on column private.event_type.kept_in is 'ledger: permanently. telemetry: in ops.telemetry for some months.';

alter table private.event_rule enable row level security;
alter table private.event_type enable row level security;
create policy event_rule_all_nobody on private.event_rule for all to anon, authenticated using (false);
create policy event_type_all_nobody on private.event_type for all to anon, authenticated using (false);

create function private.broken_field(p_type text, p_version smallint, p_value jsonb)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select r.field
  from private.event_rule r
  where r.type = p_type and r.version = p_version and (p_value @@ r.rule) is not true
  order by r.place
  limit 1
$$;
comment on function private.broken_field(text, smallint, jsonb) is
  'The first field that breaks a rule of its type (empty for the whole value), or null.';

-- Source: schemas/40_ledger/event_rules.gen.sql
-- Generated from client-contract/contract/event.ts, tracking.ts and batch.ts by `npm run generate`. Do not edit.

insert into private.event_rule (type, version, place, field, rule, requirement)
values
  ('batch', 1, 1, '', 'strict $.type() == "object"', 'must be a JSON object'),
  ('batch', 1, 2, 'batch_id', 'strict $.batch_id like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"', 'must be a ULID in upper case'),
  ('batch', 1, 3, 'device_id', 'strict $.device_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"', 'must be a UUID in lower case'),
  ('batch', 1, 4, 'sent_at', 'strict ($.sent_at like_regex "^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z$" && exists($.sent_at.timestamp_tz()))', 'must be an RFC 3339 time in UTC ending in Z'),
  ('batch', 1, 5, 'platform', 'strict ((exists($.platform)) is unknown || ($.platform == null || ($.platform != "" && !($.platform like_regex ".{61}" flag "s"))))', 'must be text of 1 to 60 characters'),
  ('batch', 1, 6, 'app_version', 'strict ((exists($.app_version)) is unknown || ($.app_version == null || ($.app_version != "" && !($.app_version like_regex ".{61}" flag "s"))))', 'must be text of 1 to 60 characters'),
  ('batch', 1, 7, 'contract_version', 'strict ($.contract_version.floor() == $.contract_version && $.contract_version >= 1 && $.contract_version <= 32767)', 'must be a whole number from 1 to 32767'),
  ('batch', 1, 8, 'content_version', 'strict ((exists($.content_version)) is unknown || ($.content_version == null || ($.content_version.floor() == $.content_version && $.content_version >= 0 && $.content_version <= 2147483647)))', 'must be a whole number from 0 to 2147483647'),
  ('batch', 1, 9, 'content_schema', 'strict ((exists($.content_schema)) is unknown || ($.content_schema == null || ($.content_schema.floor() == $.content_schema && $.content_schema >= 1 && $.content_schema <= 32767)))', 'must be a whole number from 1 to 32767'),
  ('batch', 1, 10, 'pull', 'strict ((exists($.pull)) is unknown || ($.pull == null || ($.pull.type() == "object" && ((exists($.pull.cursor)) is unknown || ($.pull.cursor == null || ($.pull.cursor != "" && !($.pull.cursor like_regex ".{101}" flag "s")))) && ((exists($.pull.limit)) is unknown || ($.pull.limit == null || ($.pull.limit.floor() == $.pull.limit && $.pull.limit >= 1 && $.pull.limit <= 1000))))))', 'must be an object; `cursor` must be text of 1 to 100 characters; `limit` must be a whole number from 1 to 1000'),
  ('batch', 1, 11, 'dead_letters', 'strict ((exists($.dead_letters)) is unknown || ($.dead_letters == null || ($.dead_letters.type() == "array" && $.dead_letters.size() <= 500 && !exists($.dead_letters[*] ? (@ != null && (@.type() != "string" || !((@ != "" && !(@ like_regex ".{201}" flag "s")))))))))', 'must be a list of at most 500 values; each must be text of 1 to 200 characters, or null'),
  ('event', 1, 1, '', 'strict $.type() == "object"', 'must be a JSON object'),
  ('event', 1, 2, 'id', 'strict $.id like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"', 'must be a ULID in upper case'),
  ('event', 1, 3, 'type', 'strict ($.type != "" && !($.type like_regex ".{65}" flag "s"))', 'must be text of 1 to 64 characters'),
  ('event', 1, 4, 'version', 'strict ($.version.floor() == $.version && $.version >= 1 && $.version <= 32767)', 'must be a whole number from 1 to 32767'),
  ('event', 1, 5, 'learner_id', 'strict $.learner_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"', 'must be a UUID in lower case'),
  ('event', 1, 6, 'device_id', 'strict $.device_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"', 'must be a UUID in lower case'),
  ('event', 1, 7, 'occurred_at', 'strict ($.occurred_at like_regex "^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z$" && exists($.occurred_at.timestamp_tz()))', 'must be an RFC 3339 time in UTC ending in Z'),
  ('event', 1, 8, 'utc_offset_minutes', 'strict ($.utc_offset_minutes.floor() == $.utc_offset_minutes && $.utc_offset_minutes >= -1080 && $.utc_offset_minutes <= 1080)', 'must be a whole number from -1080 to 1080'),
  ('event', 1, 9, 'clock_offset_ms', 'strict ((exists($.clock_offset_ms)) is unknown || ($.clock_offset_ms == null || ($.clock_offset_ms.floor() == $.clock_offset_ms && $.clock_offset_ms >= -32503680000000 && $.clock_offset_ms <= 32503680000000)))', 'must be a whole number from -32503680000000 to 32503680000000'),
  ('event', 1, 10, 'answered_at', 'strict ((exists($.answered_at)) is unknown || ($.answered_at == null || ($.answered_at like_regex "^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z$" && exists($.answered_at.timestamp_tz()))))', 'must be an RFC 3339 time in UTC ending in Z'),
  ('event', 1, 11, 'body', 'strict ($.body.type() == "object")', 'must be an object'),
  ('session.started', 1, 1, 'body.session_id', 'strict $.body.session_id like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"', 'must be a ULID in upper case'),
  ('session.started', 1, 2, 'body.skill_id', 'strict ((exists($.body.skill_id)) is unknown || ($.body.skill_id == null || $.body.skill_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"))', 'must be a UUID in lower case'),
  ('session.started', 1, 3, 'body.content_version', 'strict ($.body.content_version.floor() == $.body.content_version && $.body.content_version >= 1 && $.body.content_version <= 2147483647)', 'must be a whole number from 1 to 2147483647'),
  ('session.ended', 1, 1, 'body.session_id', 'strict $.body.session_id like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"', 'must be a ULID in upper case'),
  ('session.ended', 1, 2, 'body.reason', 'strict ($.body.reason == "completed" || $.body.reason == "abandoned" || $.body.reason == "timed_out")', 'must be one of completed, abandoned, timed_out'),
  ('attempt.recorded', 1, 1, 'body.session_id', 'strict $.body.session_id like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"', 'must be a ULID in upper case'),
  ('attempt.recorded', 1, 2, 'body.question_id', 'strict $.body.question_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"', 'must be a UUID in lower case'),
  ('attempt.recorded', 1, 3, 'body.content_version', 'strict ($.body.content_version.floor() == $.body.content_version && $.body.content_version >= 1 && $.body.content_version <= 2147483647)', 'must be a whole number from 1 to 2147483647'),
  ('attempt.recorded', 1, 4, 'body.answer', 'strict ($.body.answer.type() == "object")', 'must be an object'),
  ('attempt.recorded', 1, 5, 'body.correct', 'strict $.body.correct.type() == "boolean"', 'must be true or false'),
  ('attempt.recorded', 1, 6, 'body.duration_ms', 'strict ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 86400000)', 'must be a whole number from 0 to 86400000'),
  ('attempt.recorded', 1, 7, 'body.reset', 'strict ((exists($.body.reset)) is unknown || ($.body.reset == null || ($.body.reset.type() == "object" && ($.body.reset.count.floor() == $.body.reset.count && $.body.reset.count >= 1 && $.body.reset.count <= 2147483647) && $.body.reset.event like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")))', 'must be an object; `count` must be a whole number from 1 to 2147483647; `event` must be a ULID in upper case'),
  ('progress.advanced', 1, 1, 'body.skill_id', 'strict $.body.skill_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"', 'must be a UUID in lower case'),
  ('progress.advanced', 1, 2, 'body.mastery', 'strict ($.body.mastery.floor() == $.body.mastery && $.body.mastery >= 0 && $.body.mastery <= 100)', 'must be a whole number from 0 to 100'),
  ('progress.advanced', 1, 3, 'body.completed', 'strict ((exists($.body.completed)) is unknown || ($.body.completed == null || ($.body.completed.type() == "array" && $.body.completed.size() <= 1000 && !exists($.body.completed[*] ? (@.type() != "string" || !(@ like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"))))))', 'must be a list of at most 1000 values; each must be a UUID in lower case'),
  ('progress.advanced', 1, 4, 'body.reset', 'strict ((exists($.body.reset)) is unknown || ($.body.reset == null || ($.body.reset.type() == "object" && ($.body.reset.count.floor() == $.body.reset.count && $.body.reset.count >= 1 && $.body.reset.count <= 2147483647) && $.body.reset.event like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")))', 'must be an object; `count` must be a whole number from 1 to 2147483647; `event` must be a ULID in upper case'),
  ('progress.reset', 1, 1, 'body.skill_id', 'strict $.body.skill_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"', 'must be a UUID in lower case'),
  ('progress.reset', 1, 2, 'body.count', 'strict ($.body.count.floor() == $.body.count && $.body.count >= 1 && $.body.count <= 2147483647)', 'must be a whole number from 1 to 2147483647'),
  ('progress.reset', 1, 3, 'body.base', 'strict ((exists($.body.base)) is unknown || ($.body.base == null || ($.body.base.type() == "object" && ($.body.base.mastery.floor() == $.body.base.mastery && $.body.base.mastery >= 0 && $.body.base.mastery <= 100) && ((exists($.body.base.completed)) is unknown || ($.body.base.completed == null || ($.body.base.completed.type() == "array" && $.body.base.completed.size() <= 1000 && !exists($.body.base.completed[*] ? (@.type() != "string" || !(@ like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")))))))))', 'must be an object; `mastery` must be a whole number from 0 to 100; `completed` must be a list of at most 1000 values; each must be a UUID in lower case'),
  ('outbox.created', 1, 1, 'body.events', 'strict ($.body.events.floor() == $.body.events && $.body.events >= 1 && $.body.events <= 1000000)', 'must be a whole number from 1 to 1000000'),
  ('outbox.created', 1, 2, 'body.waiting', 'strict ($.body.waiting.floor() == $.body.waiting && $.body.waiting >= 0 && $.body.waiting <= 1000000)', 'must be a whole number from 0 to 1000000'),
  ('outbox.attempted', 1, 1, 'body.events', 'strict ($.body.events.floor() == $.body.events && $.body.events >= 0 && $.body.events <= 500)', 'must be a whole number from 0 to 500'),
  ('outbox.attempted', 1, 2, 'body.attempts', 'strict ($.body.attempts.floor() == $.body.attempts && $.body.attempts >= 1 && $.body.attempts <= 1000000)', 'must be a whole number from 1 to 1000000'),
  ('outbox.attempted', 1, 3, 'body.answered', 'strict $.body.answered.type() == "boolean"', 'must be true or false'),
  ('outbox.attempted', 1, 4, 'body.code', 'strict ((exists($.body.code)) is unknown || ($.body.code == null || $.body.code like_regex "^[a-z][a-z0-9_.]{0,63}$"))', 'must be a code of letters, digits, points and underscores'),
  ('outbox.attempted', 1, 5, 'body.duration_ms', 'strict ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 86400000)', 'must be a whole number from 0 to 86400000'),
  ('outbox.dead_lettered', 1, 1, 'body.event_id', 'strict $.body.event_id like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"', 'must be a ULID in upper case'),
  ('outbox.dead_lettered', 1, 2, 'body.code', 'strict $.body.code like_regex "^[a-z][a-z0-9_.]{0,63}$"', 'must be a code of letters, digits, points and underscores'),
  ('outbox.dead_lettered', 1, 3, 'body.attempts', 'strict ($.body.attempts.floor() == $.body.attempts && $.body.attempts >= 0 && $.body.attempts <= 1000000)', 'must be a whole number from 0 to 1000000'),
  ('cache.checked', 1, 1, 'body.content_version', 'strict ($.body.content_version.floor() == $.body.content_version && $.body.content_version >= 0 && $.body.content_version <= 2147483647)', 'must be a whole number from 0 to 2147483647'),
  ('cache.checked', 1, 2, 'body.rows', 'strict ($.body.rows.floor() == $.body.rows && $.body.rows >= 0 && $.body.rows <= 10000000)', 'must be a whole number from 0 to 10000000'),
  ('cache.checked', 1, 3, 'body.damaged', 'strict ($.body.damaged.floor() == $.body.damaged && $.body.damaged >= 0 && $.body.damaged <= 10000000)', 'must be a whole number from 0 to 10000000'),
  ('cache.checked', 1, 4, 'body.duration_ms', 'strict ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 86400000)', 'must be a whole number from 0 to 86400000'),
  ('cache.refreshed', 1, 1, 'body.from_version', 'strict ($.body.from_version.floor() == $.body.from_version && $.body.from_version >= 0 && $.body.from_version <= 2147483647)', 'must be a whole number from 0 to 2147483647'),
  ('cache.refreshed', 1, 2, 'body.to_version', 'strict ($.body.to_version.floor() == $.body.to_version && $.body.to_version >= 1 && $.body.to_version <= 2147483647)', 'must be a whole number from 1 to 2147483647'),
  ('cache.refreshed', 1, 3, 'body.rows', 'strict ($.body.rows.floor() == $.body.rows && $.body.rows >= 0 && $.body.rows <= 10000000)', 'must be a whole number from 0 to 10000000'),
  ('cache.refreshed', 1, 4, 'body.duration_ms', 'strict ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 86400000)', 'must be a whole number from 0 to 86400000'),
  ('cache.repaired', 1, 1, 'body.content_version', 'strict ($.body.content_version.floor() == $.body.content_version && $.body.content_version >= 1 && $.body.content_version <= 2147483647)', 'must be a whole number from 1 to 2147483647'),
  ('cache.repaired', 1, 2, 'body.rows', 'strict ($.body.rows.floor() == $.body.rows && $.body.rows >= 0 && $.body.rows <= 10000000)', 'must be a whole number from 0 to 10000000'),
  ('cache.repaired', 1, 3, 'body.whole', 'strict $.body.whole.type() == "boolean"', 'must be true or false'),
  ('cache.repaired', 1, 4, 'body.duration_ms', 'strict ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 86400000)', 'must be a whole number from 0 to 86400000'),
  ('offline.used', 1, 1, 'body.duration_ms', 'strict ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 2147483647)', 'must be a whole number from 0 to 2147483647'),
  ('offline.used', 1, 2, 'body.attempts', 'strict ($.body.attempts.floor() == $.body.attempts && $.body.attempts >= 0 && $.body.attempts <= 1000000)', 'must be a whole number from 0 to 1000000'),
  ('offline.used', 1, 3, 'body.reads', 'strict ($.body.reads.floor() == $.body.reads && $.body.reads >= 0 && $.body.reads <= 10000000)', 'must be a whole number from 0 to 10000000'),
  ('offline.used', 1, 4, 'body.local_reads', 'strict ($.body.local_reads.floor() == $.body.local_reads && $.body.local_reads >= 0 && $.body.local_reads <= 10000000)', 'must be a whole number from 0 to 10000000'),
  ('offline.used', 1, 5, 'body.completed', 'strict $.body.completed.type() == "boolean"', 'must be true or false'),
  ('app.failed', 1, 1, 'body.code', 'strict $.body.code like_regex "^[a-z][a-z0-9_.]{0,63}$"', 'must be a code of letters, digits, points and underscores'),
  ('app.failed', 1, 2, 'body.place', 'strict ((exists($.body.place)) is unknown || ($.body.place == null || $.body.place like_regex "^[a-z][a-z0-9_.]{0,63}$"))', 'must be a code of letters, digits, points and underscores'),
  ('app.failed', 1, 3, 'body.fatal', 'strict $.body.fatal.type() == "boolean"', 'must be true or false'),
  ('app.recovered', 1, 1, 'body.code', 'strict $.body.code like_regex "^[a-z][a-z0-9_.]{0,63}$"', 'must be a code of letters, digits, points and underscores'),
  ('app.recovered', 1, 2, 'body.duration_ms', 'strict ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 86400000)', 'must be a whole number from 0 to 86400000'),
  ('app.reported', 1, 1, 'body.platform', 'strict $.body.platform like_regex "^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$"', 'must be a name or version of at most 40 letters, digits, points, dashes, underscores and plus signs'),
  ('app.reported', 1, 2, 'body.app_version', 'strict ((exists($.body.app_version)) is unknown || ($.body.app_version == null || $.body.app_version like_regex "^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$"))', 'must be a name or version of at most 40 letters, digits, points, dashes, underscores and plus signs'),
  ('app.reported', 1, 3, 'body.os_version', 'strict ((exists($.body.os_version)) is unknown || ($.body.os_version == null || $.body.os_version like_regex "^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$"))', 'must be a name or version of at most 40 letters, digits, points, dashes, underscores and plus signs'),
  ('app.reported', 1, 4, 'body.waiting', 'strict ($.body.waiting.floor() == $.body.waiting && $.body.waiting >= 0 && $.body.waiting <= 1000000)', 'must be a whole number from 0 to 1000000'),
  ('app.reported', 1, 5, 'body.quarantined', 'strict ($.body.quarantined.floor() == $.body.quarantined && $.body.quarantined >= 0 && $.body.quarantined <= 1000000)', 'must be a whole number from 0 to 1000000'),
  ('app.reported', 1, 6, 'body.held_back', 'strict ($.body.held_back.floor() == $.body.held_back && $.body.held_back >= 0 && $.body.held_back <= 1000000)', 'must be a whole number from 0 to 1000000'),
  ('app.reported', 1, 7, 'body.dead', 'strict ($.body.dead.floor() == $.body.dead && $.body.dead >= 0 && $.body.dead <= 1000000)', 'must be a whole number from 0 to 1000000'),
  ('app.reported', 1, 8, 'body.oldest_waiting_s', 'strict ((exists($.body.oldest_waiting_s)) is unknown || ($.body.oldest_waiting_s == null || ($.body.oldest_waiting_s.floor() == $.body.oldest_waiting_s && $.body.oldest_waiting_s >= 0 && $.body.oldest_waiting_s <= 2147483647)))', 'must be a whole number from 0 to 2147483647'),
  ('app.reported', 1, 9, 'body.synced_s', 'strict ((exists($.body.synced_s)) is unknown || ($.body.synced_s == null || ($.body.synced_s.floor() == $.body.synced_s && $.body.synced_s >= 0 && $.body.synced_s <= 2147483647)))', 'must be a whole number from 0 to 2147483647'),
  ('app.reported', 1, 10, 'body.content_version', 'strict ($.body.content_version.floor() == $.body.content_version && $.body.content_version >= 0 && $.body.content_version <= 2147483647)', 'must be a whole number from 0 to 2147483647'),
  ('app.reported', 1, 11, 'body.damaged', 'strict $.body.damaged.type() == "boolean"', 'must be true or false'),
  ('app.reported', 1, 12, 'body.intact_s', 'strict ((exists($.body.intact_s)) is unknown || ($.body.intact_s == null || ($.body.intact_s.floor() == $.body.intact_s && $.body.intact_s >= 0 && $.body.intact_s <= 2147483647)))', 'must be a whole number from 0 to 2147483647'),
  ('app.reported', 1, 13, 'body.clock_offset_ms', 'strict ((exists($.body.clock_offset_ms)) is unknown || ($.body.clock_offset_ms == null || ($.body.clock_offset_ms.floor() == $.body.clock_offset_ms && $.body.clock_offset_ms >= -32503680000000 && $.body.clock_offset_ms <= 32503680000000)))', 'must be a whole number from -32503680000000 to 32503680000000'),
  ('app.reported', 1, 14, 'body.storage_used_mb', 'strict ((exists($.body.storage_used_mb)) is unknown || ($.body.storage_used_mb == null || ($.body.storage_used_mb.floor() == $.body.storage_used_mb && $.body.storage_used_mb >= 0 && $.body.storage_used_mb <= 1000000)))', 'must be a whole number from 0 to 1000000'),
  ('app.reported', 1, 15, 'body.storage_free_mb', 'strict ((exists($.body.storage_free_mb)) is unknown || ($.body.storage_free_mb == null || ($.body.storage_free_mb.floor() == $.body.storage_free_mb && $.body.storage_free_mb >= 0 && $.body.storage_free_mb <= 2147483647)))', 'must be a whole number from 0 to 2147483647'),
  ('app.reported', 1, 16, 'body.codes', 'strict ($.body.codes.type() == "array" && $.body.codes.size() <= 10 && !exists($.body.codes[*] ? (@.type() != "string" || !(@ like_regex "^[a-z][a-z0-9_.]{0,63}$"))))', 'must be a list of at most 10 values; each must be a code of letters, digits, points and underscores');

insert into private.event_type (type, version, kept_in, rules)
values
  ('batch', 1, 'ledger', 'strict $.type() == "object" && $.batch_id like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$" && $.device_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" && ($.sent_at like_regex "^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z$" && exists($.sent_at.timestamp_tz())) && ((exists($.platform)) is unknown || ($.platform == null || ($.platform != "" && !($.platform like_regex ".{61}" flag "s")))) && ((exists($.app_version)) is unknown || ($.app_version == null || ($.app_version != "" && !($.app_version like_regex ".{61}" flag "s")))) && ($.contract_version.floor() == $.contract_version && $.contract_version >= 1 && $.contract_version <= 32767) && ((exists($.content_version)) is unknown || ($.content_version == null || ($.content_version.floor() == $.content_version && $.content_version >= 0 && $.content_version <= 2147483647))) && ((exists($.content_schema)) is unknown || ($.content_schema == null || ($.content_schema.floor() == $.content_schema && $.content_schema >= 1 && $.content_schema <= 32767))) && ((exists($.pull)) is unknown || ($.pull == null || ($.pull.type() == "object" && ((exists($.pull.cursor)) is unknown || ($.pull.cursor == null || ($.pull.cursor != "" && !($.pull.cursor like_regex ".{101}" flag "s")))) && ((exists($.pull.limit)) is unknown || ($.pull.limit == null || ($.pull.limit.floor() == $.pull.limit && $.pull.limit >= 1 && $.pull.limit <= 1000)))))) && ((exists($.dead_letters)) is unknown || ($.dead_letters == null || ($.dead_letters.type() == "array" && $.dead_letters.size() <= 500 && !exists($.dead_letters[*] ? (@ != null && (@.type() != "string" || !((@ != "" && !(@ like_regex ".{201}" flag "s")))))))))'),
  ('event', 1, 'ledger', 'strict $.type() == "object" && $.id like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$" && ($.type != "" && !($.type like_regex ".{65}" flag "s")) && ($.version.floor() == $.version && $.version >= 1 && $.version <= 32767) && $.learner_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" && $.device_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" && ($.occurred_at like_regex "^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z$" && exists($.occurred_at.timestamp_tz())) && ($.utc_offset_minutes.floor() == $.utc_offset_minutes && $.utc_offset_minutes >= -1080 && $.utc_offset_minutes <= 1080) && ((exists($.clock_offset_ms)) is unknown || ($.clock_offset_ms == null || ($.clock_offset_ms.floor() == $.clock_offset_ms && $.clock_offset_ms >= -32503680000000 && $.clock_offset_ms <= 32503680000000))) && ((exists($.answered_at)) is unknown || ($.answered_at == null || ($.answered_at like_regex "^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z$" && exists($.answered_at.timestamp_tz())))) && ($.body.type() == "object")'),
  ('session.started', 1, 'ledger', 'strict $.body.session_id like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$" && ((exists($.body.skill_id)) is unknown || ($.body.skill_id == null || $.body.skill_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")) && ($.body.content_version.floor() == $.body.content_version && $.body.content_version >= 1 && $.body.content_version <= 2147483647)'),
  ('session.ended', 1, 'ledger', 'strict $.body.session_id like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$" && ($.body.reason == "completed" || $.body.reason == "abandoned" || $.body.reason == "timed_out")'),
  ('attempt.recorded', 1, 'ledger', 'strict $.body.session_id like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$" && $.body.question_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" && ($.body.content_version.floor() == $.body.content_version && $.body.content_version >= 1 && $.body.content_version <= 2147483647) && ($.body.answer.type() == "object") && $.body.correct.type() == "boolean" && ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 86400000) && ((exists($.body.reset)) is unknown || ($.body.reset == null || ($.body.reset.type() == "object" && ($.body.reset.count.floor() == $.body.reset.count && $.body.reset.count >= 1 && $.body.reset.count <= 2147483647) && $.body.reset.event like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")))'),
  ('progress.advanced', 1, 'ledger', 'strict $.body.skill_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" && ($.body.mastery.floor() == $.body.mastery && $.body.mastery >= 0 && $.body.mastery <= 100) && ((exists($.body.completed)) is unknown || ($.body.completed == null || ($.body.completed.type() == "array" && $.body.completed.size() <= 1000 && !exists($.body.completed[*] ? (@.type() != "string" || !(@ like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")))))) && ((exists($.body.reset)) is unknown || ($.body.reset == null || ($.body.reset.type() == "object" && ($.body.reset.count.floor() == $.body.reset.count && $.body.reset.count >= 1 && $.body.reset.count <= 2147483647) && $.body.reset.event like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")))'),
  ('progress.reset', 1, 'ledger', 'strict $.body.skill_id like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" && ($.body.count.floor() == $.body.count && $.body.count >= 1 && $.body.count <= 2147483647) && ((exists($.body.base)) is unknown || ($.body.base == null || ($.body.base.type() == "object" && ($.body.base.mastery.floor() == $.body.base.mastery && $.body.base.mastery >= 0 && $.body.base.mastery <= 100) && ((exists($.body.base.completed)) is unknown || ($.body.base.completed == null || ($.body.base.completed.type() == "array" && $.body.base.completed.size() <= 1000 && !exists($.body.base.completed[*] ? (@.type() != "string" || !(@ like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")))))))))'),
  ('outbox.created', 1, 'telemetry', 'strict ($.body.events.floor() == $.body.events && $.body.events >= 1 && $.body.events <= 1000000) && ($.body.waiting.floor() == $.body.waiting && $.body.waiting >= 0 && $.body.waiting <= 1000000)'),
  ('outbox.attempted', 1, 'telemetry', 'strict ($.body.events.floor() == $.body.events && $.body.events >= 0 && $.body.events <= 500) && ($.body.attempts.floor() == $.body.attempts && $.body.attempts >= 1 && $.body.attempts <= 1000000) && $.body.answered.type() == "boolean" && ((exists($.body.code)) is unknown || ($.body.code == null || $.body.code like_regex "^[a-z][a-z0-9_.]{0,63}$")) && ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 86400000)'),
  ('outbox.dead_lettered', 1, 'telemetry', 'strict $.body.event_id like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$" && $.body.code like_regex "^[a-z][a-z0-9_.]{0,63}$" && ($.body.attempts.floor() == $.body.attempts && $.body.attempts >= 0 && $.body.attempts <= 1000000)'),
  ('cache.checked', 1, 'telemetry', 'strict ($.body.content_version.floor() == $.body.content_version && $.body.content_version >= 0 && $.body.content_version <= 2147483647) && ($.body.rows.floor() == $.body.rows && $.body.rows >= 0 && $.body.rows <= 10000000) && ($.body.damaged.floor() == $.body.damaged && $.body.damaged >= 0 && $.body.damaged <= 10000000) && ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 86400000)'),
  ('cache.refreshed', 1, 'telemetry', 'strict ($.body.from_version.floor() == $.body.from_version && $.body.from_version >= 0 && $.body.from_version <= 2147483647) && ($.body.to_version.floor() == $.body.to_version && $.body.to_version >= 1 && $.body.to_version <= 2147483647) && ($.body.rows.floor() == $.body.rows && $.body.rows >= 0 && $.body.rows <= 10000000) && ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 86400000)'),
  ('cache.repaired', 1, 'telemetry', 'strict ($.body.content_version.floor() == $.body.content_version && $.body.content_version >= 1 && $.body.content_version <= 2147483647) && ($.body.rows.floor() == $.body.rows && $.body.rows >= 0 && $.body.rows <= 10000000) && $.body.whole.type() == "boolean" && ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 86400000)'),
  ('offline.used', 1, 'telemetry', 'strict ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 2147483647) && ($.body.attempts.floor() == $.body.attempts && $.body.attempts >= 0 && $.body.attempts <= 1000000) && ($.body.reads.floor() == $.body.reads && $.body.reads >= 0 && $.body.reads <= 10000000) && ($.body.local_reads.floor() == $.body.local_reads && $.body.local_reads >= 0 && $.body.local_reads <= 10000000) && $.body.completed.type() == "boolean"'),
  ('app.failed', 1, 'telemetry', 'strict $.body.code like_regex "^[a-z][a-z0-9_.]{0,63}$" && ((exists($.body.place)) is unknown || ($.body.place == null || $.body.place like_regex "^[a-z][a-z0-9_.]{0,63}$")) && $.body.fatal.type() == "boolean"'),
  ('app.recovered', 1, 'telemetry', 'strict $.body.code like_regex "^[a-z][a-z0-9_.]{0,63}$" && ($.body.duration_ms.floor() == $.body.duration_ms && $.body.duration_ms >= 0 && $.body.duration_ms <= 86400000)'),
  ('app.reported', 1, 'telemetry', 'strict $.body.platform like_regex "^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$" && ((exists($.body.app_version)) is unknown || ($.body.app_version == null || $.body.app_version like_regex "^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$")) && ((exists($.body.os_version)) is unknown || ($.body.os_version == null || $.body.os_version like_regex "^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$")) && ($.body.waiting.floor() == $.body.waiting && $.body.waiting >= 0 && $.body.waiting <= 1000000) && ($.body.quarantined.floor() == $.body.quarantined && $.body.quarantined >= 0 && $.body.quarantined <= 1000000) && ($.body.held_back.floor() == $.body.held_back && $.body.held_back >= 0 && $.body.held_back <= 1000000) && ($.body.dead.floor() == $.body.dead && $.body.dead >= 0 && $.body.dead <= 1000000) && ((exists($.body.oldest_waiting_s)) is unknown || ($.body.oldest_waiting_s == null || ($.body.oldest_waiting_s.floor() == $.body.oldest_waiting_s && $.body.oldest_waiting_s >= 0 && $.body.oldest_waiting_s <= 2147483647))) && ((exists($.body.synced_s)) is unknown || ($.body.synced_s == null || ($.body.synced_s.floor() == $.body.synced_s && $.body.synced_s >= 0 && $.body.synced_s <= 2147483647))) && ($.body.content_version.floor() == $.body.content_version && $.body.content_version >= 0 && $.body.content_version <= 2147483647) && $.body.damaged.type() == "boolean" && ((exists($.body.intact_s)) is unknown || ($.body.intact_s == null || ($.body.intact_s.floor() == $.body.intact_s && $.body.intact_s >= 0 && $.body.intact_s <= 2147483647))) && ((exists($.body.clock_offset_ms)) is unknown || ($.body.clock_offset_ms == null || ($.body.clock_offset_ms.floor() == $.body.clock_offset_ms && $.body.clock_offset_ms >= -32503680000000 && $.body.clock_offset_ms <= 32503680000000))) && ((exists($.body.storage_used_mb)) is unknown || ($.body.storage_used_mb == null || ($.body.storage_used_mb.floor() == $.body.storage_used_mb && $.body.storage_used_mb >= 0 && $.body.storage_used_mb <= 1000000))) && ((exists($.body.storage_free_mb)) is unknown || ($.body.storage_free_mb == null || ($.body.storage_free_mb.floor() == $.body.storage_free_mb && $.body.storage_free_mb >= 0 && $.body.storage_free_mb <= 2147483647))) && ($.body.codes.type() == "array" && $.body.codes.size() <= 10 && !exists($.body.codes[*] ? (@.type() != "string" || !(@ like_regex "^[a-z][a-z0-9_.]{0,63}$"))))');

-- Source: schemas/40_ledger/knowledge.sql
-- What:  private.knowledge: a number that grows with every release and every change of the event types.
-- Why:   a held event is retried only when the server has new knowledge. An unknown type that is held for months
--        is not parsed at every contact.
create table private.knowledge (
  singleton boolean not null default true,
  number    bigint not null default 1,
  constraint knowledge_pkey primary key (singleton),
  constraint knowledge_singleton check (singleton)
);
-- A row instead of a sequence, because the number must not be visible before its release or event type is committed.
comment on table private.knowledge is 'One row. Events held at a smaller number may be applicable now.';
alter table private.knowledge enable row level security;
create policy knowledge_all_nobody on private.knowledge for all to anon, authenticated using (false);
insert into private.knowledge default values;

create function private.grow_knowledge()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update private.knowledge set number = number + 1 where singleton;
  return null;
end
$$;
comment on function private.grow_knowledge() is 'Statement trigger: advances the number, so that held events are retried.';

create trigger release_grow_knowledge after insert on content.release
  for each statement execute function private.grow_knowledge();
create trigger event_type_grow_knowledge after insert or update or delete on private.event_type
  for each statement execute function private.grow_knowledge();

-- Source: schemas/40_ledger/telemetry_horizon.sql
-- What:  ops.telemetry_horizon: up to which event the telemetry of each device was deleted.
-- Why:   an event that arrives again after its row was deleted must still be a duplicate, or it would be stored and counted a second time (I4, O5).
create table ops.telemetry_horizon (
  user_id    uuid not null,
  device_id  uuid not null,
  last_event uuid not null,
  constraint telemetry_horizon_pkey primary key (user_id, device_id)
);
comment on table ops.telemetry_horizon is
  'The greatest deleted event id of each device. A device''s ids ascend and its telemetry arrives in their order, so all telemetry up to this id has been here.';
alter table ops.telemetry_horizon enable row level security;
create policy telemetry_horizon_all_nobody on ops.telemetry_horizon for all to anon, authenticated using (false);

create function private.raise_telemetry_horizon(p_partition regclass)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format($sql$
    insert into ops.telemetry_horizon as h (user_id, device_id, last_event)
    select t.user_id, t.device_id, (array_agg(t.event_id order by t.event_id desc))[1] from %s t group by t.user_id, t.device_id
    on conflict (user_id, device_id) do update set last_event = greatest(h.last_event, excluded.last_event)$sql$, p_partition);
end
$$;
comment on function private.raise_telemetry_horizon(regclass) is 'Notes the telemetry of a month that is about to be dropped.';

create function private.forget_erased_horizons()
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- An erasure that deleted from the month held its lock until it committed. So after the drop it is visible, and later ones see the rows.
  delete from ops.telemetry_horizon h using ops.erasure e where e.user_id = h.user_id
$$;
comment on function private.forget_erased_horizons() is 'Deletes what raise_telemetry_horizon() noted of learners who were erased meanwhile. Called after the drop.';

-- Source: schemas/40_ledger/telemetry.sql
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

-- Source: schemas/40_ledger/quarantine.sql
-- What:  ops.quarantine, the actions on its rows, and its size limit per learner.
-- Why:   an event that cannot be applied is kept with its reason until the server knows more or support has decided (U3).
create table ops.quarantine (
  user_id        uuid not null,
  sha256         bytea not null,
  event_id       uuid,
  code           text not null,
  field          text,
  body           text not null,
  mended_body    text,
  device_id      uuid,
  batch_id       uuid,
  origin         text not null default 'batch',
  reason         text,
  status         text not null,
  first_seen_at  timestamptz not null,
  last_seen_at   timestamptz not null,
  clock_skew_ms  bigint,
  times_seen     integer not null default 1,
  knowledge      bigint not null default 0,
  waits_for      text,
  tried_at       timestamptz not null default clock_timestamp(),
  resolved_at    timestamptz,
  resolved_event uuid,
  -- While the event waits, its status follows from its code. A settled event keeps its last code.
  is_held        boolean generated always as (case status when 'held' then true when 'open' then false end) stored,
  constraint quarantine_pkey primary key (user_id, sha256),
  constraint quarantine_code_known foreign key (code) references private.error_code (code),
  constraint quarantine_status_follows_code foreign key (code, is_held) references private.error_code (code, held),
  constraint quarantine_status_known check (status in ('open', 'held', 'superseded', 'discarded')),
  constraint quarantine_held_waits_for_something check (status <> 'held' or waits_for is not null),
  constraint quarantine_origin_known check (origin in ('batch', 'dead_letter')),
  constraint quarantine_resolved_iff_settled check ((status in ('superseded', 'discarded')) = (resolved_at is not null)),
  constraint quarantine_event_iff_superseded check ((status = 'superseded') = (resolved_event is not null))
);
-- For replays: what a learner's held events wait for, who waits for a name, and whose events are to be tried in any case.
create index quarantine_user_id_waits_for_idx on ops.quarantine (user_id, waits_for) where status = 'held';
create index quarantine_waits_for_user_id_idx on ops.quarantine (waits_for, user_id) where status = 'held';
create index quarantine_knowledge_user_id_idx on ops.quarantine (knowledge, user_id) where status = 'held';
-- For replay by support, least recently tried first: of one learner, or of a code over all learners.
create index quarantine_user_id_tried_at_idx on ops.quarantine (user_id, tried_at) where status in ('open', 'held');
create index quarantine_code_user_id_tried_at_idx on ops.quarantine (code, user_id, tried_at) where status in ('open', 'held');
create index quarantine_code_is_held_idx on ops.quarantine (code, is_held);
create index quarantine_user_id_event_id_idx on ops.quarantine (user_id, event_id);
-- For pages: of one learner, and over all learners for support.
create index quarantine_user_id_last_seen_at_sha256_idx on ops.quarantine (user_id, last_seen_at, sha256);
create index quarantine_status_last_seen_at_user_id_sha256_idx on ops.quarantine (status, last_seen_at, user_id, sha256);
comment on table ops.quarantine is 'Events that could not be applied, stored as the received text under its SHA-256 (U3).';
comment on column ops.quarantine.body is 'The received text, unchanged. mended_body is support''s corrected version.';
comment on column ops.quarantine.origin is 'batch: received like any event. dead_letter: handed in by a device that had given it up; reason says why.';
comment on column ops.quarantine.batch_id is 'The last batch that contained the event.';
comment on column ops.quarantine.first_seen_at is 'The arrival. An event that is applied later is stamped with it.';
comment on column ops.quarantine.clock_skew_ms is
  'Server time minus device time when the batch of the first arrival was sent; null: unknown. The event is stamped with it.';
comment on column ops.quarantine.knowledge is 'The number of private.knowledge at the last try. 0: to be tried again in any case.';
comment on column ops.quarantine.waits_for is
  'What a held event lacks: the first of type:<type>@<version>, version:<release>, question:<id>, skill:<id>, or reset (a correction by support).';
comment on column ops.quarantine.tried_at is 'The time of the last try by ingest, replay or support.';
comment on column ops.quarantine.status is
  'open: support must decide. held: will be retried when the server knows more. superseded: applied as resolved_event. discarded: by support.';
comment on column ops.quarantine.resolved_event is 'The resulting ledger event. It has the same id, or a new one if that id was taken.';

create function private.waiting_status(p_code text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select case when e.held then 'held' else 'open' end from private.error_code e where e.code = p_code);
end
$$;
comment on function private.waiting_status(text) is 'The status of an unsettled event with this code: open or held.';

create table ops.quarantine_action (
  user_id     uuid not null,
  sha256      bytea not null,
  number      integer not null,
  at          timestamptz not null,
  actor       uuid,
  actor_role  text not null,
  action      text not null,
  reason      text,
  before_body text,
  after_body  text,
  after_sha256 bytea,
  outcome     text not null,
  code        text,
  field       text,
  event_id    uuid,
  constraint quarantine_action_pkey primary key (user_id, sha256, number),
  constraint quarantine_action_row_exists foreign key (user_id, sha256) references ops.quarantine (user_id, sha256) on delete cascade,
  constraint quarantine_action_action_known check (action in ('replayed', 'mended', 'discarded', 'restored')),
  constraint quarantine_action_bodies_iff_mended check (
    (action = 'mended') = (before_body is not null and after_body is not null and after_sha256 is not null)),
  constraint quarantine_action_event_iff_superseded check ((outcome = 'superseded') = (event_id is not null))
);
create index quarantine_action_user_id_at_sha256_number_idx on ops.quarantine_action (user_id, at, sha256, number);
comment on table ops.quarantine_action is 'Support''s actions on quarantined events and their outcomes. Append-only; deleted only with its row of ops.quarantine.';
comment on column ops.quarantine_action.outcome is 'The event''s status after the action. code and field are set if it could still not be applied.';

-- Separate from learner.state: only invalid events write here, while every valid batch writes there.
create table ops.quarantine_load (
  user_id    uuid not null,
  open_rows  integer not null default 0,
  open_bytes bigint not null default 0,
  held_rows  integer not null default 0,
  held_bytes bigint not null default 0,
  looked_up  bigint not null default 0,
  constraint quarantine_load_pkey primary key (user_id),
  constraint quarantine_load_not_negative check (least(open_rows, open_bytes, held_rows, held_bytes) >= 0)
);
comment on table ops.quarantine_load is 'The number and size of a learner''s open and held rows. Triggers keep it, so that a batch need not count them.';
comment on column ops.quarantine_load.looked_up is
  'The number of private.knowledge up to which all held events that it could solve were tried. So a release writes one row of a learner who waits for something else.';

create table ops.quarantine_setting (
  id            smallint not null default 1,
  open_rows     integer not null default 10000,
  open_bytes    bigint not null default 20971520,
  held_rows     integer not null default 10000,
  held_bytes    bigint not null default 20971520,
  retry_after_s integer not null default 21600,
  constraint quarantine_setting_pkey primary key (id),
  constraint quarantine_setting_one_row check (id = 1),
  -- Any single line, at most a batch plus its encoding, must fit into an empty quarantine.
  constraint quarantine_setting_holds_a_batch check (least(open_bytes, held_bytes) >= 2 * private.max_batch_bytes() and least(open_rows, held_rows) > 0),
  constraint quarantine_setting_retry_in_range check (retry_after_s between 60 and 604800)
);
comment on table ops.quarantine_setting is 'One row: the quarantine limits per learner, separate for open and held events. Operators update it.';
comment on column ops.quarantine_setting.retry_after_s is 'Seconds until a device may retry an event that did not fit.';
insert into ops.quarantine_setting default values;
create trigger quarantine_setting_audit_update after update on ops.quarantine_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger quarantine_setting_stays before delete or truncate on ops.quarantine_setting
  for each statement execute function private.forbid_change();

create function private.add_quarantine_load(
  p_user uuid, p_open_rows bigint, p_open_bytes bigint, p_held_rows bigint, p_held_bytes bigint, p_knowledge bigint default null)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Not an upsert, because its row is checked before the conflict, and a decrease is negative.
  insert into ops.quarantine_load (user_id) values (p_user) on conflict do nothing;
  update ops.quarantine_load l set
    open_rows = l.open_rows + coalesce(p_open_rows, 0), open_bytes = l.open_bytes + coalesce(p_open_bytes, 0),
    held_rows = l.held_rows + coalesce(p_held_rows, 0), held_bytes = l.held_bytes + coalesce(p_held_bytes, 0),
    looked_up = least(l.looked_up, p_knowledge)
  where l.user_id = p_user;
end
$$;
comment on function private.add_quarantine_load(uuid, bigint, bigint, bigint, bigint, bigint) is
  'Adds rows and bytes, which may be negative, to ops.quarantine_load. p_knowledge: the least knowledge of new held rows, if any.';

create function private.load_quarantine()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Each trigger has its own plans, so a statement whose transition table is missing is never planned.
  if tg_op <> 'INSERT' then
    perform private.add_quarantine_load(o.user_id,
      -count(*) filter (where o.status = 'open'), -sum(octet_length(o.body)) filter (where o.status = 'open'),
      -count(*) filter (where o.status = 'held'), -sum(octet_length(o.body)) filter (where o.status = 'held'))
    from old_rows o where o.status in ('open', 'held') group by o.user_id;
  end if;
  if tg_op <> 'DELETE' then
    perform private.add_quarantine_load(n.user_id,
      count(*) filter (where n.status = 'open'), sum(octet_length(n.body)) filter (where n.status = 'open'),
      count(*) filter (where n.status = 'held'), sum(octet_length(n.body)) filter (where n.status = 'held'),
      min(n.knowledge) filter (where n.status = 'held'))
    from new_rows n where n.status in ('open', 'held') group by n.user_id;
  end if;
  return null;
end
$$;
comment on function private.load_quarantine() is 'Statement trigger: keeps ops.quarantine_load.';

create trigger quarantine_load_insert after insert on ops.quarantine
  referencing new table as new_rows for each statement execute function private.load_quarantine();
create trigger quarantine_load_update after update on ops.quarantine
  referencing old table as old_rows new table as new_rows for each statement execute function private.load_quarantine();
create trigger quarantine_load_delete after delete on ops.quarantine
  referencing old table as old_rows for each statement execute function private.load_quarantine();
create trigger quarantine_action_append_only before update on ops.quarantine_action
  for each statement execute function private.forbid_change();

alter table ops.quarantine enable row level security;
alter table ops.quarantine_action enable row level security;
alter table ops.quarantine_load enable row level security;
alter table ops.quarantine_setting enable row level security;
create policy quarantine_select_own on ops.quarantine for select to authenticated using (user_id = (select auth.uid()));
create policy quarantine_action_all_nobody on ops.quarantine_action for all to anon, authenticated using (false);
create policy quarantine_load_all_nobody on ops.quarantine_load for all to anon, authenticated using (false);
create policy quarantine_setting_all_nobody on ops.quarantine_setting for all to anon, authenticated using (false);

-- Source: schemas/40_ledger/steering.sql
-- What:  ops.steering: the server's settings for clients, by platform and app version.
-- Why:   installed apps cannot be redeployed at once, so batch size, retries, polling, a kill switch and upgrade advice are data (U8).

create function private.app_version(p_version text)
returns integer[]
language plpgsql -- rather than sql, which is not inlined with a search_path: it made steering_for() three times as slow
immutable strict
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Four numbers, so that 1.4 equals 1.4.0. A suffix (-beta, +12) is ignored.
  return case when p_version ~ '^\d{1,9}(\.\d{1,9}){0,3}([^0-9.].*)?$' then
    (string_to_array(substring(p_version from '^[0-9.]+'), '.')::integer[] || '{0,0,0}')[1:4]
  end;
end
$$;
comment on function private.app_version(text) is 'An app version as comparable numbers, or null if the text is not a version.';

create table ops.steering (
  id                     bigint generated by default as identity,
  platform               text,
  app_from               text,
  app_before             text,
  batch_events           integer,
  retry_base_ms          integer,
  retry_cap_ms           integer,
  outbox_cap             integer,
  keep_sent_days         integer,
  poll_after_s           integer,
  listening_poll_after_s integer,
  paused                 boolean,
  pause_reason           text,
  pause_s                integer,
  upgrade_to             text,
  upgrade_required_from  timestamptz,
  upgrade_message        text,
  note                   text,
  constraint steering_pkey primary key (id),
  constraint steering_one_row_a_range unique nulls not distinct (platform, app_from, app_before),
  constraint steering_platform_fits check (length(platform) between 1 and 60),
  constraint steering_app_from_is_version check (app_from is null or private.app_version(app_from) is not null),
  constraint steering_app_before_is_version check (app_before is null or private.app_version(app_before) is not null),
  constraint steering_app_range_not_empty check (private.app_version(app_from) < private.app_version(app_before)),
  constraint steering_batch_events_in_range check (batch_events between 1 and private.max_batch_events()),
  constraint steering_retry_base_ms_in_range check (retry_base_ms between 100 and 60000),
  constraint steering_retry_cap_ms_in_range check (retry_cap_ms between 1000 and 3600000),
  constraint steering_retry_base_below_cap check (retry_base_ms <= retry_cap_ms),
  -- A day on a train would fill less than 500. A million events are about 600 MB on a phone.
  constraint steering_outbox_cap_in_range check (outbox_cap between 500 and 1000000),
  -- After a restore, the lost hours come back from what devices keep. Less than a day would not help.
  constraint steering_keep_sent_days_in_range check (keep_sent_days between 1 and 365),
  constraint steering_poll_after_s_in_range check (poll_after_s between 10 and 86400),
  -- A lost hint costs at most a day.
  constraint steering_listening_poll_after_s_in_range check (listening_poll_after_s between 10 and 86400),
  constraint steering_pause_has_its_reason check (paused is not true or coalesce(length(pause_reason), 0) between 1 and 500),
  constraint steering_pause_s_in_range check (pause_s between 60 and 86400),
  constraint steering_upgrade_to_is_version check (upgrade_to is null or private.app_version(upgrade_to) is not null),
  constraint steering_upgrade_says_to_what check (upgrade_to is not null or (upgrade_required_from is null and upgrade_message is null)),
  constraint steering_upgrade_message_fits check (length(upgrade_message) between 1 and 500),
  constraint steering_defaults_are_complete check (
    coalesce(platform, app_from, app_before) is not null
    or num_nulls(batch_events, retry_base_ms, retry_cap_ms, outbox_cap, keep_sent_days, listening_poll_after_s, paused, pause_s) = 0)
);
comment on table ops.steering is
  'Settings for clients. The row without platform and versions has the defaults. In other rows a null field means the value of the next more general row.';
comment on column ops.steering.platform is 'The platform''s name as devices send it: android, ios, web. Null: all.';
comment on column ops.steering.app_from is 'The first app version in the row''s range, such as 1.4.0. Null: no lower limit.';
comment on column ops.steering.app_before is 'The first app version after the row''s range. Null: no upper limit.';
comment on column ops.steering.batch_events is 'The maximum number of events in a batch.';
comment on column ops.steering.retry_base_ms is 'The first retry waits a random time up to this value. The limit doubles for each further retry, up to retry_cap_ms.';
comment on column ops.steering.outbox_cap is 'The number of waiting events at which the app should ask the learner to go online. No event is dropped.';
comment on column ops.steering.keep_sent_days is 'How many days devices keep acknowledged events, so that a restored server can get them again.';
comment on column ops.steering.poll_after_s is 'Seconds between two polls. Null in all rows: the value of ops.content_setting.';
comment on column ops.steering.listening_poll_after_s is
  'Seconds between two polls while the device hears hints. poll_after_s counts where it is longer.';
comment on column ops.steering.paused is 'The kill switch. True: push and pull are refused as paused, and devices keep everything.';
comment on column ops.steering.pause_reason is 'Shown to learners.';
comment on column ops.steering.pause_s is 'Seconds until a paused device asks again.';
comment on column ops.steering.upgrade_to is 'The app version to upgrade to. The upgrade is required from upgrade_required_from on, if that is set.';
comment on column ops.steering.note is 'The row''s purpose, for other operators.';

alter table ops.steering enable row level security;
create policy steering_all_nobody on ops.steering for all to anon, authenticated using (false);

-- Source: schemas/40_ledger/steering_defaults.gen.sql
-- Generated from client-contract/contract/steering.ts by `npm run generate`. Do not edit.

insert into ops.steering (batch_events, retry_base_ms, retry_cap_ms, outbox_cap, keep_sent_days, listening_poll_after_s, paused, note, pause_s)
values (500, 1000, 30000, 50000, 14, 14400, false, 'The defaults.', 3600);

-- Source: schemas/40_ledger/steering_guards.sql
-- What:  changes of ops.steering are audited, and the row of defaults cannot be removed.
-- Why:   steering reaches every app, and clients need the defaults. Loaded after the defaults, whose insert is no change.

create trigger steering_audit_insert after insert on ops.steering
  referencing new table as new_rows for each statement execute function private.audit_change();
create trigger steering_audit_update after update on ops.steering
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger steering_audit_delete after delete on ops.steering
  referencing old table as old_rows for each statement execute function private.audit_change();
create trigger steering_is_not_truncated before truncate on ops.steering
  for each statement execute function private.forbid_change();
-- Turning the defaults into a row for one platform would remove them too.
create trigger steering_defaults_stay before delete on ops.steering
  for each row when (coalesce(old.platform, old.app_from, old.app_before) is null) execute function private.forbid_change();
create trigger steering_defaults_stay_default before update on ops.steering
  for each row when (coalesce(old.platform, old.app_from, old.app_before) is null and coalesce(new.platform, new.app_from, new.app_before) is not null)
  execute function private.forbid_change();

-- Source: schemas/40_ledger/steering_for.sql
-- What:  steering_for(), which merges the rows of ops.steering for one app; require_running(), the kill switch.
-- Why:   an app gets one value per field, however many rows match.

create function private.steering_for(p_platform text, p_app_version text)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version constant integer[] := private.app_version(p_app_version);
  v_row ops.steering;
  v ops.steering;
begin
  -- Most specific first: a platform before all platforms, a version range before none, a later range before an earlier one.
  for v_row in
    select t.* from ops.steering t
    where (t.platform is null or t.platform = p_platform)
      and (t.app_from is null or private.app_version(t.app_from) <= v_version)
      and (t.app_before is null or v_version < private.app_version(t.app_before))
    order by t.platform is null, coalesce(t.app_from, t.app_before) is null,
      private.app_version(t.app_from) desc nulls last, private.app_version(t.app_before)
  loop
    v.batch_events := coalesce(v.batch_events, v_row.batch_events);
    v.retry_base_ms := coalesce(v.retry_base_ms, v_row.retry_base_ms);
    v.retry_cap_ms := coalesce(v.retry_cap_ms, v_row.retry_cap_ms);
    v.outbox_cap := coalesce(v.outbox_cap, v_row.outbox_cap);
    v.keep_sent_days := coalesce(v.keep_sent_days, v_row.keep_sent_days);
    v.poll_after_s := coalesce(v.poll_after_s, v_row.poll_after_s);
    v.listening_poll_after_s := coalesce(v.listening_poll_after_s, v_row.listening_poll_after_s);
    v.pause_s := coalesce(v.pause_s, v_row.pause_s);
    -- Fields that belong together come from one row.
    if v.paused is null then
      v.paused := v_row.paused;
      v.pause_reason := v_row.pause_reason;
    end if;
    if v.upgrade_to is null then
      v.upgrade_to := v_row.upgrade_to;
      v.upgrade_required_from := v_row.upgrade_required_from;
      v.upgrade_message := v_row.upgrade_message;
    end if;
  end loop;
  return json_build_object(
    'batch_events', v.batch_events,
    'retry_base_ms', v.retry_base_ms,
    -- Base and cap may come from different rows.
    'retry_cap_ms', greatest(v.retry_cap_ms, v.retry_base_ms),
    'outbox_cap', v.outbox_cap,
    'keep_sent_days', v.keep_sent_days,
    'poll_after_s', coalesce(v.poll_after_s, (select c.poll_after_s from ops.content_setting c)),
    'listening_poll_after_s', v.listening_poll_after_s,
    'paused', case when v.paused then json_build_object('reason', v.pause_reason, 'retry_after_s', v.pause_s) end,
    'upgrade', case when v.upgrade_to is not null then json_build_object(
      'to', v.upgrade_to, 'required_from', v.upgrade_required_from, 'message', v.upgrade_message) end);
end
$$;
comment on function private.steering_for(text, text) is
  'The settings for a client. Each field comes from the most specific row that sets it. An app of unknown version matches no version range.';

create function private.contact_interval()
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- A device adds up to a quarter to its interval. A contact without news is recorded at most every half hour.
  select greatest(interval '1 hour', make_interval(secs =>
    1.25 * greatest((select c.poll_after_s from ops.content_setting c), max(t.poll_after_s), max(t.listening_poll_after_s))))
  from ops.steering t
$$;
comment on function private.contact_interval() is 'The longest time between two contacts of a device that is online.';

create function private.require_running(p_platform text, p_app_version text)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_paused json;
begin
  -- A declared upgrade pauses every app, whatever the rows of ops.steering say.
  if exists (select from ops.history h where h.upgrade_until > clock_timestamp()) then
    perform private.refuse_during_upgrade();
  end if;
  -- Usually nothing is paused: one look-up in a table of one page.
  if exists (select from ops.steering s where s.paused) then
    v_paused := private.steering_for(p_platform, p_app_version) -> 'paused';
    if v_paused ->> 'reason' is not null then
      perform private.raise_error('paused', v_paused ->> 'reason', v_paused ->> 'retry_after_s', (v_paused ->> 'retry_after_s')::integer);
    end if;
  end if;
end
$$;
comment on function private.require_running(text, text) is 'Raises paused, with the seconds to wait, if the kill switch is on for this app, or an upgrade is expected.';

-- Source: schemas/40_ledger/pressure.sql
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

-- Source: schemas/40_ledger/batch_retention.sql
-- What:  ops.drop_old_batches(), a nightly job that drops expired months of learner.batch.
-- Why:   the log of batches helps support for some months. It must not grow for ever with every poll of a device.

create function ops.drop_old_batches(p_now timestamptz default now())
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  v_before constant timestamptz := p_now - make_interval(days => (select s.keep_batch_days from ops.pressure_setting s));
begin
  perform private.require_role('admin');
  return private.drop_old_months('learner', 'batch', v_before);
end
$$;
comment on function ops.drop_old_batches(timestamptz) is 'Drops expired months of the log of batches. Returns their number. Admins and jobs.';

select private.schedule_job('batches', '33 3 * * *', '1 day', 'select ops.drop_old_batches()');
