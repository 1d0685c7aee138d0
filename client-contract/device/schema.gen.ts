// Generated from client-contract/drift/carrel.drift by `npm run generate`; do not edit.

/** Makes an empty database the device's. */
export const SCHEMA = `-- The device's database: content cache, outbox, the learner's rows, sync state. Version 1 (pragma user_version).
--
-- Drift generates its Dart classes from this file (build.yaml: \`sqlite: {modules: [json1]}\`), and the reference
-- device (client-contract/device) runs it as it is; so it keeps to what both read: \`create\` statements only, STRICT
-- tables, no keywords as names. SQLite 3.37 or later. One file holds one learner's data on one installation.
--
-- Times are RFC 3339 texts in UTC with milliseconds, so that they sort; ids are as on the wire (docs/protocol.md).
-- There are no foreign keys: an attempt outlives its question, and rows arrive in any order.

-- 1 Content ---------------------------------------------------------------------------------------------------------

-- The cached release: every row's exact text, and columns derived from it.
create table content_row (
  kind       text    not null,
  id         text    not null,
  version    integer not null,
  -- The line as it came, byte for byte: its hash is over these bytes.
  body       text    not null,
  -- SHA-256 of the body when it was written, in hex; a body that no longer fits it was damaged since.
  sha256     text    not null,
  -- Stored, unlike the columns below: the tree can be walked, and damage be located, where a body is broken JSON.
  domain_id  text    generated always as (json_extract(body, '$.domain_id')) stored,
  skill_id   text    generated always as (json_extract(body, '$.skill_id')) stored,
  position   integer generated always as (json_extract(body, '$.position')) stored,
  -- Virtual: read from the body when asked for. What a later version needs can be added the same way, in place.
  slug       text    generated always as (json_extract(body, '$.key')) virtual,
  type       text    generated always as (json_extract(body, '$.type')) virtual,
  title      text    generated always as (json_extract(body, '$.title')) virtual,
  prompt     text    generated always as (json_extract(body, '$.prompt')) virtual,
  -- JSON, of questions: a single or multiple choice's texts, the key in the form of its type, the files that belong to it
  -- ({path, bytes, sha256, mime}).
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
create index content_row_domain_id_idx on content_row (domain_id, kind, position);
create index content_row_skill_id_idx on content_row (skill_id, position);

-- The hash tree of the held release as it was published: what the rows are checked against, without a network. All
-- domains, also those that the device does not hold (their hashes make the root), and the skills of those it holds.
create table content_node (
  kind      text not null,
  id        text not null,
  -- Of a skill its domain.
  domain_id text,
  -- In hex.
  hash      text not null,
  constraint content_node_pkey primary key (kind, id),
  constraint content_node_kind_known check (kind in ('domain', 'skill')),
  constraint content_node_domain_iff_skill check ((domain_id is not null) = (kind = 'skill')),
  constraint content_node_hash_is_hex check (length(hash) = 64)
) strict;

-- The domains that a device holds which does not hold all (sync_state.content_scope), each with its cursor.
create table content_domain (
  domain_id text    not null,
  -- 0: chosen, and not fetched yet.
  version   integer not null default 0,
  constraint content_domain_pkey primary key (domain_id),
  constraint content_domain_version_in_range check (version >= 0)
) strict;

-- The version that is being fetched, at most one: where a killed device goes on.
create table content_download (
  -- \`int\`: an \`integer\` key would be the row's own number, which takes no default.
  singleton     int     not null default 1,
  history       text    not null,
  -- The content schema of the rows.
  row_schema    integer not null,
  until_version integer not null,
  -- The head's root at until_version: what the content must hash to once it is applied.
  root          text    not null,
  constraint content_download_pkey primary key (singleton),
  constraint content_download_singleton check (singleton = 1),
  constraint content_download_until_positive check (until_version > 0)
) strict;

-- Its parts: domains that are held at different versions are fetched apart, and so is each bundle.
create table content_part (
  part          integer not null,
  -- Ids, comma-separated; null: all there are.
  domains       text,
  -- 0: the snapshot, which replaces what is held of these domains.
  since_version integer not null,
  -- JSON, of the manifest: a file to try before the pages; null: there is none, or it was of no use.
  bundle        text,
  -- Cursor of the page to fetch next; null before the first page and after the last.
  next_page     text,
  complete      integer not null default 0,
  constraint content_part_pkey primary key (part),
  constraint content_part_since_in_range check (since_version >= 0),
  constraint content_part_bundle_is_snapshot check (bundle is null or (since_version = 0 and next_page is null)),
  constraint content_part_complete_is_flag check (complete in (0, 1)),
  constraint content_part_complete_has_no_next check (complete = 0 or next_page is null)
) strict;

-- The download's rows so far; nothing of it is visible until all of it is applied at once.
create table content_staged (
  kind text not null,
  id   text not null,
  -- Null: a tombstone. It never takes the place of a row: what leaves one part's domains may enter another's.
  body text,
  constraint content_staged_pkey primary key (kind, id),
  constraint content_staged_kind_known check (kind in ('domain', 'skill', 'question'))
) strict;

-- 2 Outbox ----------------------------------------------------------------------------------------------------------

-- What the learner did, until the server holds it, and some days longer: a restored server gets it again.
create table outbox (
  -- ULID, made in the order of the events whatever the clock does.
  event_id     text    not null,
  type         text    not null,
  -- The event's exact line, frozen when it is made: the same id must always mean the same content.
  line         text    not null,
  -- The skill whose progress it changes; null for events of sessions.
  skill_id     text,
  created_at   text    not null,
  state        text    not null default 'pending',
  -- The server's code (of the error registry) and field for a quarantined or held back event.
  code         text,
  field        text,
  -- How often it was sent.
  attempts     integer not null default 0,
  -- How often the server answered that it could not take it yet, and when it may be sent again; null: at once.
  refusals     integer not null default 0,
  retry_at     text,
  -- When the server said that it holds the event.
  delivered_at text,
  -- 1: the rows pulled from the server contain what it did, so that progress must not count it once more.
  settled      integer not null default 0,
  constraint outbox_pkey primary key (event_id),
  constraint outbox_event_id_is_ulid check (length(event_id) = 26),
  constraint outbox_line_is_its_event check (
    json_extract(line, '$.id') is event_id and json_extract(line, '$.type') is type),
  constraint outbox_line_fits check (length(cast(line as blob)) <= 16384),
  constraint outbox_line_is_one_line check (instr(line, char(10)) = 0),
  constraint outbox_skill_iff_progress check ((skill_id is null) = (type in ('session.started', 'session.ended'))),
  -- held_back: another learner's in the server's eyes; kept for when its learner is signed in. dead: given up, its
  -- letter is in dead_letter.
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

-- What the device has given up: events that the server would not take, and records that never became events. They are
-- handed in like any event, and the server keeps them for support.
create table dead_letter (
  -- ULID.
  letter_id    text    not null,
  -- The event of the outbox that it was; null: it never was one.
  event_id     text,
  -- As the device held it.
  letter       text    not null,
  reason       text    not null,
  created_at   text    not null,
  -- When it may be handed in again; null: with the next sync.
  retry_at     text,
  -- When the server said that it holds it, and the code under which; null: it was applied after all.
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

-- What the device tells about itself until the server holds it: the tracking plan's events, of which the oldest go once there
-- are too many. Apart from the outbox, which tells the app that something of the learner's waits.
create table telemetry (
  -- ULID, of the same row of ids as the outbox's.
  event_id text not null,
  type     text not null,
  -- The event's exact line, frozen like those of the outbox.
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

-- What it takes to tell it. One row; none where the app has opted out.
create table telemetry_state (
  singleton     int     not null default 1,
  -- The newest event of the outbox that was told of.
  told_event    text,
  -- When it was last told that the cache is sound.
  checked_at    text,
  -- A stretch without a network: since when, the greatest ULID made before, and reads of content that were written down.
  offline_since text,
  offline_after text,
  offline_reads integer not null default 0,
  -- The failure that the app did not survive; it has recovered when the device is opened again.
  failed_code   text,
  failed_at     text,
  constraint telemetry_state_pkey primary key (singleton),
  constraint telemetry_state_singleton check (singleton = 1),
  constraint telemetry_state_offline_has_its_start check ((offline_since is null) = (offline_after is null)),
  constraint telemetry_state_reads_are_offline check (
    offline_reads = 0 or (offline_reads > 0 and offline_since is not null)),
  constraint telemetry_state_failure_has_its_time check ((failed_code is null) = (failed_at is null))
) strict;

-- 3 The learner's rows ----------------------------------------------------------------------------------------------

-- Sessions of all devices: as pulled, or, not yet pulled, as this device recorded them.
create table session (
  session_id      text    not null,
  skill_id        text,
  device_id       text    not null,
  content_version integer,
  started_at      text,
  ended_at        text,
  end_reason      text,
  -- Taken back by support: to be shown nowhere.
  voided          integer not null default 0,
  pulled          integer not null default 0,
  constraint session_pkey primary key (session_id),
  constraint session_has_an_end check (coalesce(started_at, ended_at) is not null),
  constraint session_end_has_its_reason check ((ended_at is null) = (end_reason is null)),
  constraint session_voided_is_flag check (voided in (0, 1)),
  constraint session_pulled_is_flag check (pulled in (0, 1))
) strict;

-- Attempts of all devices: as pulled, or, not yet pulled, as this device recorded them.
create table attempt (
  event_id           text    not null,
  session_id         text    not null,
  skill_id           text    not null,
  question_id        text    not null,
  device_id          text    not null,
  content_version    integer not null,
  -- The server's word on the answered version: current, outdated or withdrawn. Null until it is pulled.
  content_state      text,
  -- JSON, in the form of the question's type; as the event has it.
  answer             text    not null,
  claimed_correct    integer not null,
  -- The server's grading; null until it is pulled, and where the server can't grade.
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

-- Progress as the server last said it: without what this device has done since.
create table skill_progress (
  skill_id     text    not null,
  reset_count  integer not null,
  reset_event  text,
  mastery      integer not null,
  -- JSON: question ids, sorted, each once.
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

-- Days of practice as the server last said them: without what this device has done since. One row.
create table practice (
  singleton int  not null default 1,
  -- JSON: ranges of local days, [{"from":"2026-11-21","to":"2026-11-23"}], ascending.
  days      text not null,
  constraint practice_pkey primary key (singleton),
  constraint practice_singleton check (singleton = 1),
  constraint practice_days_is_list check (json_type(days) is 'array')
) strict;

-- Progress as the learner sees it: the server's, merged with every event that it does not contain yet. Written in the
-- transaction of whatever changes it, so that an app can watch this one table.
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

-- The pull that is being fetched, change by change. Applied at once when its last page is there: a skill's counters
-- and the attempts that they count must never be seen apart, or the merge above would count twice or too little.
create table pull_staged (
  place  integer not null,
  kind   text    not null,
  -- JSON: the row as the server has it.
  change text    not null,
  constraint pull_staged_pkey primary key (place),
  constraint pull_staged_kind_known check (kind in ('session', 'attempt', 'skill_progress', 'practice')),
  constraint pull_staged_change_is_object check (json_type(change) is 'object')
) strict;

-- 4 Sync state ------------------------------------------------------------------------------------------------------

-- One row.
create table sync_state (
  singleton       int     not null default 1,
  learner_id      text    not null,
  device_id       text    not null,
  -- The greatest ULID made here; it outlives the outbox's rows, and a clock that was set back.
  last_ulid       text,
  -- The server's history at the last contact. Another one means: send everything again that is kept.
  history         text,
  -- What content_row holds; 0 and nulls: nothing.
  content_history text,
  content_version integer not null default 0,
  content_root    text,
  -- The content schema of these rows: an app that reads another one fetches everything anew.
  content_schema  integer,
  -- all: every domain. some: those of content_domain. growing: those too, until the next sync fetches the others.
  content_scope   text    not null default 'all',
  -- 1: the cache was found damaged; the next sync fetches the damaged part. It stays readable meanwhile.
  content_suspect integer not null default 0,
  -- The node (skill or domain) up to which syncs have checked the cache; null: the next one begins a round.
  content_checked text,
  -- What the last head said: the newest version, the least that may be studied on, seconds until the next poll, and when
  -- this app's content schema ends.
  head_version    integer not null default 0,
  minimum_version integer not null default 0,
  poll_after_s    integer,
  schema_ends_at  text,
  -- The content schema that the server no longer serves: an app that reads this one must be updated.
  refused_schema  integer,
  -- Cursor of the last complete pull; null: none yet, so that the next one replaces everything pulled.
  pull_cursor     text,
  -- Cursor of the page to fetch next while a pull is under way.
  pull_next       text,
  -- When a sync last went through.
  synced_at       text,
  -- JSON: what the server last asked of this version of the app (sync.steering.json); null: nothing yet.
  steering        text,
  steering_app    text,
  -- 1: signed off; the server takes nothing from this device, which keeps everything and signs its learner out.
  revoked         integer not null default 0,
  -- Before that the server does not want to be asked again: it is paused, or the learner has sent too much.
  retry_at        text,
  -- Why it is paused, for people.
  paused_reason   text,
  constraint sync_state_pkey primary key (singleton),
  constraint sync_state_singleton check (singleton = 1),
  constraint sync_state_content_iff_version check (
    (content_version > 0) = (content_history is not null) and (content_version > 0) = (content_root is not null)
    and (content_version > 0) = (content_schema is not null) and content_version >= 0),
  constraint sync_state_content_scope_known check (content_scope in ('all', 'some', 'growing')),
  constraint sync_state_head_in_range check (head_version >= 0 and minimum_version >= 0 and poll_after_s > 0),
  constraint sync_state_steering_is_object check (json_type(steering) is null or json_type(steering) is 'object'),
  constraint sync_state_pause_has_its_end check (paused_reason is null or retry_at is not null),
  constraint sync_state_revoked_is_flag check (revoked in (0, 1)),
  constraint sync_state_content_suspect_is_flag check (content_suspect in (0, 1)),
  constraint sync_state_pull_needs_history check (history is not null or (pull_cursor is null and pull_next is null))
) strict;
`;
