-- What:  pg_cron's tables as hosted has them, and its schedules; pg_cron--tables--1.6.sql adds the functions.
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
