-- What:  ops.alarm_acknowledgement: the open alarms that an operator has acknowledged with acknowledge_alarm(), and which of them count.
-- Why:   an alert that rings on while its cause is being mended teaches people to ignore alerts. The alarm itself stays visible (O4, O1).
create table ops.alarm_acknowledgement (
  alarm      text not null,
  subject    text not null,
  at         timestamptz not null default now(),
  actor      uuid,
  actor_role text not null,
  reason     text not null,
  constraint alarm_acknowledgement_pkey primary key (alarm, subject),
  constraint alarm_acknowledgement_reason_short check (length(reason) between 1 and 500)
);
comment on table ops.alarm_acknowledgement is 'One row per acknowledged alarm. It is deleted when the alarm has ended, so that the alarm opens anew.';
alter table ops.alarm_acknowledgement enable row level security;
create policy alarm_acknowledgement_all_nobody on ops.alarm_acknowledgement for all to anon, authenticated using (false);

create function private.is_acknowledged(p_newest timestamptz, p_at timestamptz)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
-- What began after the acknowledgement is another incident.
return p_newest is null or p_newest <= p_at;
comment on function private.is_acknowledged(timestamptz, timestamptz) is 'Whether an acknowledgement counts for an alarm whose newest cause began at p_newest.';
