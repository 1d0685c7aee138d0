-- What:  cohorts of learners, their members and staff, and the settings of what instructors see.
-- Why:   an instructor reads about their own learners one by one, and about nobody else's (O3). Every table of learners is known to the layer that
--        answers for their data, so these tables are here. 91_cohorts has all that works with them.
create table ops.cohort (
  id          uuid not null default gen_random_uuid(),
  name        text collate "C" not null,
  created_at  timestamptz not null default now(),
  archived_at timestamptz,
  constraint cohort_pkey primary key (id),
  constraint cohort_name_is_one_short_line check (name ~ '\S' and length(name) <= 200 and name !~ '[[:cntrl:]]')
);
create unique index cohort_name_idx on ops.cohort (name) where archived_at is null;
comment on table ops.cohort is 'Groups of learners, such as classes. An archived cohort is open to admins alone. Each change is audited.';

create table ops.cohort_member (
  cohort_id uuid not null,
  user_id   uuid not null,
  added_at  timestamptz not null default now(),
  constraint cohort_member_pkey primary key (cohort_id, user_id),
  constraint cohort_member_cohort_exists foreign key (cohort_id) references ops.cohort (id)
);
create index cohort_member_user_id_idx on ops.cohort_member (user_id);
comment on table ops.cohort_member is 'The learners of each cohort. An adoption moves these rows to the account, and an erasure removes them.';

create table ops.cohort_staff (
  cohort_id uuid not null,
  user_id   uuid not null,
  added_at  timestamptz not null default now(),
  constraint cohort_staff_pkey primary key (cohort_id, user_id),
  constraint cohort_staff_cohort_exists foreign key (cohort_id) references ops.cohort (id)
);
create index cohort_staff_user_id_idx on ops.cohort_staff (user_id);
comment on table ops.cohort_staff is
  'The instructors of each cohort. A row alone gives no right: every call also requires the app role instructor, in the token and in the account.';

create table ops.cohort_setting (
  id             smallint not null default 1,
  least_learners integer not null default 5,
  most_members   integer not null default 2000,
  recount_every  interval not null default '1 day',
  help_failures  integer not null default 3,
  help_recent    interval not null default '30 days',
  stopped_after  interval not null default '14 days',
  synced_within  interval not null default '1 day',
  syncing_within interval not null default '2 minutes',
  problem_within interval not null default '14 days',
  storage_codes  text[] not null default '{storage.full,sqlite.full,disk.full,quota.exceeded}',
  constraint cohort_setting_pkey primary key (id),
  constraint cohort_setting_one_row check (id = 1),
  constraint cohort_setting_least_learners_in_range check (least_learners between 2 and 1000),
  constraint cohort_setting_most_members_in_range check (most_members between 1 and 5000),
  constraint cohort_setting_recount_every_in_range check (recount_every between interval '1 hour' and interval '30 days'),
  constraint cohort_setting_help_failures_in_range check (help_failures between 2 and 100),
  constraint cohort_setting_help_recent_in_range check (help_recent between interval '1 day' and interval '365 days'),
  constraint cohort_setting_stopped_after_in_range check (stopped_after between interval '1 day' and interval '365 days'),
  constraint cohort_setting_synced_within_in_range check (synced_within between interval '1 minute' and interval '30 days'),
  constraint cohort_setting_syncing_within_in_range check (syncing_within between interval '1 second' and synced_within),
  constraint cohort_setting_problem_within_in_range check (problem_within between interval '1 hour' and interval '90 days'),
  constraint cohort_setting_storage_codes_present check (array_position(storage_codes, null) is null and cardinality(storage_codes) <= 20)
);
comment on table ops.cohort_setting is 'One row: what instructors see of other learners, and when a learner needs help. docs/instructors.md explains each.';
comment on column ops.cohort_setting.least_learners is 'Figures of learners outside of an instructor''s cohorts are shown if at least this many of them are in a figure.';
comment on column ops.cohort_setting.most_members is 'A cohort has at most so many members, because its figures are counted when they are asked for.';
comment on column ops.cohort_setting.recount_every is 'How often the figures of all learners are counted again.';
comment on column ops.cohort_setting.help_failures is 'A learner needs help with a question after this many wrong answers in a row, the last of them within help_recent.';
comment on column ops.cohort_setting.stopped_after is 'A learner has stopped if the last day of practice is longer ago.';
comment on column ops.cohort_setting.synced_within is 'A device has synced recently if its last contact is not longer ago. syncing_within is the same for `syncing`.';
comment on column ops.cohort_setting.problem_within is 'A device''s reports of failures count for this time.';
comment on column ops.cohort_setting.storage_codes is 'The codes of `app.failed` with which apps report that the device''s storage is full.';

alter table ops.cohort enable row level security;
alter table ops.cohort_member enable row level security;
alter table ops.cohort_staff enable row level security;
alter table ops.cohort_setting enable row level security;
create policy cohort_all_nobody on ops.cohort for all to anon, authenticated using (false);
create policy cohort_member_all_nobody on ops.cohort_member for all to anon, authenticated using (false);
create policy cohort_staff_all_nobody on ops.cohort_staff for all to anon, authenticated using (false);
create policy cohort_setting_all_nobody on ops.cohort_setting for all to anon, authenticated using (false);
insert into ops.cohort_setting default values;
select private.watch_table('ops.cohort', 'audit', 'private.audit_change');
create trigger cohort_stays before truncate on ops.cohort for each statement execute function private.forbid_change();
create trigger cohort_setting_audit_update after update on ops.cohort_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger cohort_setting_stays before delete or truncate on ops.cohort_setting
  for each statement execute function private.forbid_change();
