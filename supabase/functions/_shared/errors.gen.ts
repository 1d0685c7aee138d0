// Generated from client-contract/errors.ts by `npm run generate`; do not edit.

/** The registry's errors that a function can answer with. */
export const ERRORS = {
  malformed_request: { status: 400, title: "The request can't be read: a parameter is wrong, or the body is not what its headers say.", retryable: false },
  malformed_batch: { status: 400, title: "The first line of a batch must be its header.", retryable: false },
  cursor_invalid: { status: 400, title: "That cursor is not one of this server's.", retryable: false },
  unauthenticated: { status: 401, title: "This needs a signed-in learner.", retryable: false },
  token_expired: { status: 401, title: "The access token has expired.", retryable: false },
  forbidden: { status: 403, title: "Your role does not allow this.", retryable: false },
  not_found: { status: 404, title: "There is nothing under this path.", retryable: false },
  release_unknown: { status: 404, title: "There is no such release.", retryable: false },
  method_not_allowed: { status: 405, title: "This path does not answer that method.", retryable: false },
  append_only: { status: 409, title: "These rows are append-only.", retryable: false },
  wrong_isolation: { status: 409, title: "Publishing needs a READ COMMITTED transaction.", retryable: false },
  drafts_moved: { status: 409, title: "The drafts have changed since that preview.", retryable: false },
  release_needs_force: { status: 409, title: "This release would withdraw a large share of the content.", retryable: false },
  history_changed: { status: 410, title: "The server's history has changed.", retryable: false },
  cursor_ahead: { status: 410, title: "That cursor is ahead of the server.", retryable: false },
  cursor_too_old: { status: 410, title: "What changed since that version is not kept any more.", retryable: false },
  batch_too_large: { status: 413, title: "A batch holds at most 500 events.", retryable: false },
  payload_too_large: { status: 413, title: "The body is too large.", retryable: false },
  unsupported_media_type: { status: 415, title: "A batch is application/x-ndjson.", retryable: false },
  unsupported_encoding: { status: 415, title: "A body may be gzipped, or as it is.", retryable: false },
  release_invalid: { status: 422, title: "The drafts can't be published as they are.", retryable: false },
  upgrade_required: { status: 426, title: "This version of the app is no longer served.", retryable: false },
  internal: { status: 500, title: "Something went wrong on the server.", retryable: true },
  busy: { status: 503, title: "Another request of this learner is still being worked on.", retryable: true },
  overloaded: { status: 503, title: "The server has more to do than it can.", retryable: true },
} as const satisfies Record<string, { status: number; title: string; retryable: boolean }>;

/** A code of the registry. */
export type ErrorCode = keyof typeof ERRORS;

/** The error that an SQLSTATE stands for. */
export const SQLSTATES: Readonly<Record<string, ErrorCode>> = {
  "53300": "overloaded",
  "55P03": "busy",
  "57014": "overloaded",
  "CR001": "forbidden",
  "CR002": "append_only",
  "CR003": "wrong_isolation",
  "CR004": "drafts_moved",
  "CR005": "release_invalid",
  "CR006": "release_needs_force",
  "CR010": "history_changed",
  "CR011": "cursor_ahead",
  "CR012": "cursor_invalid",
  "CR020": "malformed_batch",
  "CR021": "batch_too_large",
  "CR022": "unauthenticated",
  "CR040": "upgrade_required",
  "CR041": "cursor_too_old",
  "CR042": "release_unknown",
  "CR043": "not_found",
  "CR044": "malformed_request",
};
