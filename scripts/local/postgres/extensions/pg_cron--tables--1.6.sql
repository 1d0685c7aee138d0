-- What:  pg_cron's functions as hosted has them, and who may call them; scripts/local/cron starts the jobs.
-- Why:   one concept a file: PostgreSQL installs the `version` named tables first, then this step to 1.6.
-- Locks: new functions only.
-- Undo:  drop extension pg_cron.

-- 1. Writes one job for a role. Only the functions below call it with somebody's name; a definer can't see who
--    called it, which is why it refuses what would give more than the caller has.
create function cron.write_job(
  p_username text, p_jobid bigint, p_jobname text, p_schedule text, p_command text, p_active boolean
) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields record := cron.schedule_fields(p_schedule);
begin
  if exists (select from pg_roles where rolname = p_username and rolsuper) and not exists (
    select from pg_roles where rolname = session_user and rolsuper) then
    raise exception 'must be superuser to create a job for another role' using errcode = '42501';
  end if;
  if p_schedule is not null and cron.interval_seconds(p_schedule) is null
     and (v_fields.minutes is null or v_fields.hours is null or v_fields.days is null or v_fields.months is null
          or v_fields.weekdays is null) then
    raise exception 'invalid schedule: %', p_schedule
      using errcode = '22023',
            hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
  end if;
  if p_jobid is not null then
    update cron.job
       set schedule = coalesce(p_schedule, schedule), command = coalesce(p_command, command),
           active = coalesce(p_active, active)
     where jobid = p_jobid and username = p_username
    returning jobid into p_jobid;
    if p_jobid is null then
      raise exception 'Job does not exist or you don''t own it' using errcode = 'XX000';
    end if;
  else
    insert into cron.job as j (jobname, schedule, command, username, active)
    values (p_jobname, p_schedule, p_command, p_username, coalesce(p_active, true))
    on conflict on constraint jobname_username_uniq
      do update set schedule = excluded.schedule, command = excluded.command, active = excluded.active
    returning j.jobid into p_jobid;
  end if;
  perform pg_notify('cron_jobs', '');
  return p_jobid;
end
$$;

create function cron.remove_job(p_username text, p_jobid bigint, p_jobname text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from cron.job where username = p_username and (jobid = p_jobid or jobname = p_jobname);
  if not found then
    raise exception 'could not find valid entry for job ''%''', coalesce(p_jobname, p_jobid::text)
      using errcode = 'XX000';
  end if;
  perform pg_notify('cron_jobs', '');
  return true;
end
$$;

-- 2. What callers see.
create function cron.schedule(schedule text, command text) returns bigint
language sql volatile strict
begin atomic
  select cron.write_job(current_user, null, null, schedule, command, true);
end;
comment on function cron.schedule(text, text) is 'schedule a pg_cron job';

create function cron.schedule(job_name text, schedule text, command text) returns bigint
language sql volatile strict
begin atomic
  select cron.write_job(current_user, null, job_name, schedule, command, true);
end;
comment on function cron.schedule(text, text, text) is 'schedule a pg_cron job';

create function cron.unschedule(job_id bigint) returns boolean
language sql volatile strict
begin atomic
  select cron.remove_job(current_user, job_id, null);
end;
comment on function cron.unschedule(bigint) is 'unschedule a pg_cron job';

create function cron.unschedule(job_name text) returns boolean
language sql volatile strict
begin atomic
  select cron.remove_job(current_user, null, job_name);
end;
comment on function cron.unschedule(text) is 'unschedule a pg_cron job';

create function cron.alter_job(
  job_id bigint, schedule text default null, command text default null, database text default null,
  username text default null, active boolean default null
) returns void
language plpgsql volatile
as $$
begin
  if database is distinct from null or username is distinct from null then
    raise exception 'the local stack runs jobs in their database, as their role' using errcode = '0A000';
  end if;
  perform cron.write_job(current_user, job_id, null, schedule, command, active);
end
$$;
comment on function cron.alter_job(bigint, text, text, text, text, boolean) is
  'Alter the job identified by job_id. Any option left as NULL will not be modified.';

-- 3. Hosted gives all of this to postgres, the table of jobs to read only, the sequences not at all; and nothing to the API roles.
revoke execute on all functions in schema cron from public;
grant usage on schema cron to postgres with grant option;
grant execute on all functions in schema cron to postgres with grant option;
grant all on cron.job_run_details to postgres with grant option;
grant select on cron.job to postgres with grant option;

-- 4. Tells the worker that there is something to wait for now.
select pg_notify('cron_jobs', '');
