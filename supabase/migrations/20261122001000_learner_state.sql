-- What:  one row a learner (the lock and change counter), their devices, and the log of batches.
-- Why:   every write of a learner's data takes the lock of that one row, so change numbers follow commit order (I8).
-- Locks: none; new objects only.
-- Undo:  drop table learner.batch, learner.device, learner.state.
create table learner.state (
  user_id    uuid not null,
  change_seq bigint not null default 0,
  created_at timestamptz not null default now(),
  constraint state_pkey primary key (user_id),
  constraint state_change_seq_positive check (change_seq >= 0)
);
-- No foreign key to auth.users: it doubles the insert's cost, and one dashboard click would wipe a ledger.
comment on table learner.state is 'One row a learner. Locked by every writer; change_seq numbers the changes of the learner''s rows.';

create table learner.device (
  user_id          uuid not null,
  device_id        uuid not null,
  platform         text,
  app_version      text,
  contract_version integer,
  content_version  integer,
  first_seen_at    timestamptz not null,
  last_seen_at     timestamptz not null,
  clock_skew_ms    bigint,
  constraint device_pkey primary key (user_id, device_id)
);
comment on table learner.device is 'A device as seen at its last contact; clock_skew_ms = server minus device.';

create table learner.batch (
  user_id     uuid not null,
  received_at timestamptz not null,
  batch_id    uuid not null,
  device_id   uuid not null,
  events      integer not null,
  applied     integer not null,
  duplicate   integer not null,
  quarantined integer not null,
  retry       integer not null,
  constraint batch_pkey primary key (user_id, received_at, batch_id),
  constraint batch_results_add_up check (events = applied + duplicate + quarantined + retry)
) partition by range (received_at);
comment on table learner.batch is 'Each arrival of a batch, replays included, with how its events fared.';

alter table learner.state enable row level security;
alter table learner.device enable row level security;
alter table learner.batch enable row level security;
create policy state_all_nobody on learner.state for all to anon, authenticated using (false);
create policy device_select_own on learner.device for select to authenticated using (user_id = (select auth.uid()));
create policy batch_select_own on learner.batch for select to authenticated using (user_id = (select auth.uid()));
