-- What:  ensure_partitions(): month partitions ahead of time, for tables keyed by ULID and by arrival.
-- Why:   a month without a partition falls into the default one, from where it must be moved under a lock.
-- Locks: at run time ACCESS EXCLUSIVE on a default partition for the moment of an attach, waits at most 2 s.
-- Undo:  drop function ops.ensure_partitions, private.add_partition, private.ulid_floor.

create function private.ulid_floor(p_at timestamptz)
returns uuid
language sql
immutable
set search_path = ''
as $$ select (lpad(to_hex((extract(epoch from p_at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;
comment on function private.ulid_floor(timestamptz) is 'The smallest ULID of that millisecond, as uuid.';

create function private.add_partition(p_schema text, p_table text, p_column text, p_suffix text, p_from text, p_to text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_name text := p_table || '_' || p_suffix;
begin
  execute format('create table %I.%I (like %I.%I including defaults including constraints)', p_schema, v_name, p_schema, p_table);
  execute format('alter table %I.%I enable row level security', p_schema, v_name);
  -- The parent's policies decide; a partition is nobody's to read by its own name.
  execute format('create policy %I on %I.%I for all to anon, authenticated using (false)', v_name || '_all_nobody', p_schema, v_name);
  execute format('comment on table %I.%I is %L', p_schema, v_name,
    case when p_from is null then format('Rows of %s outside all months: wrong clocks.', p_table) else format('%s of %s.', p_table, p_suffix) end);
  if p_from is null then
    execute format('alter table %I.%I attach partition %I.%I default', p_schema, p_table, p_schema, v_name);
    return;
  end if;
  -- Attaching fails while the default partition holds a row of the new range: such rows move first.
  execute format(
    'with moved as (delete from %1$I.%2$I where %3$I >= %5$L and %3$I < %6$L returning *) insert into %1$I.%4$I select * from moved',
    p_schema, p_table || '_default', p_column, v_name, p_from, p_to);
  execute format('alter table %I.%I attach partition %I.%I for values from (%L) to (%L)', p_schema, p_table, p_schema, v_name, p_from, p_to);
end
$$;
comment on function private.add_partition(text, text, text, text, text, text) is
  'Builds one partition, moves matching rows of the default one into it, and attaches it.';

create function ops.ensure_partitions(p_from timestamptz default now(), p_months integer default 12)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_parent record;
  v_month date;
  v_made integer := 0;
begin
  for v_parent in
    select * from (values
      ('learner', 'event', 'event_id', true), ('learner', 'attempt', 'event_id', true), ('learner', 'batch', 'received_at', false),
      ('ops', 'telemetry', 'event_id', true)
    ) p (schema, name, key, is_ulid)
    where to_regclass(format('%I.%I', p.schema, p.name)) is not null
  loop
    if to_regclass(format('%I.%I', v_parent.schema, v_parent.name || '_default')) is null then
      perform private.add_partition(v_parent.schema, v_parent.name, v_parent.key, 'default', null, null);
    end if;
    for v_month in
      select generate_series(date_trunc('month', p_from at time zone 'utc'),
        date_trunc('month', p_from at time zone 'utc') + make_interval(months => p_months), interval '1 month')::date
    loop
      continue when to_regclass(format('%I.%I', v_parent.schema, v_parent.name || '_' || to_char(v_month, 'YYYY_MM'))) is not null;
      perform private.add_partition(v_parent.schema, v_parent.name, v_parent.key, to_char(v_month, 'YYYY_MM'),
        case when v_parent.is_ulid then private.ulid_floor(v_month::timestamp at time zone 'utc')::text
          else (v_month::timestamp at time zone 'utc')::text end,
        case when v_parent.is_ulid then private.ulid_floor((v_month + interval '1 month') at time zone 'utc')::text
          else ((v_month + interval '1 month') at time zone 'utc')::text end);
      v_made := v_made + 1;
    end loop;
  end loop;
  return v_made;
end
$$;
comment on function ops.ensure_partitions(timestamptz, integer) is
  'Makes the missing month partitions from p_from to p_months ahead, in one transaction; returns how many. Safe to repeat.';

select ops.ensure_partitions();
