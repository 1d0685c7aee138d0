-- What:  ops.job: the scheduled jobs of the database, and the result of the last run of each.
-- Why:   a failed job rolls back its transaction, and support cannot read cron.job_run_details. Failures must be visible (O4).
create table ops.job (
  name        text not null,
  every       interval not null,
  command     text not null,
  last_run_at timestamptz not null,
  last_ok_at  timestamptz not null,
  failures    integer not null default 0,
  last_error  text,
  detail      jsonb,
  constraint job_pkey primary key (name),
  constraint job_every_positive check (every > '0'),
  constraint job_failures_not_negative check (failures >= 0),
  constraint job_error_iff_failing check ((failures = 0) = (last_error is null))
);
comment on table ops.job is 'One row per job: the last run, the last successful run (at first, the time of scheduling), and the failures since.';
comment on column ops.job.command is 'The query that the job runs. An administrator may run the job at once with it.';
alter table ops.job enable row level security;
create policy job_all_nobody on ops.job for all to anon, authenticated using (false);

create function private.is_late(p_last_run_at timestamptz, p_every interval)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Three missed runs: pg_cron or the job is missing.
  select p_last_run_at < now() - greatest(3 * p_every, interval '15 minutes')
$$;
comment on function private.is_late(timestamptz, interval) is 'Whether a job that should run at this interval has missed its runs.';

create function private.record_job(p_name text, p_error text, p_detail jsonb)
returns void
language plpgsql
volatile
security definer -- as in every job: what a job writes is not an edit by hand
set search_path = pg_catalog, pg_temp
as $$
begin
  update ops.job j set
    last_run_at = clock_timestamp(), last_error = p_error, detail = coalesce(p_detail, j.detail),
    last_ok_at = case when p_error is null then clock_timestamp() else j.last_ok_at end,
    failures = case when p_error is null then 0 else j.failures + 1 end
  where j.name = p_name;
  if p_error is not null then
    raise warning 'carrel: %: %', p_name, p_error;
  end if;
end
$$;
comment on function private.record_job(text, text, jsonb) is 'Records a run of a job. p_error is null after success.';

create function private.run_job(p_name text, p_command text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_began constant timestamptz := clock_timestamp();
  v_answer record;
begin
  -- Cancelled statements are caught too: the hosted platform cancels a statement after two minutes.
  begin
    execute p_command into v_answer;
  exception when query_canceled or others then
    perform private.record_job(p_name, format('%s (%s)', sqlerrm, sqlstate), null);
    return;
  end;
  -- A command may have recorded its own result.
  if not exists (select from ops.job j where j.name = p_name and j.last_run_at >= v_began) then
    perform private.record_job(p_name, null, jsonb_strip_nulls(to_jsonb(v_answer)));
  end if;
end
$$;
comment on function private.run_job(text, text) is
  'Runs a job''s command, a query, and records the result. A failed command is rolled back; its record is kept.';

create function private.note_job(p_name text, p_every interval, p_command text)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into ops.job (name, every, command, last_run_at, last_ok_at) values (p_name, p_every, p_command, now(), now())
  on conflict (name) do update set every = excluded.every, command = excluded.command
$$;
comment on function private.note_job(text, interval, text) is 'Adds a job to ops.job, or changes its interval and command.';

create function private.schedule_job(p_name text, p_schedule text, p_every interval, p_command text)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select private.note_job(p_name, p_every, p_command);
  select cron.schedule('carrel_' || p_name, p_schedule, format('select private.run_job(%L, %L)', p_name, p_command));
$$;
comment on function private.schedule_job(text, text, interval, text) is
  'Schedules a query with pg_cron through private.run_job(). p_every is the interval at which a run is expected.';
