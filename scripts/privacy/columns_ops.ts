// The tables of the schema ops, and every column.
import type { TableData } from "./data_class.ts";

/** By name. */
export const OPS_TABLES: Readonly<Record<string, TableData>> = {
  "ops.account_deletion": {
    what: "deleted accounts in their grace period",
    erasure: "deleted",
    columns: `
      user_id uuid identity, deleted_at timestamptz activity, erase_at timestamptz activity`,
  },
  "ops.alarm_acknowledgement": {
    what: "who is at work on an open alarm",
    erasure: "kept",
    columns: `
      alarm text, subject text, at timestamptz, actor uuid? staff, actor_role text staff,
      reason text text`,
  },
  "ops.answer_figure": {
    columns: `
      pass bigint, kind text, id uuid, version integer, choice text, learners bigint,
      attempts bigint, correct bigint, first_attempts bigint, first_correct bigint,
      succeeded bigint, tries bigint, outdated bigint, skipped bigint`,
  },
  "ops.audit": {
    what: "the trail of changes, operations and looks",
    erasure: "redacted",
    columns: `
      id bigint, at timestamptz, actor uuid? identity, actor_role text staff, source text? device,
      transaction xid8, action text, object text, object_id text? identity, before jsonb? content,
      after jsonb? content`,
  },
  "ops.audit_checkpoint": {
    columns: `
      size bigint, root bytea, frontier bytea[], sealed_at timestamptz`,
  },
  "ops.audit_leaf": {
    columns: `
      leaf bigint, audit bigint, source_salt bytea?, source_hash bytea?, contents_salt bytea?,
      contents_hash bytea?, hash bytea`,
  },
  "ops.cell": {
    columns: `
      name text, url text, is_here boolean, is_default boolean`,
  },
  "ops.change_note": {
    what: "changes to be hinted, for seconds",
    erasure: "deleted",
    columns: `
      user_id uuid identity, change_seq bigint technical, device_id uuid? device`,
  },
  "ops.cohort": {
    columns: `
      id uuid, name text, created_at timestamptz, archived_at timestamptz?`,
  },
  "ops.cohort_member": {
    what: "learners of a cohort",
    erasure: "deleted",
    columns: `
      cohort_id uuid activity, user_id uuid identity, added_at timestamptz activity`,
  },
  "ops.cohort_setting": {
    columns: `
      id smallint, least_learners integer, most_members integer, recount_every interval,
      help_failures integer, help_recent interval, stopped_after interval, synced_within interval,
      syncing_within interval, problem_within interval, storage_codes text[]`,
  },
  "ops.cohort_staff": {
    what: "instructors of a cohort",
    erasure: "deleted",
    columns: `
      cohort_id uuid activity, user_id uuid staff, added_at timestamptz activity`,
  },
  "ops.content_report": {
    what: "reports of damaged caches",
    erasure: "deleted",
    columns: `
      user_id uuid identity, reported_on date activity, number smallint technical,
      reported_at timestamptz activity, kind text activity, version integer activity,
      rows integer technical, nodes uuid[] activity`,
  },
  "ops.content_setting": {
    columns: `
      id smallint, poll_after_s integer, keep_versions integer, keep_age interval,
      keep_answers interval, keep_reports interval, force_share numeric, horizon integer`,
  },
  "ops.deletion_setting": {
    columns: `
      id smallint, grace interval`,
  },
  "ops.erasure": {
    what: "the barrier: which learners were erased",
    erasure: "kept",
    columns: `
      user_id uuid identity, reason text activity, requested_at timestamptz activity,
      requested_by text staff, erased_at timestamptz? activity, rows bigint technical,
      tried_at timestamptz? technical, failures integer technical, last_error text? technical,
      tables jsonb technical, salt bytea technical, receipt text? activity`,
  },
  "ops.erasure_check": {
    columns: `
      history text, checked_at timestamptz`,
  },
  "ops.health_gauge": {
    columns: `
      metric text, label text, value float8, measured_at timestamptz`,
  },
  "ops.health_hour": {
    columns: `
      hour timestamptz, metric text, label text, amount bigint`,
  },
  "ops.health_setting": {
    columns: `
      id smallint, period interval, grace interval, keep_days integer`,
  },
  "ops.health_target_setting": {
    columns: `
      id text, unit text, direction text, target float8, failing float8, least_count integer,
      meaning text`,
  },
  "ops.health_total": {
    columns: `
      metric text, label text, amount bigint`,
  },
  "ops.history": {
    columns: `
      singleton boolean, seed uuid, rotated_at timestamptz, kept_id text?, kept_for text?,
      upgrade_until timestamptz?`,
  },
  "ops.history_anchor": {
    columns: `
      name text, oid oid`,
  },
  "ops.job": {
    columns: `
      name text, every interval, command text, last_run_at timestamptz, last_ok_at timestamptz,
      failures integer, last_error text?, detail jsonb?`,
  },
  "ops.pressure_setting": {
    columns: `
      id smallint, event_burst integer, events_per_s integer, batch_burst integer,
      batches_per_s numeric, byte_burst bigint, bytes_per_s integer, stored_bytes_per_day bigint,
      batch_records_per_day integer, keep_batch_days integer`,
  },
  "ops.learner_cell": {
    what: "in which cell a learner lives",
    erasure: "deleted",
    columns: `
      user_id uuid identity, cell text technical, state text technical, move_id uuid? technical,
      other text? technical, since timestamptz activity, copied text? technical`,
  },
  "ops.projection_difference": {
    what: "rows that differed from the ledger",
    erasure: "deleted",
    columns: `
      user_id uuid identity, kind text activity, row_id uuid activity,
      found_at timestamptz activity, live jsonb? content, rebuilt jsonb? content,
      resolved_at timestamptz? activity`,
  },
  "ops.quarantine": {
    what: "events that could not be applied, as they arrived",
    erasure: "deleted",
    columns: `
      user_id uuid identity, sha256 bytea activity, event_id uuid? activity, code text activity,
      field text? activity, body text content, mended_body text? content, device_id uuid? device,
      batch_id uuid? activity, origin text activity, reason text? text, status text activity,
      first_seen_at timestamptz activity, last_seen_at timestamptz activity,
      clock_skew_ms bigint? activity, times_seen integer activity, knowledge bigint technical,
      waits_for text? technical, tried_at timestamptz technical, resolved_at timestamptz? activity,
      resolved_event uuid? activity, is_held boolean? technical`,
  },
  "ops.quarantine_action": {
    what: "decisions of support about them",
    erasure: "deleted",
    columns: `
      user_id uuid identity, sha256 bytea activity, number integer technical,
      at timestamptz activity, actor uuid? staff, actor_role text staff, action text activity,
      reason text? text, before_body text? content, after_body text? content,
      after_sha256 bytea? activity, outcome text activity, code text? activity,
      field text? activity, event_id uuid? activity`,
  },
  "ops.quarantine_load": {
    what: "counters of the quarantine",
    erasure: "deleted",
    columns: `
      user_id uuid identity, open_rows integer technical, open_bytes bigint technical,
      held_rows integer technical, held_bytes bigint technical, looked_up bigint technical`,
  },
  "ops.quarantine_setting": {
    columns: `
      id smallint, open_rows integer, open_bytes bigint, held_rows integer, held_bytes bigint,
      retry_after_s integer`,
  },
  "ops.replay_queue": {
    what: "whose held events are tried next",
    erasure: "deleted",
    columns: `
      user_id uuid identity, tried_at timestamptz? technical, failures integer technical,
      last_error text? text`,
  },
  "ops.retention_setting": {
    columns: `
      id text, keep interval?, keep_at_least interval`,
  },
  "ops.session_setting": {
    columns: `
      id smallint, accept_tokens_without_session boolean, sessions_elsewhere boolean`,
  },
  "ops.signal_setting": {
    columns: `
      id smallint, hint_at_once integer, hint_devices_per_s integer, hint_spread_max_s integer,
      bundle_url_days integer, bundle_releases integer, bundle_grace_hours integer,
      media_grace_days integer`,
  },
  "ops.steering": {
    what: "",
    erasure: "kept",
    columns: `
      id bigint, platform text?, app_from text?, app_before text?, batch_events integer?,
      retry_base_ms integer?, retry_cap_ms integer?, outbox_cap integer?, keep_sent_days integer?,
      poll_after_s integer?, listening_poll_after_s integer?, paused boolean?, pause_reason text?,
      pause_s integer?, upgrade_to text?, upgrade_required_from timestamptz?,
      upgrade_message text?, note text? text`,
  },
  "ops.support_grant": {
    what: "who of the staff may read answers",
    erasure: "kept",
    columns: `
      id bigint, staff_id uuid staff, granted_by uuid? staff, granted_by_role text staff,
      reason text text, granted_at timestamptz, expires_at timestamptz, ended_at timestamptz?`,
  },
  "ops.telemetry": {
    what: "reports of devices about themselves",
    erasure: "deleted",
    columns: `
      user_id uuid identity, event_id uuid activity, type text activity,
      type_version smallint activity, device_id uuid device, occurred_at timestamptz activity,
      utc_offset_minutes smallint activity, body jsonb content, received_at timestamptz activity`,
  },
  "ops.telemetry_setting": {
    columns: `
      id smallint, keep_days integer`,
  },
  "ops.telemetry_horizon": {
    what: "up to which event a device's telemetry was deleted",
    erasure: "deleted",
    columns: `
      user_id uuid identity, device_id uuid device, last_event uuid activity`,
  },
  "ops.wake": {
    columns: `
      token_sha256 bytea, slug text, sent_at timestamptz, taken_at timestamptz?`,
  },
  "ops.webhook_attempt": {
    columns: `
      message_id text, endpoint_id uuid, attempt integer, at timestamptz, outcome text,
      status integer?, answer text?, duration_ms integer?`,
  },
  "ops.webhook_delivery": {
    columns: `
      message_id text, endpoint_id uuid, state text, attempts integer, attempts_before integer,
      next_attempt_at timestamptz?, claimed_until timestamptz?, settled_at timestamptz?,
      last_outcome text?, last_status integer?`,
  },
  "ops.webhook_endpoint": {
    what: "",
    erasure: "kept",
    columns: `
      id uuid, url text, description text? text, events text[], enabled boolean, local boolean,
      max_attempts smallint, secret_id uuid, previous_secret_id uuid?,
      previous_ends_at timestamptz?, created_at timestamptz`,
  },
  "ops.webhook_message": {
    what: "messages for receivers, among them erasures",
    erasure: "expires",
    columns: `
      id text, type text, version integer?, body text identity, created_at timestamptz`,
  },
};
