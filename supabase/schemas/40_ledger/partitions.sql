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

