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
