-- What:  one state row per learner (lock and change counter), their devices, and the log of batches.
-- Why:   every write of a learner's data locks that row, so change numbers follow commit order (I8).
create table learner.state (
  user_id         uuid not null,
  change_seq      bigint not null default 0,
  created_at      timestamptz not null default now(),
  events_full_at  timestamptz not null default '-infinity',
  batches_full_at timestamptz not null default '-infinity',
  bytes_full_at   timestamptz not null default '-infinity',
  stored_on       date not null default '-infinity',
  stored_bytes    bigint not null default 0,
  batches         integer not null default 0,
  limited         integer not null default 0,
  limited_at      timestamptz,
  newest_event    uuid not null default '00000000-0000-0000-0000-000000000000',
  constraint state_pkey primary key (user_id),
  constraint state_change_seq_positive check (change_seq >= 0),
  constraint state_stored_not_negative check (stored_bytes >= 0 and batches >= 0),
  constraint state_limited_at_iff_limited check ((limited = 0) = (limited_at is null) and limited >= 0)
);
-- No foreign key to auth.users: it doubles the cost of an insert, and deleting a user in the dashboard would delete the ledger.
comment on table learner.state is 'One row per learner. Every writer locks it. change_seq numbers the changes of the learner''s rows.';
comment on column learner.state.events_full_at is 'When the token bucket of events is full again without further use. batches_full_at and bytes_full_at are the same for batches and bytes.';
comment on column learner.state.stored_bytes is 'What the learner''s batches have stored on the day stored_on (UTC, by the server''s clock), counted as private.event_bytes() does.';
comment on column learner.state.batches is 'The number of batches taken on that day.';
comment on column learner.state.newest_event is
  'The greatest event id that ingest has stored, in the ledger or ops.telemetry. Greater ids are new, without a look-up. Nil: no event yet.';
comment on column learner.state.limited is 'Number of batches refused as rate_limited. limited_at is the time of the last one.';

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
  session_id       uuid,
  revoking_session uuid,
  constraint device_pkey primary key (user_id, device_id),
  constraint device_queue_lag_not_negative check (queue_lag_ms >= 0)
);
comment on table learner.device is 'A device at its last contact. clock_skew_ms is server time minus device time.';
comment on column learner.device.queue_lag_ms is
  'How long the oldest event of its last batch had waited. Measured by the device''s own clock, so clock skew does not matter.';
comment on column learner.device.first_seen_at is 'When the device came on record: at its first contact, or at its revocation.';
comment on column learner.device.revoked_at is 'When the device was revoked; it can neither push nor pull. Null: not revoked.';
comment on column learner.device.session_id is 'The session of its last contact. learner.device_session has all that are still open.';
comment on column learner.device.revoking_session is 'The session that revoked the device. The revocation does not end it, unless it was seen with the device.';

create table learner.device_session (
  user_id    uuid not null,
  session_id uuid not null,
  device_id  uuid not null,
  seen_at    timestamptz not null,
  constraint device_session_pkey primary key (user_id, session_id, device_id)
);
comment on table learner.device_session is
  'Which devices each open session was seen with, at most 20. Rows outlast their device''s row, and go with the session.';
comment on column learner.device_session.seen_at is 'When the session was first seen with the device.';

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
comment on table learner.batch is
  'Arrivals of batches, replays included, with the results of their events. So many a day and learner as the setting says, kept for some months.';

alter table learner.state enable row level security;
alter table learner.device enable row level security;
alter table learner.device_session enable row level security;
alter table learner.batch enable row level security;
create policy state_all_nobody on learner.state for all to anon, authenticated using (false);
create policy device_select_own on learner.device for select to authenticated using (user_id = (select auth.uid()));
create policy device_session_all_nobody on learner.device_session for all to anon, authenticated using (false);
create policy batch_select_own on learner.batch for select to authenticated using (user_id = (select auth.uid()));

select private.anchor_history('learner.state');
