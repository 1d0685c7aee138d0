-- What:  maintain_partitions(): one missing month a run; and partition_health(), which says how partitions stand.
-- Why:   without a month of its own everything falls into one default table, and nobody would notice until it is large.
-- Locks: at run time ACCESS EXCLUSIVE on one default partition while at most 20,000 rows are moved (0.9 s, measured), waits at most 500 ms.
-- Undo:  select cron.unschedule('carrel_partitions'); drop function ops.maintain_partitions, ops.partition_health, private.partition_need, private.stray_months, private.months_ahead.

create function private.stray_months(p_schema text, p_table text, p_key text, p_is_ulid boolean)
returns table (month date, rows bigint)
language plpgsql
stable
set search_path = ''
as $$
begin
  if to_regclass(format('%I.%I', p_schema, p_table || '_default')) is null then
    return;
  end if;
  -- Counting is cut off: what is far beyond is known to be too much.
  return query execute format(
    'select %s, count(*) from (select %I as key from %I.%I limit 200000) d group by 1',
    case when p_is_ulid then 'private.ulid_month(d.key)' else $m$date_trunc('month', d.key at time zone 'utc')::date$m$ end,
    p_key, p_schema, p_table || '_default');
end
$$;
comment on function private.stray_months(text, text, text, boolean) is 'What a default partition holds, by month.';

create function private.months_ahead(p_schema text, p_table text)
returns integer
language sql
stable
set search_path = ''
as $$
  select min(i) - 1
  from generate_series(0, 60) i
  where i = 60 or to_regclass(format('%I.%I', p_schema, private.partition_name(p_table,
    (date_trunc('month', now() at time zone 'utc') + make_interval(months => i))::date))) is null
$$;
comment on function private.months_ahead(text, text) is
  'Months in a row after this one that have a partition; -1: not even this one has.';

create function private.partition_need(p_months integer, p_stray_rows integer, p_most_rows integer)
returns table (schema text, name text, month date, rows bigint, can_move boolean)
language sql
stable
set search_path = ''
as $$
  with this as (select date_trunc('month', now() at time zone 'utc') as month),
  wanted as (
    select t.schema, t.name, m::date as month
    from private.partitioned_tables() t, this, generate_series(this.month, this.month + make_interval(months => p_months), interval '1 month') m
  ),
  stray as (
    select t.schema, t.name, s.month, s.rows
    from private.partitioned_tables() t cross join lateral private.stray_months(t.schema, t.name, t.key, t.is_ulid) s
  )
  select n.schema, n.name, n.month, coalesce(s.rows, 0), coalesce(s.rows, 0) <= p_most_rows
  from (
    select * from wanted
    union
    -- Months gone by that have come to something: an import, phones that lay in drawers. 1970 is no month to make a table for.
    select x.schema, x.name, x.month from stray x, this
    where x.rows >= p_stray_rows and x.month between this.month - interval '36 months' and this.month
  ) n
  left join stray s using (schema, name, month)
  where to_regclass(format('%I.%I', n.schema, private.partition_name(n.name, n.month))) is null
  order by n.month < (select t.month from this t), n.month, n.schema, n.name
$$;
comment on function private.partition_need(integer, integer, integer) is
  'The months that want a partition: those ahead, nearest first, then those behind with many rows in the default one.';

create function ops.maintain_partitions(p_months integer default 12, p_stray_rows integer default 1000, p_most_rows integer default 20000)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
-- Shorter than deadlock_timeout: should it come to that, this gives up, and not the learner that it waits for.
set lock_timeout = '500ms'
as $$
declare
  v_need record;
  v_made text;
  v_error text;
begin
  perform private.require_role('admin');
  -- One a run, so that no transaction ever holds two default partitions: no order of locks can then be wrong. (One that fails gives
  -- its locks back, and the next is tried.)
  for v_need in select * from private.partition_need(p_months, p_stray_rows, p_most_rows)
  loop
    begin
      if v_need.can_move then
        perform private.ensure_partition(v_need.schema, v_need.name, v_need.month);
        v_made := format('%s.%s', v_need.schema, private.partition_name(v_need.name, v_need.month));
        exit;
      end if;
      v_error := format('%s rows of %s in %s.%s_default are more than are moved in passing',
        v_need.rows, to_char(v_need.month, 'YYYY-MM'), v_need.schema, v_need.name);
    exception when others then
      v_error := format('%s (%s)', sqlerrm, sqlstate);
    end;
  end loop;
  perform private.record_job('partitions', v_error, case when v_made is not null then jsonb_build_object('made', v_made, 'rows', v_need.rows) end);
  return v_made;
end
$$;
comment on function ops.maintain_partitions(integer, integer, integer) is
  'Makes the next month partition that is missing, moves its rows out of the default one, and returns its name, or null. Runs by pg_cron. '
  'A month with more than p_most_rows rows there is left for ops.ensure_partitions() in a quiet hour, and reported.';

create function ops.partition_health()
returns table (table_name text, months_ahead integer, default_rows bigint, default_months jsonb,
  last_run_at timestamptz, last_ok_at timestamptz, failures integer, last_error text)
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  perform private.require_role('support', 'admin');
  return query
  select format('%s.%s', t.schema, t.name), private.months_ahead(t.schema, t.name), s.rows, s.months,
    j.last_run_at, j.last_ok_at, coalesce(j.failures, 0), j.last_error
  from private.partitioned_tables() t
  cross join lateral (
    select coalesce(sum(m.rows), 0)::bigint as rows, coalesce(jsonb_object_agg(to_char(m.month, 'YYYY-MM'), m.rows), '{}') as months
    from private.stray_months(t.schema, t.name, t.key, t.is_ulid) m
  ) s
  left join ops.job j on j.name = 'partitions'
  order by 1;
end
$$;
comment on function ops.partition_health() is
  'For each partitioned table: months ahead, rows in the default partition by month (at most 200,000 are looked at), and how the job went.';

select private.schedule_job('partitions', '11 * * * *', '1 hour', 'select ops.maintain_partitions()');
