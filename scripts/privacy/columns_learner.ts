// The tables of the schema learner, and every column.
import type { TableData } from "./data_class.ts";

/** By name. */
export const LEARNER_TABLES: Readonly<Record<string, TableData>> = {
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
};
