-- What:  pg_cron's tables and functions as hosted has them; scripts/stack/cron starts the jobs.
-- Why:   migrations schedule jobs with the same statements here and on hosted. pg_cron itself is a library in C that
--        the packaged PostgreSQL lacks.
-- Locks: new schema only.
-- Undo:  drop extension pg_cron.

create schema cron;
create sequence cron.jobid_seq;
create sequence cron.runid_seq;

create table cron.job (
  jobid    bigint not null default nextval('cron.jobid_seq'),
  schedule text not null,
  command  text not null,
  nodename text not null default 'localhost',
  nodeport integer not null default inet_server_port(),
  database text not null default current_database(),
  username text not null default current_user,
  active   boolean not null default true,
  jobname  text,
  constraint job_pkey primary key (jobid),
  constraint jobname_username_uniq unique (jobname, username)
);
alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);
grant select on cron.job to public;

create table cron.job_run_details (
  jobid          bigint,
  runid          bigint not null default nextval('cron.runid_seq'),
  job_pid        integer,
  database       text,
  username       text,
  command        text,
  status         text,
  return_message text,
  start_time     timestamptz,
  end_time       timestamptz,
  constraint job_run_details_pkey primary key (runid)
);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);
grant select, delete on cron.job_run_details to public;

-- 1. One field of a schedule, such as `*/5` or `1-5,mon`, as the values that it stands for; null where it is none.
create function cron.field_values(p_field text, p_low integer, p_high integer, p_names text[] default '{}')
returns integer[]
language plpgsql immutable strict set search_path = pg_catalog
as $$
declare
  v_values integer[] := '{}';
  v_item   text;
  v_parts  text[];
  v_from   integer;
  v_to     integer;
begin
  for i in 1 .. cardinality(p_names) loop
    p_field := regexp_replace(p_field, '\m' || p_names[i] || '\M', (i + p_low - 1)::text, 'gi');
  end loop;
  foreach v_item in array string_to_array(p_field, ',') loop
    v_parts := regexp_match(v_item, '^(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?$');
    if v_parts is null then return null; end if;
    v_from := case when v_parts[1] is null then v_parts[2]::integer else p_low end;
    v_to := case when v_parts[1] is null then coalesce(v_parts[3], v_parts[2])::integer else p_high end;
    -- A step needs a range, as in Vixie cron.
    if v_from < p_low or v_to > p_high or v_from > v_to or v_parts[4]::integer = 0
       or (v_parts[4] is not null and v_parts[1] is null and v_parts[3] is null) then
      return null;
    end if;
    v_values := v_values || array(select generate_series(v_from, v_to, coalesce(v_parts[4], '1')::integer));
  end loop;
  return nullif(v_values, '{}');
end
$$;

-- 2. A five-field schedule as the values of its fields. pg_cron's `$` (last day of the month) and names such as
--    @daily are refused here; they are worth no code until somebody uses them.
create function cron.schedule_fields(
  p_schedule text,
  out minutes integer[], out hours integer[], out days integer[], out months integer[], out weekdays integer[],
  out any_day boolean
)
language plpgsql immutable strict set search_path = pg_catalog
as $$
declare
  v_fields text[] := regexp_split_to_array(btrim(p_schedule, E' \t'), '[ \t]+');
begin
  if array_length(v_fields, 1) <> 5 then return; end if;
  minutes := cron.field_values(v_fields[1], 0, 59);
  hours := cron.field_values(v_fields[2], 0, 23);
  days := cron.field_values(v_fields[3], 1, 31);
  months := cron.field_values(v_fields[4], 1, 12, '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}');
  weekdays := cron.field_values(v_fields[5], 0, 7, '{sun,mon,tue,wed,thu,fri,sat}');
  any_day := left(v_fields[3], 1) = '*' or left(v_fields[5], 1) = '*';
end
$$;

-- 3. Whether a job is due in the minute that a time lies in; always in GMT.
create function cron.is_due(p_schedule text, p_at timestamptz) returns boolean
language sql immutable strict set search_path = pg_catalog
as $$
  select extract(minute from t)::integer = any (f.minutes)
     and extract(hour from t)::integer = any (f.hours)
     and extract(month from t)::integer = any (f.months)
     -- Where both are restricted, one is enough.
     and case when f.any_day then d.day and d.weekday else d.day or d.weekday end
    from (select timezone('UTC', p_at)) as at (t),
         cron.schedule_fields(p_schedule) f,
         lateral (select extract(day from t)::integer = any (f.days) as day,
                         extract(dow from t)::integer = any (f.weekdays)
                           or (extract(dow from t) = 0 and 7 = any (f.weekdays)) as weekday) d
$$;

-- 4. Seconds of a schedule such as `30 seconds`; null where it is none.
create function cron.interval_seconds(p_schedule text) returns integer
language sql immutable strict set search_path = pg_catalog
as $$
  select s from (select (regexp_match(p_schedule, '^\s*(\d{1,2})\s+seconds?\s*$', 'i'))[1]::integer) as i (s)
   where s between 1 and 59
$$;

-- 5. Writes one job for a role. Only the functions below call it with somebody's name; a definer can't see who
--    called it, which is why it refuses what would give more than the caller has.
create function cron.write_job(
  p_username text, p_jobid bigint, p_jobname text, p_schedule text, p_command text, p_active boolean
) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog
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
    if p_jobid is null then raise exception 'Job does not exist or you don''t own it'; end if;
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
language plpgsql volatile security definer set search_path = pg_catalog
as $$
begin
  delete from cron.job where username = p_username and (jobid = p_jobid or jobname = p_jobname);
  if not found then
    raise exception 'could not find valid entry for job ''%''', coalesce(p_jobname, p_jobid::text);
  end if;
  perform pg_notify('cron_jobs', '');
  return true;
end
$$;

-- 6. What callers see.
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

-- 7. Hosted gives all of this to postgres, the table of jobs to read only, and nothing to the API roles.
revoke execute on all functions in schema cron from public;
grant usage on schema cron to postgres with grant option;
grant execute on all functions in schema cron to postgres with grant option;
grant usage, select on all sequences in schema cron to postgres with grant option;
grant all on cron.job_run_details to postgres with grant option;
grant select on cron.job to postgres with grant option;

-- 8. Tells the worker that there is something to wait for now.
select pg_notify('cron_jobs', '');
