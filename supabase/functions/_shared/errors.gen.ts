// Generated from client-contract/errors.ts by `npm run generate`; do not edit.

/** The registry's errors that a function can answer with. */
export const ERRORS = {
  forbidden: { status: 403, title: "This needs another role.", retryable: false },
  drafts_moved: { status: 409, title: "The drafts have changed since the preview.", retryable: false },
  history_changed: { status: 410, title: "The server's history has changed; start over.", retryable: false },
  cursor_ahead: { status: 410, title: "The cursor is ahead of the server; start over.", retryable: false },
  cursor_invalid: { status: 400, title: "The cursor is not one of this server's.", retryable: false },
  malformed_batch: { status: 400, title: "The batch has no valid header.", retryable: false },
  batch_too_large: { status: 413, title: "The batch holds too many events.", retryable: false },
  unauthenticated: { status: 401, title: "The request is not signed in.", retryable: false },
  token_expired: { status: 401, title: "The access token has expired.", retryable: false },
  not_found: { status: 404, title: "There is nothing at this path.", retryable: false },
  method_not_allowed: { status: 405, title: "This path does not take that method.", retryable: false },
  malformed_request: { status: 400, title: "The request is not of its form.", retryable: false },
  unsupported_media_type: { status: 415, title: "The body is of a type that is not taken here.", retryable: false },
  unsupported_encoding: { status: 415, title: "The body is encoded in a way that is not taken here.", retryable: false },
  payload_too_large: { status: 413, title: "The body is too large.", retryable: false },
  busy: { status: 503, title: "The learner's data is being written by another request.", retryable: true },
  overloaded: { status: 503, title: "The service has more to do than it can right now.", retryable: true },
  internal: { status: 500, title: "Something went wrong on the server.", retryable: true },
} as const satisfies Record<string, { status: number; title: string; retryable: boolean }>;

/** A code of the registry. */
export type ErrorCode = keyof typeof ERRORS;

/** The error that an SQLSTATE stands for. */
export const SQLSTATES: Readonly<Record<string, ErrorCode>> = {
  CR001: "forbidden",
  CR010: "history_changed",
  CR011: "cursor_ahead",
  CR012: "cursor_invalid",
  CR020: "malformed_batch",
  CR021: "batch_too_large",
  CR022: "unauthenticated",
  "55P03": "busy",
  "57014": "overloaded",
  "53300": "overloaded",
};
