// What the device's schema refuses, constraint by constraint.

const ULID = "01KANB7Q0000000000000000AB";

/** Good rows of each table, and for each constraint the columns that break it and nothing else. */
export const ILLEGAL: Record<
  string,
  { good: Record<string, unknown>; bad: Record<string, Record<string, unknown>> }
> = {
  content_row: {
    good: {
      kind: "domain",
      id: "i",
      version: 1,
      body: '{"kind":"domain","version":1,"id":"i"}',
      sha256: "0".repeat(64),
    },
    bad: {
      content_row_pkey: {},
      content_row_kind_known: { kind: "page", body: '{"kind":"page","version":1,"id":"i"}' },
      content_row_version_positive: { version: 0, body: '{"kind":"domain","version":0,"id":"i"}' },
      content_row_is_its_body: { id: "j" },
      content_row_sha256_is_hex: { id: "j", body: '{"kind":"domain","version":1,"id":"j"}', sha256: "" },
      content_row_has_its_parents: { kind: "skill", body: '{"kind":"skill","version":1,"id":"i"}' },
    },
  },
  content_node: {
    good: { kind: "domain", id: "i", hash: "0".repeat(64) },
    bad: {
      content_node_pkey: {},
      content_node_kind_known: { kind: "question" },
      content_node_domain_iff_skill: { kind: "skill" },
      content_node_hash_is_hex: { hash: "" },
      content_node_suspect_is_flag: { suspect: 2 },
    },
  },
  content_domain: {
    good: { domain_id: "i" },
    bad: { content_domain_pkey: {}, content_domain_version_in_range: { version: -1 } },
  },
  content_download: {
    good: { history: "h", row_schema: 1, until_version: 1, root: "r" },
    bad: {
      content_download_pkey: {},
      content_download_singleton: { singleton: 2 },
      content_download_until_positive: { until_version: 0 },
    },
  },
  content_part: {
    good: { part: 1, since_version: 1 },
    bad: {
      content_part_pkey: {},
      content_part_since_in_range: { since_version: -1 },
      content_part_bundle_is_snapshot: { bundle: "{}" },
      content_part_complete_is_flag: { complete: 2 },
      content_part_complete_has_no_next: { complete: 1, next_page: "p" },
    },
  },
  content_staged: {
    good: { kind: "domain", id: "i" },
    bad: { content_staged_pkey: {}, content_staged_kind_known: { kind: "page" } },
  },
  outbox: {
    good: {
      event_id: ULID,
      type: "session.ended",
      line: `{"id":"${ULID}","type":"session.ended"}`,
      created_at: "2026",
    },
    bad: {
      outbox_pkey: {},
      outbox_event_id_is_ulid: { event_id: "1", line: '{"id":"1","type":"session.ended"}' },
      outbox_line_is_its_event: { type: "session.started" },
      outbox_line_fits: { line: `{"id":"${ULID}","type":"session.ended","x":"${"x".repeat(16384)}"}` },
      outbox_line_is_one_line: { line: `{"id":"${ULID}",\n"type":"session.ended"}` },
      outbox_skill_iff_progress: { skill_id: "s" },
      outbox_state_known: { state: "sent" },
      outbox_delivered_at_iff_server_holds: { state: "delivered" },
      outbox_code_iff_refused: { code: "internal" },
      outbox_attempts_positive: { attempts: -1 },
      outbox_retry_at_only_pending: { state: "dead", retry_at: "2026" },
      outbox_settled_is_flag: { settled: 2 },
    },
  },
  telemetry: {
    good: { event_id: ULID, type: "app.failed", line: `{"id":"${ULID}","type":"app.failed"}` },
    bad: {
      telemetry_pkey: {},
      telemetry_event_id_is_ulid: { event_id: "1", line: '{"id":"1","type":"app.failed"}' },
      telemetry_line_is_its_event: { type: "app.recovered" },
      telemetry_line_fits: { line: `{"id":"${ULID}","type":"app.failed","x":"${"x".repeat(16384)}"}` },
      telemetry_line_is_one_line: { line: `{"id":"${ULID}",\n"type":"app.failed"}` },
    },
  },
  telemetry_state: {
    good: { singleton: 1 },
    bad: {
      telemetry_state_pkey: {},
      telemetry_state_singleton: { singleton: 2 },
      telemetry_state_offline_has_its_start: { offline_since: "2026" },
      telemetry_state_reads_are_offline: { offline_reads: 1 },
      telemetry_state_failure_has_its_time: { failed_code: "x" },
    },
  },
  dead_letter: {
    good: { letter_id: ULID, letter: "x", reason: "r", created_at: "2026" },
    bad: {
      dead_letter_pkey: {},
      dead_letter_reason_fits: { reason: "" },
      dead_letter_letter_fits: { letter: "x".repeat(262145) },
      dead_letter_code_iff_handed_in: { code: "internal" },
    },
  },
  session: {
    good: { session_id: "s", device_id: "d", started_at: "2026" },
    bad: {
      session_pkey: {},
      session_has_an_end: { started_at: null },
      session_end_has_its_reason: { ended_at: "2026" },
      session_voided_is_flag: { voided: 2 },
      session_pulled_is_flag: { pulled: 2 },
    },
  },
  attempt: {
    good: {
      event_id: "e",
      session_id: "s",
      skill_id: "k",
      question_id: "q",
      device_id: "d",
      content_version: 1,
      answer: '{"choice":0}',
      claimed_correct: 1,
      duration_ms: 0,
      occurred_at: "2026",
      utc_offset_minutes: 0,
    },
    bad: {
      attempt_pkey: {},
      attempt_answer_is_object: { answer: "[]" },
      attempt_claimed_correct_is_flag: { claimed_correct: 2 },
      attempt_graded_correct_is_flag: { graded_correct: 2 },
      attempt_duration_in_range: { duration_ms: -1 },
      attempt_reset_event_iff_count: { reset_count: 1 },
      attempt_state_iff_pulled: { pulled: 1 },
      attempt_voided_is_flag: { voided: 2 },
    },
  },
  skill_progress: {
    good: { skill_id: "k", reset_count: 0, mastery: 0, completed: "[]", attempts: 1, correct: 1 },
    bad: {
      skill_progress_pkey: {},
      skill_progress_mastery_in_range: { mastery: 101 },
      skill_progress_completed_is_list: { completed: "{}" },
      skill_progress_correct_among_attempts: { correct: 2 },
      skill_progress_reset_event_iff_count: { reset_event: ULID },
      skill_progress_voided_is_flag: { voided: 2 },
    },
  },
  progress: {
    good: { skill_id: "k", reset_count: 0, mastery: 0, completed: "[]", attempts: 1, correct: 1 },
    bad: {
      progress_pkey: {},
      progress_mastery_in_range: { mastery: 101 },
      progress_completed_is_list: { completed: "{}" },
      progress_correct_among_attempts: { correct: 2 },
      progress_reset_event_iff_count: { reset_event: ULID },
    },
  },
  practice: {
    good: { days: "[]" },
    bad: {
      practice_pkey: {},
      practice_singleton: { singleton: 2 },
      practice_days_is_list: { days: "{}" },
    },
  },
  pull_staged: {
    good: { place: 1, kind: "session", change: "{}" },
    bad: {
      pull_staged_pkey: {},
      pull_staged_kind_known: { kind: "domain" },
      pull_staged_change_is_object: { change: "[]" },
    },
  },
  former_device: {
    good: { device_id: "d", last_ulid: "" },
    bad: { former_device_pkey: {} },
  },
  sync_state: {
    good: { learner_id: "l", device_id: "d" },
    bad: {
      sync_state_pkey: {},
      sync_state_singleton: { singleton: 2 },
      sync_state_content_iff_version: { content_version: 1 },
      sync_state_content_scope_known: { content_scope: "none" },
      sync_state_head_in_range: { poll_after_s: 0 },
      sync_state_content_suspect_is_flag: { content_suspect: 2 },
      sync_state_pull_needs_history: { pull_cursor: "c" },
      sync_state_steering_is_object: { steering: "[]" },
      sync_state_pause_has_its_end: { paused_reason: "r" },
      sync_state_adoption_known: { adopted_learner: "a", adoption_token: "t", adoption: "asked" },
      sync_state_adoption_has_its_proof: { adopted_learner: "a", adoption: "done" },
      sync_state_adoption_code_iff_refused: {
        adopted_learner: "a",
        adoption_token: "t",
        adoption: "done",
        adoption_code: "c",
      },
      sync_state_revoked_is_flag: { revoked: 2 },
    },
  },
};
