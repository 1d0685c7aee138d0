-- What:  ops.roll_up_health(), a job that adds each minute's arrivals to the sums, exactly once.
-- Why:   a roll-up must cost what has arrived, and not what is stored (O4).

create function private.count_health(p_until timestamptz)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
-- The ranges of arrival are short. On tables without statistics a plan would read them whole.
set enable_seqscan = off
set jit = off
as $$
declare
  v_mark private.health_mark;
  v_setting ops.health_setting;
  v_until timestamptz;
  v_judged timestamptz;
  v_sums integer;
begin
  select * into strict v_mark from private.health_mark for update;
  select * into strict v_setting from ops.health_setting;
  -- At most an hour of arrivals a run, so that a backlog after a pause is counted in steps.
  v_until := least(p_until, v_mark.counted_until + interval '1 hour');
  if v_until <= v_mark.counted_until then
    return 0;
  end if;
  v_judged := greatest(v_until - v_setting.grace, v_mark.judged_until);

  -- One statement, so that all sums see the same rows.
  with change as (
    select c.hour, c.metric, c.label, sum(c.amount)::bigint as amount
    from (
      select * from private.count_events(v_mark.counted_until, v_until)
      union all
      select * from private.count_reports(v_mark.counted_until, v_until)
      union all
      select * from private.count_batches(v_mark.counted_until, v_until)
      union all
      select * from private.count_sync_success(v_mark.judged_until, v_judged, v_setting.grace)
    ) c
    group by 1, 2, 3
    having sum(c.amount) <> 0
  ),
  by_hour as (
    insert into ops.health_hour as h (hour, metric, label, amount) select c.hour, c.metric, c.label, c.amount from change c
    on conflict (hour, metric, label) do update set amount = h.amount + excluded.amount
  )
  insert into ops.health_total as t (metric, label, amount) select c.metric, c.label, sum(c.amount)::bigint from change c group by 1, 2
  on conflict (metric, label) do update set amount = t.amount + excluded.amount;
  get diagnostics v_sums = row_count;
  update private.health_mark set counted_until = v_until, judged_until = v_judged, settled_until = greatest(settled_until, v_until);
  return v_sums;
end
$$;
comment on function private.count_health(timestamptz) is
  'Adds the arrivals before p_until that are not counted yet to the sums, at most an hour of them. All their transactions must have ended. Returns the number of sums changed.';

create function private.settle_arrivals(p_margin interval)
returns timestamptz
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mark private.health_mark;
begin
  -- A transaction takes its number before it stamps its rows: it locks its learner first. So a row that arrived before this transaction began
  -- belongs to a transaction with a smaller number. Once all smaller numbers have ended, no such row can appear any more.
  select * into strict v_mark from private.health_mark for update;
  -- After a restore into another server numbers start over, and no earlier transaction is left.
  if v_mark.next_xid > pg_current_xact_id() or pg_snapshot_xmin(pg_current_snapshot()) >= v_mark.next_xid then
    v_mark.settled_until := greatest(v_mark.settled_until, v_mark.next_until);
    v_mark.next_xid := null;
  end if;
  if pg_snapshot_xmin(pg_current_snapshot()) >= pg_current_xact_id() then
    v_mark.settled_until := greatest(v_mark.settled_until, now() - p_margin);
    v_mark.next_xid := null;
  elsif v_mark.next_xid is null then
    v_mark.next_until := now() - p_margin;
    v_mark.next_xid := pg_current_xact_id();
  end if;
  update private.health_mark set settled_until = v_mark.settled_until, next_xid = v_mark.next_xid,
    next_until = case when v_mark.next_xid is not null then v_mark.next_until end;
  return v_mark.settled_until;
end
$$;
comment on function private.settle_arrivals(interval) is
  'Returns the time before which no arrival can appear any more. p_margin is how far the server''s clock may be set back.';

create function ops.roll_up_health(p_margin interval default '5 seconds')
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.count_health(private.settle_arrivals(p_margin));
end
$$;
comment on function ops.roll_up_health(interval) is
  'Adds new arrivals to ops.health_hour and ops.health_total, each once, and returns the number of sums changed. While a transaction of before the last run is in '
  'progress, it counts nothing newer. Admins and a job each minute.';

create function private.prune_health(p_now timestamptz)
returns bigint
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with deleted as (
    delete from ops.health_hour h where h.hour < p_now - make_interval(days => (select s.keep_days from ops.health_setting s)) returning 1)
  select count(*) from deleted
$$;
comment on function private.prune_health(timestamptz) is 'Deletes expired hourly sums and returns their number.';

create function ops.prune_health(p_now timestamptz default now())
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.prune_health(p_now);
end
$$;
comment on function ops.prune_health(timestamptz) is 'Deletes hourly sums older than the setting, and returns their number. Totals stay. Admins and a nightly job.';

select private.schedule_job('health', '* * * * *', '1 minute', 'select ops.roll_up_health()');
select private.schedule_job('health_prune', '23 3 * * *', '1 day', 'select ops.prune_health()');
