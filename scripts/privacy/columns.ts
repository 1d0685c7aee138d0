// Which column of the database holds personal data. The one place: docs/privacy.md and the JSON Schema of an export are generated from it, and a
// test compares it with the catalogue, so a new column needs a decision here.

/** What a column says about a person. */
export type DataClass = "identity" | "device" | "activity" | "content" | "text" | "staff" | "technical";

/** What the classes mean. */
export const CLASSES: Readonly<Record<DataClass, string>> = {
  identity: "names a person: the id of an account or a learner",
  device: "names or describes a device, a sign-in session or a network address",
  activity: "what a learner did, when, and how it was judged",
  content: "what a learner answered, or a copy of such rows",
  text: "free text of staff or of an app",
  staff: "names a member of staff",
  technical: "counters and times that only the service reads",
};

/** What an erasure does to the rows about a learner. */
export type Erasure = "deleted" | "redacted" | "kept" | "expires" | "moves on";

/** A table with its columns: name, type (`?`: may be null), and the class where the column is personal. */
export interface TableData {
  /** What its rows are; only of a table with personal data. */
  what?: string;
  erasure?: Erasure;
  columns: string;
}

/** Every table of Carrel, and every column. */
export const TABLES: Readonly<Record<string, TableData>> = {
  "content.answer_key": {
    columns: `
      question_id uuid, version integer, skill_id uuid, type text?, answer jsonb?`,
  },
  "content.bundle": {
    columns: `
      history text, schema smallint, domain_id uuid, version integer, part smallint, rows integer,
      after text?, path text?, bytes integer?, sha256 bytea?, stored_at timestamptz?,
      signed_url text?, url_expires_at timestamptz?, retired_at timestamptz?, lease uuid?,
      leased_until timestamptz, attempts smallint`,
  },
  "content.cursor_key": {
    columns: `
      id smallint, key uuid`,
  },
  "content.domain": {
    columns: `
      id uuid, key text, title text, description text?, position integer, status text`,
  },
  "content.draft_mark": {
    columns: `
      mark bigint, kind text, ids uuid[]`,
  },
  "content.question": {
    columns: `
      id uuid, skill_id uuid, key text, type text, prompt text, choices text[], answer jsonb,
      explanation text?, difficulty smallint?, tags text[], media jsonb, position integer,
      status text`,
  },
  "content.release": {
    what: "releases",
    erasure: "kept",
    columns: `
      version integer, published_at timestamptz, published_by uuid? staff, note text? text,
      domains integer, skills integer, questions integer, upserts integer, deletes integer,
      change_hash bytea?, rollback_to integer?`,
  },
  "content.release_size": {
    columns: `
      schema smallint, domain_id uuid, version integer, rows integer, bytes bigint,
      change_bytes bigint`,
  },
  "content.release_state": {
    columns: `
      version integer, bundled_at timestamptz?, bundled_in text?`,
  },
  "content.required_release": {
    what: "required releases",
    erasure: "kept",
    columns: `
      version integer, required_from timestamptz, required_by uuid? staff, decided_at timestamptz`,
  },
  "content.revision": {
    columns: `
      schema smallint, from_schema smallint, version integer, kind text, id uuid, op text,
      domain_id uuid, skill_id uuid?, body text?, sha256 bytea?`,
  },
  "content.schedule": {
    what: "schedules",
    erasure: "kept",
    columns: `
      id bigint, due_at timestamptz, expected_hash text, note text? text, force boolean,
      created_at timestamptz, created_by uuid? staff, state text, attempts integer,
      finished_at timestamptz?, version integer?, error text?, detail text?`,
  },
  "content.schema": {
    columns: `
      schema smallint, state text, ends_at timestamptz?`,
  },
  "content.shelf": {
    what: "drafts that a roll-back replaced",
    erasure: "kept",
    columns: `
      id bigint, shelved_at timestamptz, shelved_by uuid? staff, head_version integer,
      rollback_to integer?, kind text, draft_id uuid, draft jsonb, restored_at timestamptz?`,
  },
  "content.skill": {
    columns: `
      id uuid, domain_id uuid, key text, title text, description text?, position integer,
      status text`,
  },
  "content.tree_node": {
    columns: `
      schema smallint, kind text, id uuid, version integer, hash bytea, rows integer`,
  },
  "content.tree_text": {
    columns: `
      skill_id uuid, schema smallint, from_schema smallint, lines text`,
  },
  "learner.adoption": {
    what: "anonymous learners whose data an account has taken over",
    erasure: "deleted",
    columns: `
      user_id uuid identity, adopted_by uuid identity, adopted_at timestamptz activity,
      change_seq bigint technical, moved integer activity, duplicate integer activity,
      conflict integer activity`,
  },
  "learner.attempt": {
    what: "answers",
    erasure: "deleted",
    columns: `
      user_id uuid identity, event_id uuid activity, session_id uuid activity,
      skill_id uuid activity, question_id uuid activity, device_id uuid device,
      content_version integer activity, content_state text activity, answer jsonb content,
      claimed_correct boolean activity, graded_correct boolean? activity,
      duration_ms integer activity, reset_count integer activity, reset_event uuid? activity,
      occurred_at timestamptz activity, utc_offset_minutes smallint activity,
      change_seq bigint technical, voided_at timestamptz? activity,
      edited_at timestamptz? activity`,
  },
  "learner.batch": {
    what: "arrivals of batches",
    erasure: "deleted",
    columns: `
      user_id uuid identity, received_at timestamptz activity, batch_id uuid activity,
      device_id uuid device, events integer activity, applied integer activity,
      duplicate integer activity, quarantined integer activity, retry integer activity`,
  },
  "learner.device": {
    what: "devices at their last contact",
    erasure: "deleted",
    columns: `
      user_id uuid identity, device_id uuid device, platform text? device,
      app_version text? device, contract_version integer? activity,
      content_version integer? activity, first_seen_at timestamptz activity,
      last_seen_at timestamptz activity, clock_skew_ms bigint? activity,
      queue_lag_ms bigint? activity, revoked_at timestamptz? activity, session_id uuid? device,
      revoking_session uuid? device`,
  },
  "learner.device_session": {
    what: "which devices a sign-in session was seen with",
    erasure: "deleted",
    columns: `
      user_id uuid identity, session_id uuid device, device_id uuid device,
      seen_at timestamptz activity`,
  },
  "learner.event": {
    what: "the ledger: everything a learner did",
    erasure: "deleted",
    columns: `
      user_id uuid identity, event_id uuid activity, type text activity,
      type_version smallint activity, device_id uuid device, occurred_at timestamptz activity,
      utc_offset_minutes smallint activity, body jsonb content, received_at timestamptz activity,
      head_version integer activity, clock_skew_ms bigint? activity, session_id uuid? activity,
      skill_id uuid? activity, question_id uuid? activity, reset_count integer activity,
      reset_event uuid? activity, content_state text? activity, graded_correct boolean? activity,
      clock_offset_ms bigint? activity, answered_at timestamptz? activity`,
  },
  "learner.practice": {
    what: "days of practice",
    erasure: "deleted",
    columns: `
      user_id uuid identity, days datemultirange activity, change_seq bigint technical,
      edited_at timestamptz? activity`,
  },
  "learner.session": {
    what: "periods of study",
    erasure: "deleted",
    columns: `
      user_id uuid identity, session_id uuid activity, skill_id uuid? activity,
      device_id uuid device, content_version integer? activity, started_at timestamptz? activity,
      started_event uuid? activity, ended_at timestamptz? activity, ended_event uuid? activity,
      end_reason text? activity, end_claimed_at timestamptz? activity, change_seq bigint technical,
      voided_at timestamptz? activity, edited_at timestamptz? activity`,
  },
  "learner.skill_progress": {
    what: "progress in each skill",
    erasure: "deleted",
    columns: `
      user_id uuid identity, skill_id uuid activity, reset_count integer activity,
      reset_event uuid? activity, mastery smallint activity, completed uuid[] activity,
      attempts integer activity, correct integer activity, practiced_at timestamptz? activity,
      change_seq bigint technical, voided_at timestamptz? activity,
      edited_at timestamptz? activity`,
  },
  "learner.state": {
    what: "lock, limits and counters of a learner",
    erasure: "deleted",
    columns: `
      user_id uuid identity, change_seq bigint technical, created_at timestamptz activity,
      events_full_at timestamptz technical, batches_full_at timestamptz technical,
      bytes_full_at timestamptz technical, stored_on date activity, stored_bytes bigint activity,
      batches integer activity, limited integer activity, limited_at timestamptz? activity,
      newest_event uuid activity`,
  },
  "ops.account_deletion": {
    what: "deleted accounts in their grace period",
    erasure: "deleted",
    columns: `
      user_id uuid identity, deleted_at timestamptz activity, erase_at timestamptz activity`,
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
      id smallint, accept_tokens_without_session boolean`,
  },
  "ops.signal_setting": {
    columns: `
      id smallint, hint_at_once integer, hint_devices_per_s integer, hint_spread_max_s integer,
      bundle_url_days integer, bundle_releases integer, bundle_grace_hours integer`,
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
  "private.answer_pass": {
    what: "where a count goes on",
    erasure: "moves on",
    columns: `
      singleton boolean, counting bigint, began_at timestamptz?, after_user uuid? identity,
      shown bigint, shown_at timestamptz?`,
  },
  "private.audit_mark": {
    columns: `
      id smallint, settled bigint, next bigint, next_xid xid8`,
  },
  "private.error_code": {
    columns: `
      code text, title text, status smallint?, sqlstates text[], request_retryable boolean?,
      outcome text?, held boolean?, event_retryable boolean?, event_retry_after_s integer?`,
  },
  "private.event_rule": {
    columns: `
      type text, version smallint, place smallint, field text, rule jsonpath, requirement text`,
  },
  "private.event_type": {
    columns: `
      type text, version smallint, rules jsonpath, kept_in text`,
  },
  "private.health_mark": {
    columns: `
      singleton boolean, counted_until timestamptz, judged_until timestamptz,
      settled_until timestamptz, next_until timestamptz?, next_xid xid8?`,
  },
  "private.knowledge": {
    columns: `
      singleton boolean, number bigint`,
  },
  "private.known_trigger": {
    columns: `
      relation text, name text, definition text`,
  },
  "private.replay_cursor": {
    columns: `
      singleton boolean, version integer`,
  },
};

/** A column as the catalogue has it, with its class. */
export interface Column {
  name: string;
  type: string;
  isNullable: boolean;
  class: DataClass | undefined;
}

const isClass = (text: string | undefined): text is DataClass =>
  text !== undefined && Object.hasOwn(CLASSES, text);

/** The columns of a table. */
export function columnsOf(table: string): Column[] {
  return (TABLES[table]?.columns ?? "").trim().split(/,\s+/).map((line) => {
    const [name = "", type = "", kind] = line.split(" ");
    if (kind !== undefined && !isClass(kind)) {
      throw new Error(`${table}.${name}: ${kind} is no class of data`);
    }
    return { name, type: type.replace("?", ""), isNullable: type.endsWith("?"), class: kind };
  });
}

/** The tables whose rows belong to a learner: those with a column user_id that an export has. */
export const learnerTables = (): string[] =>
  Object.keys(TABLES).filter((table) => columnsOf(table).some(({ name }) => name === "user_id"));
