-- What:  ops.health_setting, the periods of health figures; ops.health_target_setting, the target of each figure.
-- Why:   a figure says something only beside its target, and each target stands in one place (O4).
create table ops.health_setting (
  id        smallint not null default 1,
  period    interval not null default '7 days',
  grace     interval not null default '1 hour',
  keep_days integer not null default 400,
  constraint health_setting_pkey primary key (id),
  constraint health_setting_one_row check (id = 1),
  constraint health_setting_period_in_range check (period between interval '1 hour' and interval '90 days'),
  constraint health_setting_grace_in_range check (grace between interval '0' and interval '7 days'),
  constraint health_setting_keep_days_in_range check (keep_days between 100 and 3650)
);
comment on table ops.health_setting is 'One row: the periods of health figures.';
comment on column ops.health_setting.period is 'sync_health shows the sums of this period.';
comment on column ops.health_setting.grace is
  'How long after a device''s report of new events these events may still arrive. Sync success counts what is held by then.';
comment on column ops.health_setting.keep_days is 'How long hourly sums are kept. Totals are kept for good.';

create table ops.health_target_setting (
  id          text not null,
  unit        text not null,
  direction   text not null,
  target      double precision not null,
  failing     double precision not null,
  least_count integer not null,
  meaning     text not null,
  constraint health_target_setting_pkey primary key (id),
  constraint health_target_setting_unit_known check (unit in ('share', 'seconds', 'count')),
  constraint health_target_setting_direction_known check (direction in ('at_least', 'at_most')),
  constraint health_target_setting_failing_is_beyond_target check (
    case direction when 'at_least' then failing <= target else failing >= target end and least(target, failing) >= 0),
  constraint health_target_setting_shares_in_range check (unit <> 'share' or greatest(target, failing) <= 1),
  constraint health_target_setting_least_count_not_negative check (least_count >= 0)
);
comment on table ops.health_target_setting is
  'The targets of sync_health, one row each. A value that misses target is a warning, one that also misses failing is failing.';
comment on column ops.health_target_setting.least_count is 'With fewer samples in the period the status is unknown.';

insert into ops.health_target_setting (id, unit, direction, target, failing, least_count, meaning) values
  ('sync_success', 'share', 'at_least', 0.999, 0.99, 100, 'events that the server holds, of those that devices made'),
  ('action_to_server', 'seconds', 'at_most', 300, 900, 20, 'mean time from an answer to the server, without answers given offline'),
  ('newest_content', 'share', 'at_least', 0.95, 0.8, 5, 'devices that have a release 24 hours after its publish, or a newer one'),
  ('offline_completion', 'share', 'at_least', 0.8, 0.5, 10, 'offline periods in which the learner finished what they began'),
  ('local_reads', 'share', 'at_least', 0.8, 0.5, 10, 'content reads of offline periods that the device answered itself'),
  ('recovery', 'share', 'at_least', 0.9, 0.5, 10, 'failures of apps and repairs of caches that were over within a minute'),
  ('dead_letters', 'share', 'at_most', 0.0001, 0.001, 100, 'events that devices gave up, of those that they made'),
  ('cache_mismatches', 'share', 'at_most', 0.001, 0.01, 20, 'checks of a cache that found damage'),
  ('quarantine_age', 'seconds', 'at_most', 259200, 1209600, 0, 'age of the oldest event that waits for support'),
  ('webhooks', 'count', 'at_most', 0, 10, 0, 'deliveries that were given up in the period, or are an hour late'),
  ('jobs', 'count', 'at_most', 0, 2, 0, 'jobs that fail or are late'),
  ('roll_up_age', 'seconds', 'at_most', 600, 3600, 0, 'age of the newest arrival that the hourly sums contain');

alter table ops.health_setting enable row level security;
alter table ops.health_target_setting enable row level security;
create policy health_setting_all_nobody on ops.health_setting for all to anon, authenticated using (false);
create policy health_target_setting_all_nobody on ops.health_target_setting for all to anon, authenticated using (false);
insert into ops.health_setting default values;
create trigger health_setting_audit_update after update on ops.health_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger health_setting_stays before delete or truncate on ops.health_setting
  for each statement execute function private.forbid_change();
create trigger health_target_setting_audit_update after update on ops.health_target_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
-- Each row belongs to a figure of sync_health.
create trigger health_target_setting_stays before insert or delete or truncate on ops.health_target_setting
  for each statement execute function private.forbid_change();
