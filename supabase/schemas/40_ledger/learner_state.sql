-- What:  one row a learner (the lock and change counter), their devices, and the log of batches.
-- Why:   every write of a learner's data takes the lock of that one row, so change numbers follow commit order (I8).
create table learner.state (
  user_id         uuid not null,
  change_seq      bigint not null default 0,
  created_at      timestamptz not null default now(),
  events_full_at  timestamptz not null default '-infinity',
  batches_full_at timestamptz not null default '-infinity',
  limited         integer not null default 0,
  limited_at      timestamptz,
  newest_event    uuid not null default '00000000-0000-0000-0000-000000000000',
  constraint state_pkey primary key (user_id),
  constraint state_change_seq_positive check (change_seq >= 0),
  constraint state_limited_at_iff_limited check ((limited = 0) = (limited_at is null) and limited >= 0)
);
-- No foreign key to auth.users: it doubles the insert's cost, and one dashboard click would wipe a ledger.
comment on table learner.state is 'One row a learner. Locked by every writer; change_seq numbers the changes of the learner''s rows.';
comment on column learner.state.events_full_at is 'When the token bucket of events is full again, if nothing more is sent; so batches_full_at of batches.';
comment on column learner.state.newest_event is
  'The greatest id of the learner''s events that ingest has stored, in the ledger or ops.telemetry: what is beyond it is new, without a look at either. Nil: none yet.';
comment on column learner.state.limited is 'Batches refused as rate_limited so far; limited_at: the last of them.';

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
  queue_lag_ms     bigint,
  revoked_at       timestamptz,
  constraint device_pkey primary key (user_id, device_id),
  constraint device_queue_lag_not_negative check (queue_lag_ms >= 0)
);
comment on table learner.device is 'A device as seen at its last contact; clock_skew_ms = server minus device.';
comment on column learner.device.queue_lag_ms is
  'How long the oldest event of its last batch with events had waited, by the device''s own clock: a wrong one does not matter.';
comment on column learner.device.revoked_at is 'Since when nothing is taken from it nor given to it; null: it is welcome.';

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
