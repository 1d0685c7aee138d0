-- What:  the ledger: every accepted event, once, permanently.
-- Why:   (user_id, event_id) is the idempotency key. Projections can always be rebuilt from the ledger (I4, I6).
create table learner.event (
  user_id            uuid not null,
  event_id           uuid not null,
  type               text not null,
  type_version       smallint not null,
  device_id          uuid not null,
  occurred_at        timestamptz not null,
  utc_offset_minutes smallint not null,
  body               jsonb not null,
  received_at        timestamptz not null,
  head_version       integer not null,
  clock_skew_ms      bigint,
  session_id         uuid,
  skill_id           uuid,
  question_id        uuid,
  reset_count        integer not null default 0,
  reset_event        uuid,
  content_state      text,
  graded_correct     boolean,
  clock_offset_ms    bigint,
  answered_at        timestamptz,
  -- No second index: a learner's look-ups use this one. It writes 0.68 times the WAL of the usual two indexes.
  constraint event_pkey primary key (user_id, event_id),
  constraint event_type_version_positive check (type_version > 0),
  constraint event_utc_offset_in_range check (utc_offset_minutes between -1080 and 1080),
  constraint event_body_is_object check (jsonb_typeof(body) = 'object'),
  constraint event_reset_count_positive check (reset_count >= 0),
  constraint event_content_state_known check (content_state in ('current', 'outdated', 'withdrawn')),
  constraint event_attempt_is_stamped check (
    type <> 'attempt.recorded'
    or (session_id is not null and skill_id is not null and question_id is not null and content_state is not null))
) partition by range (event_id);
comment on table learner.event is
  'The ledger, kept permanently. event_id is the device''s ULID as uuid. Partitions are months of the ULID''s time.';
comment on column learner.event.clock_offset_ms is
  'Server time minus device time as the device knew it when it made the event; null: unknown. It decides the day of practice.';
comment on column learner.event.answered_at is
  'When the server received what the device last had an answer to when it made the event; null: unknown. No day of practice is before it.';
comment on column learner.event.head_version is 'This column and those up to graded_correct are stamped on arrival and never change, so projections depend only on the rows.';
comment on column learner.event.clock_skew_ms is
  'Server time minus device time when the batch was sent; null: unknown. It decides the day of practice where the offset can''t.';
comment on column learner.event.content_state is 'The state of the answered question version on arrival: current, outdated or withdrawn.';
comment on column learner.event.graded_correct is 'The server''s grading by the answered version. The body has the device''s claim.';

alter table learner.event enable row level security;
create policy event_select_own on learner.event for select to authenticated using (user_id = (select auth.uid()));

select private.anchor_history('learner.event');
