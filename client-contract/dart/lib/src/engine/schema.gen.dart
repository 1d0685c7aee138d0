// Generated from client-contract/drift/carrel.drift by
// `npm run generate`; do not edit.

/// Makes an empty database a device's.
const String carrelSchema = r'''
create table content_row (
  kind       text    not null,
  id         text    not null,
  version    integer not null,
  body       text    not null,
  sha256     text    not null,
  domain_id  text    generated always as (json_extract(body, '$.domain_id')) stored,
  skill_id   text    generated always as (json_extract(body, '$.skill_id')) stored,
  position   integer generated always as (json_extract(body, '$.position')) stored,
  slug       text    generated always as (json_extract(body, '$.key')) virtual,
  type       text    generated always as (json_extract(body, '$.type')) virtual,
  title      text    generated always as (json_extract(body, '$.title')) virtual,
  prompt     text    generated always as (json_extract(body, '$.prompt')) virtual,
  choices    text    generated always as (json_extract(body, '$.choices')) virtual,
  answer     text    generated always as (json_extract(body, '$.answer')) virtual,
  media      text    generated always as (json_extract(body, '$.media')) virtual,
  constraint content_row_pkey primary key (kind, id),
  constraint content_row_kind_known check (kind in ('domain', 'skill', 'question')),
  constraint content_row_version_positive check (version > 0),
  constraint content_row_is_its_body check (
    json_extract(body, '$.kind') is kind
    and json_extract(body, '$.id') is id
    and json_extract(body, '$.version') is version),
  constraint content_row_sha256_is_hex check (length(sha256) = 64),
  constraint content_row_has_its_parents check (
    (domain_id is not null) = (kind in ('skill', 'question'))
    and (skill_id is not null) = (kind = 'question'))
) strict;
create index content_row_domain_id_idx on content_row (domain_id, position) where kind = 'skill';
create index content_row_skill_id_idx on content_row (skill_id, position);
create table content_node (
  kind      text not null,
  id        text not null,
  domain_id text,
  hash      text not null,
  suspect   integer not null default 0,
  constraint content_node_pkey primary key (kind, id),
  constraint content_node_kind_known check (kind in ('domain', 'skill')),
  constraint content_node_domain_iff_skill check ((domain_id is not null) = (kind = 'skill')),
  constraint content_node_hash_is_hex check (length(hash) = 64),
  constraint content_node_suspect_is_flag check (suspect in (0, 1))
) strict;
create table content_domain (
  domain_id text    not null,
  version   integer not null default 0,
  constraint content_domain_pkey primary key (domain_id),
  constraint content_domain_version_in_range check (version >= 0)
) strict;
create table content_download (
  singleton     int     not null default 1,
  history       text    not null,
  row_schema    integer not null,
  until_version integer not null,
  root          text    not null,
  constraint content_download_pkey primary key (singleton),
  constraint content_download_singleton check (singleton = 1),
  constraint content_download_until_positive check (until_version > 0)
) strict;
create table content_part (
  part          integer not null,
  domains       text,
  since_version integer not null,
  bundle        text,
  next_page     text,
  complete      integer not null default 0,
  constraint content_part_pkey primary key (part),
  constraint content_part_since_in_range check (since_version >= 0),
  constraint content_part_bundle_is_snapshot check (bundle is null or (since_version = 0 and next_page is null)),
  constraint content_part_complete_is_flag check (complete in (0, 1)),
  constraint content_part_complete_has_no_next check (complete = 0 or next_page is null)
) strict;
create table content_staged (
  kind text not null,
  id   text not null,
  body text,
  constraint content_staged_pkey primary key (kind, id),
  constraint content_staged_kind_known check (kind in ('domain', 'skill', 'question'))
) strict;
create table outbox (
  event_id     text    not null,
  type         text    not null,
  line         text    not null,
  skill_id     text,
  created_at   text    not null,
  state        text    not null default 'pending',
  code         text,
  field        text,
  attempts     integer not null default 0,
  refusals     integer not null default 0,
  retry_at     text,
  delivered_at text,
  settled      integer not null default 0,
  constraint outbox_pkey primary key (event_id),
  constraint outbox_event_id_is_ulid check (length(event_id) = 26),
  constraint outbox_line_is_its_event check (
    json_extract(line, '$.id') is event_id and json_extract(line, '$.type') is type),
  constraint outbox_line_fits check (length(cast(line as blob)) <= 16384),
  constraint outbox_line_is_one_line check (instr(line, char(10)) = 0),
  constraint outbox_skill_iff_progress check ((skill_id is null) = (type in ('session.started', 'session.ended'))),
  constraint outbox_state_known check (state in ('pending', 'delivered', 'quarantined', 'held_back', 'dead')),
  constraint outbox_delivered_at_iff_server_holds check (
    (delivered_at is not null) = (state in ('delivered', 'quarantined'))),
  constraint outbox_code_iff_refused check ((code is not null) = (state in ('quarantined', 'held_back'))),
  constraint outbox_attempts_positive check (attempts >= 0 and refusals >= 0),
  constraint outbox_retry_at_only_pending check (retry_at is null or state = 'pending'),
  constraint outbox_settled_is_flag check (settled in (0, 1))
) strict;
create index outbox_pending_idx on outbox (event_id) where state = 'pending';
create index outbox_unsettled_idx on outbox (skill_id) where settled = 0;

create trigger outbox_line_is_frozen before update of event_id, type, line, skill_id, created_at on outbox
begin
  select raise(abort, 'outbox_line_is_frozen');
end;

create trigger outbox_keeps_unsent before delete on outbox when old.state in ('pending', 'held_back', 'dead')
begin
  select raise(abort, 'outbox_keeps_unsent');
end;
create table dead_letter (
  letter_id    text    not null,
  event_id     text,
  letter       text    not null,
  reason       text    not null,
  created_at   text    not null,
  retry_at     text,
  handed_in_at text,
  code         text,
  constraint dead_letter_pkey primary key (letter_id),
  constraint dead_letter_reason_fits check (length(reason) between 1 and 200),
  constraint dead_letter_letter_fits check (length(cast(letter as blob)) <= 262144),
  constraint dead_letter_code_iff_handed_in check (code is null or handed_in_at is not null)
) strict;

create unique index dead_letter_event_id_idx on dead_letter (event_id);

create trigger dead_letter_keeps_unsent before delete on dead_letter when old.handed_in_at is null
begin
  select raise(abort, 'dead_letter_keeps_unsent');
end;
create table telemetry (
  event_id text not null,
  type     text not null,
  line     text not null,
  constraint telemetry_pkey primary key (event_id),
  constraint telemetry_event_id_is_ulid check (length(event_id) = 26),
  constraint telemetry_line_is_its_event check (
    json_extract(line, '$.id') is event_id and json_extract(line, '$.type') is type),
  constraint telemetry_line_fits check (length(cast(line as blob)) <= 16384),
  constraint telemetry_line_is_one_line check (instr(line, char(10)) = 0)
) strict;

create trigger telemetry_line_is_frozen before update on telemetry
begin
  select raise(abort, 'telemetry_line_is_frozen');
end;
create table telemetry_state (
  singleton     int     not null default 1,
  told_event    text,
  checked_at    text,
  offline_since text,
  offline_after text,
  offline_reads integer not null default 0,
  failed_code   text,
  failed_at     text,
  constraint telemetry_state_pkey primary key (singleton),
  constraint telemetry_state_singleton check (singleton = 1),
  constraint telemetry_state_offline_has_its_start check ((offline_since is null) = (offline_after is null)),
  constraint telemetry_state_reads_are_offline check (
    offline_reads = 0 or (offline_reads > 0 and offline_since is not null)),
  constraint telemetry_state_failure_has_its_time check ((failed_code is null) = (failed_at is null))
) strict;
create table session (
  session_id      text    not null,
  skill_id        text,
  device_id       text    not null,
  content_version integer,
  started_at      text,
  ended_at        text,
  end_reason      text,
  voided          integer not null default 0,
  pulled          integer not null default 0,
  constraint session_pkey primary key (session_id),
  constraint session_has_an_end check (coalesce(started_at, ended_at) is not null),
  constraint session_end_has_its_reason check ((ended_at is null) = (end_reason is null)),
  constraint session_voided_is_flag check (voided in (0, 1)),
  constraint session_pulled_is_flag check (pulled in (0, 1))
) strict;
create table attempt (
  event_id           text    not null,
  session_id         text    not null,
  skill_id           text    not null,
  question_id        text    not null,
  device_id          text    not null,
  content_version    integer not null,
  content_state      text,
  answer             text    not null,
  claimed_correct    integer not null,
  graded_correct     integer,
  duration_ms        integer not null,
  reset_count        integer not null default 0,
  reset_event        text,
  occurred_at        text    not null,
  utc_offset_minutes integer not null,
  voided             integer not null default 0,
  pulled             integer not null default 0,
  constraint attempt_pkey primary key (event_id),
  constraint attempt_answer_is_object check (json_type(answer) is 'object'),
  constraint attempt_claimed_correct_is_flag check (claimed_correct in (0, 1)),
  constraint attempt_graded_correct_is_flag check (graded_correct in (0, 1)),
  constraint attempt_duration_in_range check (duration_ms between 0 and 86400000),
  constraint attempt_reset_event_iff_count check ((reset_count = 0) = (reset_event is null)),
  constraint attempt_state_iff_pulled check (pulled = (content_state is not null)),
  constraint attempt_voided_is_flag check (voided in (0, 1))
) strict;
create index attempt_session_id_idx on attempt (session_id);
create index attempt_question_id_idx on attempt (question_id);
create table skill_progress (
  skill_id     text    not null,
  reset_count  integer not null,
  reset_event  text,
  mastery      integer not null,
  completed    text    not null,
  attempts     integer not null,
  correct      integer not null,
  practiced_at text,
  voided       integer not null default 0,
  constraint skill_progress_pkey primary key (skill_id),
  constraint skill_progress_mastery_in_range check (mastery between 0 and 100),
  constraint skill_progress_completed_is_list check (json_type(completed) is 'array'),
  constraint skill_progress_correct_among_attempts check (correct between 0 and attempts),
  constraint skill_progress_reset_event_iff_count check ((reset_count = 0) = (reset_event is null)),
  constraint skill_progress_voided_is_flag check (voided in (0, 1))
) strict;
create table practice (
  singleton int  not null default 1,
  days      text not null,
  constraint practice_pkey primary key (singleton),
  constraint practice_singleton check (singleton = 1),
  constraint practice_days_is_list check (json_type(days) is 'array')
) strict;
create table progress (
  skill_id     text    not null,
  reset_count  integer not null,
  reset_event  text,
  mastery      integer not null,
  completed    text    not null,
  attempts     integer not null,
  correct      integer not null,
  practiced_at text,
  constraint progress_pkey primary key (skill_id),
  constraint progress_mastery_in_range check (mastery between 0 and 100),
  constraint progress_completed_is_list check (json_type(completed) is 'array'),
  constraint progress_correct_among_attempts check (correct between 0 and attempts),
  constraint progress_reset_event_iff_count check ((reset_count = 0) = (reset_event is null))
) strict;
create table pull_staged (
  place  integer not null,
  kind   text    not null,
  change text    not null,
  constraint pull_staged_pkey primary key (place),
  constraint pull_staged_kind_known check (kind in ('session', 'attempt', 'skill_progress', 'practice')),
  constraint pull_staged_change_is_object check (json_type(change) is 'object')
) strict;
create table sync_state (
  singleton       int     not null default 1,
  learner_id      text    not null,
  device_id       text    not null,
  installation_marker text,
  last_ulid       text,
  clock_offset_ms integer,
  answered_at     text,
  clock_seen_at   text,
  history         text,
  content_history text,
  content_version integer not null default 0,
  content_root    text,
  content_schema  integer,
  content_scope   text    not null default 'all',
  content_suspect integer not null default 0,
  content_checked text,
  head_version    integer not null default 0,
  minimum_version integer not null default 0,
  poll_after_s    integer,
  schema_ends_at  text,
  refused_schema  integer,
  pull_cursor     text,
  pull_next       text,
  synced_at       text,
  steering        text,
  steering_app    text,
  revoked         integer not null default 0,
  retry_at        text,
  paused_reason   text,
  adopted_learner text,
  adoption_token  text,
  adoption        text,
  adoption_code   text,
  cell_url        text,
  constraint sync_state_pkey primary key (singleton),
  constraint sync_state_singleton check (singleton = 1),
  constraint sync_state_content_iff_version check (
    (content_version > 0) = (content_history is not null) and (content_version > 0) = (content_root is not null)
    and (content_version > 0) = (content_schema is not null) and content_version >= 0),
  constraint sync_state_content_scope_known check (content_scope in ('all', 'some', 'growing')),
  constraint sync_state_head_in_range check (head_version >= 0 and minimum_version >= 0 and poll_after_s > 0),
  constraint sync_state_steering_is_object check (json_type(steering) is null or json_type(steering) is 'object'),
  constraint sync_state_pause_has_its_end check (paused_reason is null or retry_at is not null),
  constraint sync_state_adoption_known check (adoption in ('pending', 'done', 'refused')),
  constraint sync_state_adoption_has_its_proof check (
    (adoption is null) = (adopted_learner is null) and (adoption is null) = (adoption_token is null)),
  constraint sync_state_adoption_code_iff_refused check ((adoption_code is not null) = (adoption is 'refused')),
  constraint sync_state_revoked_is_flag check (revoked in (0, 1)),
  constraint sync_state_content_suspect_is_flag check (content_suspect in (0, 1)),
  constraint sync_state_pull_needs_history check (history is not null or (pull_cursor is null and pull_next is null))
) strict;
create table former_device (
  device_id text not null,
  last_ulid text not null,
  constraint former_device_pkey primary key (device_id)
) strict;
''';

/// The upgrades of older databases: the first from version 1 to 2, and so on.
const List<String> carrelUpgrades = [];
