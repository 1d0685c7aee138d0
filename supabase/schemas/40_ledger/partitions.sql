-- What:  ensure_partitions(), which creates month partitions ahead of time, for tables keyed by ULID or by arrival.
-- Why:   rows of a month without a partition go to the default one, and moving them needs a lock.

create function private.ulid_floor(p_at timestamptz)
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select (lpad(to_hex((extract(epoch from p_at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;
comment on function private.ulid_floor(timestamptz) is 'The smallest ULID of that millisecond, as uuid.';

create function private.ulid_month(p_ulid uuid)
returns date
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select date_trunc('month', to_timestamp(('x' || left(translate(p_ulid::text, '-', ''), 12))::bit(48)::bigint / 1000) at time zone 'utc')::date
$$;
comment on function private.ulid_month(uuid) is 'The first day of the month (UTC) of a ULID''s time.';

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

create function private.move_rows(p_from text, p_to text, p_column text, p_least text, p_below text)
returns void
language plpgsql
volatile
security definer -- so that a move between partitions does not count as an edit by hand
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('with moved as (delete from %s where %I >= %L and %2$I < %4$L returning *) insert into %5$s select * from moved',
    p_from::regclass, p_column, p_least, p_below, p_to::regclass);
end
$$;
comment on function private.move_rows(text, text, text, text, text) is 'Moves a range of rows from a partition to a table of the same shape.';

create function private.add_partition(p_schema text, p_table text, p_column text, p_name text, p_from text, p_to text)
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
  execute format('comment on table %I.%I is %L', p_schema, p_name,
    case when p_from is null then format('Rows of %s outside all months: wrong clocks.', p_table) else format('%s from %s.', p_table, p_from) end);
  if p_from is null then
    -- The key's own index starts with the learner. This index counts and moves a month of strays without reading all other rows.
    -- Only events of wrong clocks pay for it.
    execute format('create index %I on %I.%I (%I)', format('%s_%s_idx', p_name, p_column), p_schema, p_name, p_column);
    execute format('alter table %I.%I attach partition %I.%I default', p_schema, p_table, p_schema, p_name);
    return;
  end if;
  -- A partition cannot be attached while the default partition has rows of its range, so these rows move first. The lock for attaching
  -- is taken before the move: otherwise a new row could arrive in between, and locking in two steps could deadlock.
  execute format('lock table %I.%I in access exclusive mode', p_schema, p_table || '_default');
  perform private.move_rows(format('%I.%I', p_schema, p_table || '_default'), format('%I.%I', p_schema, p_name), p_column, p_from, p_to);
  execute format('alter table %I.%I attach partition %I.%I for values from (%L) to (%L)', p_schema, p_table, p_schema, p_name, p_from, p_to);
end
$$;
comment on function private.add_partition(text, text, text, text, text, text) is
  'Creates a partition, moves matching rows of the default partition into it, and attaches it.';

create function private.ensure_partition(p_schema text, p_table text, p_month date)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name constant text := private.partition_name(p_table, p_month);
  v_parent record;
  v_from constant timestamptz := p_month::timestamp at time zone 'utc';
  v_to constant timestamptz := (p_month + interval '1 month') at time zone 'utc';
begin
  if to_regclass(format('%I.%I', p_schema, v_name)) is not null then
    return false;
  end if;
  select * into strict v_parent from private.partitioned_tables() t where t.schema = p_schema and t.name = p_table;
  if to_regclass(format('%I.%I', p_schema, p_table || '_default')) is null then
    perform private.add_partition(p_schema, p_table, v_parent.key, p_table || '_default', null, null);
  end if;
  perform private.add_partition(p_schema, p_table, v_parent.key, v_name,
    case when v_parent.is_ulid then private.ulid_floor(v_from)::text else v_from::text end,
    case when v_parent.is_ulid then private.ulid_floor(v_to)::text else v_to::text end);
  return true;
end
$$;
comment on function private.ensure_partition(text, text, date) is 'Creates a table''s partition for a month. False: it exists.';

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
  select count(*) filter (where private.ensure_partition(t.schema, t.name, m::date)) into v_made
  from private.partitioned_tables() t
  cross join generate_series(v_first::timestamp, v_first + make_interval(months => p_months), interval '1 month') m;
  return v_made;
end
$$;
comment on function ops.ensure_partitions(timestamptz, integer) is
  'Creates the missing month partitions from p_from to p_months ahead, in one transaction, and returns their number. Safe to repeat. For '
  'migrations and quiet hours. ops.maintain_partitions() does the same in small steps, by pg_cron.';

