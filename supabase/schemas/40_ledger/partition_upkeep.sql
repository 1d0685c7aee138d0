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
