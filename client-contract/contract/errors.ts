// The error registry: one code from SQL to the app. SQL raises an error by its code, the Edge Functions render the code as
// problem details, PostgREST passes the SQLSTATE on. SQL's table, the functions' copy and docs/errors.md are generated from here.
import { deferred, type ErrorEntry, forSupport, refused } from "./error_entry.ts";
import { eventErrors } from "./errors_event.ts";
import { steeringErrors } from "./errors_steering.ts";
import { MAX_BATCH_BYTES } from "./limits.ts";

export type { ErrorEntry, EventFacts, RequestFacts } from "./error_entry.ts";

const registry = {
  ...steeringErrors,

  // Requests, by status.
  malformed_request: {
    request: refused(400, "CR044"),
    title: "A parameter, a header or the body of the request is missing or invalid.",
    client: "This is a bug of the client: report it with `info`, the parameter or header that is wrong.",
  },
  malformed_batch: {
    request: refused(400, "CR020"),
    title: "The batch's header is missing or invalid.",
    client:
      "This is a bug of the client: report it with `info`, the header's first wrong field. Keep the events.",
  },
  cursor_invalid: {
    request: refused(400, "CR012"),
    pull: true,
    title: "The cursor is invalid.",
    client: "Start over: content from `since=0`, own changes from a null cursor.",
  },
  unauthenticated: {
    request: refused(401, "CR022"),
    title: "This request needs the access token of a signed-in learner.",
    client: "Sign in. Keep the events.",
  },
  session_ended: {
    request: refused(401, "CR023"),
    title: "The session of this access token has ended.",
    client:
      "Keep everything, events that wait included, and go on offline. Ask the learner to sign in again, then send with the new token.",
  },
  token_expired: {
    request: refused(401),
    title: "The access token has expired.",
    client: "Refresh the token, then send the same request again.",
  },
  forbidden: {
    request: refused(403, "CR001"),
    title: "Your role does not allow this.",
    client: "Don't offer this to the user.",
  },
  not_found: {
    request: refused(404, "CR043"),
    title: "There is nothing at this path.",
    client: "This is a bug of the client: report it.",
  },
  webhook_unknown: {
    request: refused(404, "CR060"),
    title: "This webhook endpoint or delivery does not exist.",
    client: "For administrators: list them again; `info` says which of the two is missing.",
  },
  record_unknown: {
    request: refused(404, "CR070"),
    title: "This learner has no such record.",
    client: "For support: look again; `info` is the id that does not exist.",
  },
  cohort_unknown: {
    request: refused(404, "CR090"),
    title: "This cohort does not exist, or you are not one of its instructors.",
    client: "List the cohorts again; `info` is the id.",
  },
  release_unknown: {
    request: refused(404, "CR030"),
    title: "This release does not exist.",
    client: "Show the release history; `info` is the version.",
  },
  schedule_unknown: {
    request: refused(404, "CR031"),
    title: "There is no pending schedule with this id.",
    client: "Show the schedules: this one was published, has failed or was cancelled.",
  },
  method_not_allowed: {
    request: refused(405),
    title: "This path does not support this method.",
    client: "This is a bug of the client: report it.",
  },
  body_timeout: {
    request: deferred(408),
    title: "The body of the request arrived too slowly.",
    client: "Send the same request again with a growing delay; on a slow network, with smaller batches.",
  },
  learner_adopted: {
    request: refused(409, "CR050"),
    title: "The data of this anonymous learner belongs to an account now.",
    client:
      "Keep everything. Sign in to the account that has adopted this learner, and send the same events with its token.",
  },
  adoption_refused: {
    request: refused(409, "CR051"),
    title: "This learner cannot be adopted.",
    client:
      "Keep everything, and go on without an adoption. `info` is the reason: `same_learner`, `not_anonymous` or `adopted_by_another`.",
  },
  adoption_erased: {
    request: refused(409, "CR054"),
    title: "The data of the anonymous learner was erased.",
    client:
      "Go on without an adoption, and keep everything of the account. Events of the anonymous learner stay held back: nobody takes them any more.",
  },
  move_refused: {
    request: refused(409, "CR056"),
    title: "This learner cannot be moved.",
    client:
      "For operators: `info` is the reason: `cell_unknown`, `same_cell`, `not_here`, `other_move`, `has_rows`, `cancelled`, `settled` or `rows_differ`.",
  },
  release_differs: {
    request: refused(409, "CR058"),
    title: "The content of this cell differs from the first cell's.",
    client:
      "For operators: nothing was published in this cell. `info` is what differs: `root` or `version` (docs/scaling.md#publish-to-all-cells).",
  },
  cells_in_use: {
    request: refused(409, "CR057"),
    title: "Learners live in a cell that the new list lacks.",
    client: "For operators: keep the cell in the list; `info` is its name.",
  },
  append_only: {
    request: refused(409, "CR002"),
    title: "These rows are append-only.",
    client: "For SQL consoles: write a new row instead.",
  },
  wrong_isolation: {
    request: refused(409, "CR003"),
    title: "This needs a READ COMMITTED transaction.",
    client: "For SQL consoles: run it outside of a REPEATABLE READ or SERIALIZABLE transaction.",
  },
  drafts_moved: {
    request: refused(409, "CR004"),
    title: "The drafts have changed since the preview.",
    client: "Show a new preview; `info` is its hash.",
  },
  release_needs_force: {
    request: refused(409, "CR006"),
    title: "This release would withdraw a large share of the content.",
    client: "Ask the instructor, then publish with `force`.",
  },
  webhook_rotating: {
    request: refused(409, "CR061"),
    title: "The previous signing secret stays active during rotation.",
    client: "For administrators: rotate again after `info`, or with 0 hours of overlap.",
  },
  cohort_name_taken: {
    request: refused(409, "CR091"),
    title: "Another cohort has this name.",
    client: "For administrators: choose another name, or archive the other cohort; `info` is the name.",
  },
  nothing_to_publish: {
    request: refused(409, "CR032"),
    title: "The drafts are the same as the newest release.",
    client: "There is nothing to schedule.",
  },
  history_changed: {
    request: refused(410, "CR010"),
    pull: true,
    title: "The server's history has changed.",
    client:
      "Start over: content from `since=0`, own changes from a null cursor. Send all events again that the device still has.",
  },
  cursor_ahead: {
    request: refused(410, "CR011"),
    pull: true,
    title: "The cursor is ahead of the server.",
    client: "As for `history_changed`.",
  },
  erased: {
    request: refused(410, "CR024"),
    title: "The data of this learner was erased.",
    client:
      "Stop syncing, sign the learner out, and delete the learner's data on this device, unsent events included. The learner asked for this.",
  },
  cursor_too_old: {
    request: refused(410, "CR041"),
    title: "The changes since this version are no longer kept.",
    client: "Start over: content from `since=0`. The old copy may be read until the new one is complete.",
  },
  batch_too_large: {
    request: refused(413, "CR021"),
    title: "The batch has too many events.",
    client: "Split the batch; `info` is the limit.",
  },
  payload_too_large: {
    request: refused(413, "CR026"),
    title: "The body is too large.",
    client: `Split the batch: at most ${MAX_BATCH_BYTES / 1024} KiB after inflation.`,
  },
  adoption_too_large: {
    request: refused(413, "CR052"),
    title: "This learner has too many events for an adoption by a device.",
    client:
      "Keep everything, and ask support: an administrator calls ops.adopt_learner(). `info` is the limit.",
  },
  adoption_proof_invalid: {
    request: refused(422, "CR053"),
    title: "The proof of the anonymous session is invalid or has expired.",
    client:
      "Keep everything. Show the learner that the two could not be joined, and let them sign in as before to try again.",
  },
  unsupported_media_type: {
    request: refused(415),
    title: "This content type is not supported.",
    client: "This is a bug of the client: report it; `info` is the supported type.",
  },
  unsupported_encoding: {
    request: refused(415),
    title: "This content encoding is not supported.",
    client: "Send the body with `Content-Encoding: gzip`, or without this header.",
  },
  export_invalid: {
    request: refused(422, "CR025"),
    title: "This is not an export of erasures.",
    client: "For administrators: pass the result of ops.export_erasures(); `info` names the missing field.",
  },
  release_invalid: {
    request: refused(422, "CR005"),
    title: "The drafts cannot be published as they are.",
    client: "Show `info`: the rows that must be corrected.",
  },
  support_invalid: {
    request: refused(422, "CR071"),
    title: "A parameter is missing or invalid.",
    client: "For support: correct the parameter that `info` names.",
  },
  signal_invalid: {
    request: refused(422, "CR062"),
    title: "A setting of webhooks or hints is missing or invalid.",
    client: "For administrators: correct the parameter that `info` names.",
  },
  upgrade_required: {
    request: refused(426, "CR040"),
    title: "This version of the app is no longer served.",
    client:
      "Ask the learner to update the app; `info` is the lowest content schema that is served. Studying goes on with the local copy.",
  },
  internal: {
    request: deferred(500),
    // The server has the event, and only support can mend it: another attempt of the device would change nothing.
    event: forSupport,
    title: "Something went wrong on the server.",
    client:
      "A request: send it again with a growing delay. An event: mark it as delivered; the server keeps it for support.",
  },
  moved: {
    request: deferred(421, "CR086"),
    title: "This learner lives in another cell.",
    client:
      "Keep everything. `info` is the URL of the learner's cell: if the app trusts it (docs/write-a-client.md#cells), send the same request there from now on. Without `info` the learner is being moved: send it again after `Retry-After`.",
  },
  busy: {
    request: deferred(503, "55P03"),
    title: "Another request of this learner is still running.",
    client: "Send the same request again after `Retry-After`.",
  },
  overloaded: {
    request: deferred(503, "57014", "53300", "40001", "40P01", "25006"),
    title: "The server is overloaded.",
    client: "Send the same request again after `Retry-After`.",
  },

  ...eventErrors,
} satisfies Record<string, ErrorEntry>;

/** A code of the registry. */
export type ErrorCode = keyof typeof registry;

/** All error codes. */
export const errors: Readonly<Record<ErrorCode, ErrorEntry>> = registry;

/** Whether this version of the contract knows the code; a newer server may use others. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(registry, code);

/** All codes as a list: requests by status, then the rest; of one status in the registry's order. */
export const errorCodes: readonly ErrorCode[] = Object.keys(registry).filter(isErrorCode)
  .sort((a, b) => (errors[a].request?.status ?? Infinity) - (errors[b].request?.status ?? Infinity) || 0);

const codeBySqlstate = new Map<string, ErrorCode>(
  errorCodes.flatMap((code) =>
    errors[code].request?.sqlstate.map((sqlstate) => [sqlstate, code] as const) ?? []
  ),
);

/** The code that stands for what SQL raised, if the registry names it. */
export const codeOfSqlstate = (sqlstate: string): ErrorCode | undefined => codeBySqlstate.get(sqlstate);

/** The `type` of problem details with this code. */
export const errorType = (code: ErrorCode): string => `https://carrel.dev/errors/${code}`;
