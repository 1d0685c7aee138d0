// The tables of the schema private, and every column.
import type { TableData } from "./data_class.ts";

/** By name. */
export const PRIVATE_TABLES: Readonly<Record<string, TableData>> = {
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
