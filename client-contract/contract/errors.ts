// The error registry: one code from SQL to the app. SQL raises by SQLSTATE, the Edge Functions render `code` as problem
// details, PostgREST passes the SQLSTATE on. docs/errors.md and the functions' copy are generated from here.
import { eventErrors } from "./errors_event.ts";
import { steeringErrors } from "./errors_steering.ts";

/** Where a code is met: a failed request, the result of one event, the `reset` of a pull. */
export type ErrorPlace = "http" | "event" | "pull";

/** One kind of error. */
export interface ErrorEntry {
  where: readonly ErrorPlace[];
  /** Of the response; null where the code never is a response. */
  status: number | null;
  /** What SQL raises for it. */
  sqlstate: readonly string[];
  /** Whether the same request (or event), sent again later, can succeed. */
  retryable: boolean;
  /** A sentence for people. */
  title: string;
  /** What the client does. */
  client: string;
}

const http = { where: ["http"], sqlstate: [], retryable: false } as const;

const registry = {
  ...steeringErrors,

  // Requests, by status.
  malformed_request: {
    ...http,
    status: 400,
    sqlstate: ["CR044"],
    title: "The request can't be read: a parameter is wrong, or the body is not what its headers say.",
    client: "A bug of the client: report it with `info`, the parameter or header that is wrong.",
  },
  malformed_batch: {
    ...http,
    status: 400,
    sqlstate: ["CR020"],
    title: "The first line of a batch must be its header.",
    client: "A bug of the client: report it with `info`, the header's wrong field. Keep the events.",
  },
  cursor_invalid: {
    where: ["http", "pull"],
    status: 400,
    sqlstate: ["CR012"],
    retryable: false,
    title: "That cursor is not one of this server's.",
    client: "Start over: content from `since=0`, own changes from a null cursor.",
  },
  unauthenticated: {
    ...http,
    status: 401,
    sqlstate: ["CR022"],
    title: "This needs a signed-in learner.",
    client: "Sign in. Keep the events.",
  },
  token_expired: {
    ...http,
    status: 401,
    title: "The access token has expired.",
    client: "Refresh the token, then send the same request again.",
  },
  forbidden: {
    ...http,
    status: 403,
    sqlstate: ["CR001"],
    title: "Your role does not allow this.",
    client: "Don't offer it to this user.",
  },
  not_found: {
    ...http,
    status: 404,
    sqlstate: ["CR043"],
    title: "There is nothing under this path.",
    client: "A bug of the client: report it.",
  },
  webhook_unknown: {
    ...http,
    status: 404,
    sqlstate: ["CR060"],
    title: "There is no such webhook endpoint or delivery.",
    client: "For administrators: list them again; `info` says which of the two is meant.",
  },
  record_unknown: {
    ...http,
    status: 404,
    sqlstate: ["CR070"],
    title: "That learner has no such record.",
    client: "For support: look again; `info` is the id that is not there.",
  },
  release_unknown: {
    ...http,
    status: 404,
    sqlstate: ["CR030"],
    title: "There is no release of that version.",
    client: "Show the release history; `info` is the version.",
  },
  schedule_unknown: {
    ...http,
    status: 404,
    sqlstate: ["CR031"],
    title: "There is no pending schedule of that id.",
    client: "Show the schedules: it was published, has failed or was cancelled already.",
  },
  method_not_allowed: {
    ...http,
    status: 405,
    title: "This path does not answer that method.",
    client: "A bug of the client: report it.",
  },
  append_only: {
    ...http,
    status: 409,
    sqlstate: ["CR002"],
    title: "These rows are append-only.",
    client: "For SQL consoles: write a new row instead.",
  },
  wrong_isolation: {
    ...http,
    status: 409,
    sqlstate: ["CR003"],
    title: "Publishing needs a READ COMMITTED transaction.",
    client: "For SQL consoles: publish outside of a REPEATABLE READ or SERIALIZABLE transaction.",
  },
  drafts_moved: {
    ...http,
    status: 409,
    sqlstate: ["CR004"],
    title: "The drafts have changed since that preview.",
    client: "Show a new preview; `info` is its hash.",
  },
  release_needs_force: {
    ...http,
    status: 409,
    sqlstate: ["CR006"],
    title: "This release would withdraw a large share of the content.",
    client: "Ask the instructor, then publish with `force`.",
  },
  webhook_rotating: {
    ...http,
    status: 409,
    sqlstate: ["CR061"],
    title: "The secret of before still signs.",
    client: "For administrators: rotate again after `info`, or with 0 hours of overlap.",
  },
  nothing_to_publish: {
    ...http,
    status: 409,
    sqlstate: ["CR032"],
    title: "The drafts are what is published.",
    client: "Nothing to schedule.",
  },
  history_changed: {
    where: ["http", "pull"],
    status: 410,
    sqlstate: ["CR010"],
    retryable: false,
    title: "The server's history has changed.",
    client:
      "Start over: content from `since=0`, own changes from a null cursor; send all events again that are kept.",
  },
  cursor_ahead: {
    where: ["http", "pull"],
    status: 410,
    sqlstate: ["CR011"],
    retryable: false,
    title: "That cursor is ahead of the server.",
    client: "As for `history_changed`.",
  },
  erased: {
    ...http,
    status: 410,
    sqlstate: ["CR024"],
    title: "The data of this learner was erased.",
    client:
      "Stop syncing, sign out, and delete what this device keeps of the learner, unsent events included: that is what they asked for.",
  },
  cursor_too_old: {
    ...http,
    status: 410,
    sqlstate: ["CR041"],
    title: "What changed since that version is not kept any more.",
    client: "Start over: content from `since=0`; the old copy may be read until the new one is whole.",
  },
  batch_too_large: {
    ...http,
    status: 413,
    sqlstate: ["CR021"],
    title: "A batch holds at most 500 events.",
    client: "Split the batch.",
  },
  payload_too_large: {
    ...http,
    status: 413,
    sqlstate: ["CR026"],
    title: "The body is too large.",
    client: "Split the batch: at most 512 KiB, inflated.",
  },
  unsupported_media_type: {
    ...http,
    status: 415,
    title: "A batch is application/x-ndjson.",
    client: "A bug of the client: report it.",
  },
  unsupported_encoding: {
    ...http,
    status: 415,
    title: "A body may be gzipped, or as it is.",
    client: "Send the body with `Content-Encoding: gzip`, or without.",
  },
  export_invalid: {
    ...http,
    status: 422,
    sqlstate: ["CR025"],
    title: "This is no export of erasures.",
    client: "For administrators: pass what ops.export_erasures() gave; `info` is what is missing.",
  },
  release_invalid: {
    ...http,
    status: 422,
    sqlstate: ["CR005"],
    title: "The drafts can't be published as they are.",
    client: "Show `info`: the rows that stand in the way.",
  },
  support_invalid: {
    ...http,
    status: 422,
    sqlstate: ["CR071"],
    title: "A decision about a learner's data is not complete.",
    client: "For support: correct `info`, the parameter that is wrong.",
  },
  signal_invalid: {
    ...http,
    status: 422,
    sqlstate: ["CR062"],
    title: "A setting of webhooks or signals is not valid.",
    client: "For administrators: correct `info`, the parameter that is wrong.",
  },
  upgrade_required: {
    ...http,
    status: 426,
    sqlstate: ["CR040"],
    title: "This version of the app is no longer served.",
    client:
      "Ask for an update of the app; `info` is the lowest content schema still served. Study on with what is held.",
  },
  internal: {
    where: ["http", "event"],
    status: 500,
    sqlstate: [],
    retryable: true,
    title: "Something went wrong on the server.",
    client:
      "A request: send it again with a growing delay. An event: mark it delivered; the server keeps it for support.",
  },
  busy: {
    ...http,
    status: 503,
    sqlstate: ["55P03"],
    retryable: true,
    title: "Another request of this learner is still being worked on.",
    client: "Send the same request again after `Retry-After`.",
  },
  overloaded: {
    ...http,
    status: 503,
    sqlstate: ["57014", "53300", "40001", "40P01", "25006"],
    retryable: true,
    title: "The server has more to do than it can.",
    client: "Send the same request again after `Retry-After`.",
  },

  ...eventErrors,
} as const satisfies Record<string, ErrorEntry>;

/** A code of the registry. */
export type ErrorCode = keyof typeof registry;

/** All error codes, requests first, in order of their status. */
export const errors: Readonly<Record<ErrorCode, ErrorEntry>> = registry;

/** Whether this version of the contract knows the code; a newer server may use others. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(registry, code);

/** All codes as a list: requests by status, then the rest; of one status in the registry's order. */
export const errorCodes: readonly ErrorCode[] = Object.keys(registry).filter(isErrorCode)
  .sort((a, b) => (errors[a].status ?? Infinity) - (errors[b].status ?? Infinity) || 0);

const codeBySqlstate = new Map<string, ErrorCode>(
  errorCodes.flatMap((code) => errors[code].sqlstate.map((sqlstate) => [sqlstate, code])),
);

/** The code that stands for what SQL raised, if the registry names it. */
export const codeOfSqlstate = (sqlstate: string): ErrorCode | undefined => codeBySqlstate.get(sqlstate);

/** The `type` of problem details with this code. */
export const errorType = (code: ErrorCode): string => `https://carrel.dev/errors/${code}`;
