// Generated from client-contract/contract/errors.ts by
// `npm run generate`; do not edit.

import 'error_facts.dart';

/// All errors of this version of the contract: one code from SQL to the app.
///
/// A newer server may use others: [byWire] has null for those.
enum ErrorCode {
  /// `malformed_request`: A parameter, a header or the body of the request is
  /// missing or invalid.
  malformedRequest(
    'malformed_request',
    title:
        'A parameter, a header or the body of the request is missing or '
        'invalid.',
    action:
        'This is a bug of the client: report it with `info`, the parameter or '
        'header that is wrong.',
    request: RequestFacts(status: 400, retryable: false, sqlstates: ['CR044']),
  ),

  /// `malformed_batch`: The batch's header is missing or invalid.
  malformedBatch(
    'malformed_batch',
    title: "The batch's header is missing or invalid.",
    action:
        "This is a bug of the client: report it with `info`, the header's "
        'first wrong field. Keep the events.',
    request: RequestFacts(status: 400, retryable: false, sqlstates: ['CR020']),
  ),

  /// `cursor_invalid`: The cursor is invalid.
  cursorInvalid(
    'cursor_invalid',
    title: 'The cursor is invalid.',
    action:
        'Start over: content from `since=0`, own changes from a null cursor.',
    request: RequestFacts(status: 400, retryable: false, sqlstates: ['CR012']),
    resetsPull: true,
  ),

  /// `unauthenticated`: This request needs the access token of a signed-in
  /// learner.
  unauthenticated(
    'unauthenticated',
    title: 'This request needs the access token of a signed-in learner.',
    action: 'Sign in. Keep the events.',
    request: RequestFacts(status: 401, retryable: false, sqlstates: ['CR022']),
  ),

  /// `session_ended`: The session of this access token has ended.
  sessionEnded(
    'session_ended',
    title: 'The session of this access token has ended.',
    action:
        'Keep everything, events that wait included, and go on offline. Ask '
        'the learner to sign in again, then send with the new token.',
    request: RequestFacts(status: 401, retryable: false, sqlstates: ['CR023']),
  ),

  /// `token_expired`: The access token has expired.
  tokenExpired(
    'token_expired',
    title: 'The access token has expired.',
    action: 'Refresh the token, then send the same request again.',
    request: RequestFacts(status: 401, retryable: false, sqlstates: []),
  ),

  /// `device_revoked`: This device or this session was revoked by its learner
  /// or by support.
  deviceRevoked(
    'device_revoked',
    title:
        'This device or this session was revoked by its learner or by support.',
    action:
        'Stop syncing, and sign the learner out. Delete nothing: support may '
        'restore the device, and then the events are sent. After a new '
        'sign-in, sync once more: perhaps only the session was revoked.',
    request: RequestFacts(status: 403, retryable: false, sqlstates: ['CR082']),
  ),

  /// `forbidden`: Your role does not allow this.
  forbidden(
    'forbidden',
    title: 'Your role does not allow this.',
    action: "Don't offer this to the user.",
    request: RequestFacts(status: 403, retryable: false, sqlstates: ['CR001']),
  ),

  /// `device_unknown`: This learner has no such device.
  deviceUnknown(
    'device_unknown',
    title: 'This learner has no such device.',
    action: 'Show the devices again; `info` is the id.',
    request: RequestFacts(status: 404, retryable: false, sqlstates: ['CR084']),
  ),

  /// `not_found`: There is nothing at this path.
  notFound(
    'not_found',
    title: 'There is nothing at this path.',
    action: 'This is a bug of the client: report it.',
    request: RequestFacts(status: 404, retryable: false, sqlstates: ['CR043']),
  ),

  /// `webhook_unknown`: This webhook endpoint or delivery does not exist.
  webhookUnknown(
    'webhook_unknown',
    title: 'This webhook endpoint or delivery does not exist.',
    action:
        'For administrators: list them again; `info` says which of the two is '
        'missing.',
    request: RequestFacts(status: 404, retryable: false, sqlstates: ['CR060']),
  ),

  /// `record_unknown`: This learner has no such record.
  recordUnknown(
    'record_unknown',
    title: 'This learner has no such record.',
    action: 'For support: look again; `info` is the id that does not exist.',
    request: RequestFacts(status: 404, retryable: false, sqlstates: ['CR070']),
  ),

  /// `cohort_unknown`: This cohort does not exist, or you are not one of its
  /// instructors.
  cohortUnknown(
    'cohort_unknown',
    title: 'This cohort does not exist, or you are not one of its instructors.',
    action: 'List the cohorts again; `info` is the id.',
    request: RequestFacts(status: 404, retryable: false, sqlstates: ['CR090']),
  ),

  /// `release_unknown`: This release does not exist.
  releaseUnknown(
    'release_unknown',
    title: 'This release does not exist.',
    action: 'Show the release history; `info` is the version.',
    request: RequestFacts(status: 404, retryable: false, sqlstates: ['CR030']),
  ),

  /// `schedule_unknown`: There is no pending schedule with this id.
  scheduleUnknown(
    'schedule_unknown',
    title: 'There is no pending schedule with this id.',
    action:
        'Show the schedules: this one was published, has failed or was '
        'cancelled.',
    request: RequestFacts(status: 404, retryable: false, sqlstates: ['CR031']),
  ),

  /// `method_not_allowed`: This path does not support this method.
  methodNotAllowed(
    'method_not_allowed',
    title: 'This path does not support this method.',
    action: 'This is a bug of the client: report it.',
    request: RequestFacts(status: 405, retryable: false, sqlstates: []),
  ),

  /// `body_timeout`: The body of the request arrived too slowly.
  bodyTimeout(
    'body_timeout',
    title: 'The body of the request arrived too slowly.',
    action:
        'Send the same request again with a growing delay; on a slow network, '
        'with smaller batches.',
    request: RequestFacts(status: 408, retryable: true, sqlstates: []),
  ),

  /// `revocations_full`: This learner has already revoked the most devices that
  /// were never seen.
  revocationsFull(
    'revocations_full',
    title:
        'This learner has already revoked the most devices that were never '
        'seen.',
    action:
        'Offer the devices on record, which can still be revoked, and to sign '
        'out everywhere. Support can revoke more; `info` is the limit.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR085']),
  ),

  /// `learner_adopted`: The data of this anonymous learner belongs to an
  /// account now.
  learnerAdopted(
    'learner_adopted',
    title: 'The data of this anonymous learner belongs to an account now.',
    action:
        'Keep everything. Sign in to the account that has adopted this '
        'learner, and send the same events with its token.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR050']),
  ),

  /// `adoption_refused`: This learner cannot be adopted.
  adoptionRefused(
    'adoption_refused',
    title: 'This learner cannot be adopted.',
    action:
        'Keep everything, and go on without an adoption. `info` is the '
        'reason: `same_learner`, `not_anonymous` or `adopted_by_another`.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR051']),
  ),

  /// `adoption_erased`: The data of the anonymous learner was erased.
  adoptionErased(
    'adoption_erased',
    title: 'The data of the anonymous learner was erased.',
    action:
        'Go on without an adoption, and keep everything of the account. '
        'Events of the anonymous learner stay held back: nobody takes them '
        'any more.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR054']),
  ),

  /// `move_refused`: This learner cannot be moved.
  moveRefused(
    'move_refused',
    title: 'This learner cannot be moved.',
    action:
        'For operators: `info` is the reason: `cell_unknown`, `same_cell`, '
        '`not_here`, `other_move`, `has_rows`, `cancelled`, `settled` or '
        '`rows_differ`.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR056']),
  ),

  /// `release_differs`: The content of this cell differs from the first cell's.
  releaseDiffers(
    'release_differs',
    title: "The content of this cell differs from the first cell's.",
    action:
        'For operators: nothing was published in this cell. `info` is what '
        'differs: `root` or `version` (docs/scaling.md#publish-to-all-cells).',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR058']),
  ),

  /// `cells_in_use`: Learners live in a cell that the new list lacks.
  cellsInUse(
    'cells_in_use',
    title: 'Learners live in a cell that the new list lacks.',
    action: 'For operators: keep the cell in the list; `info` is its name.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR057']),
  ),

  /// `append_only`: These rows are append-only.
  appendOnly(
    'append_only',
    title: 'These rows are append-only.',
    action: 'For SQL consoles: write a new row instead.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR002']),
  ),

  /// `wrong_isolation`: This needs a READ COMMITTED transaction.
  wrongIsolation(
    'wrong_isolation',
    title: 'This needs a READ COMMITTED transaction.',
    action:
        'For SQL consoles: run it outside of a REPEATABLE READ or '
        'SERIALIZABLE transaction.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR003']),
  ),

  /// `drafts_moved`: The drafts have changed since the preview.
  draftsMoved(
    'drafts_moved',
    title: 'The drafts have changed since the preview.',
    action: 'Show a new preview; `info` is its hash.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR004']),
  ),

  /// `release_needs_force`: This release would withdraw a large share of the
  /// content.
  releaseNeedsForce(
    'release_needs_force',
    title: 'This release would withdraw a large share of the content.',
    action: 'Ask the instructor, then publish with `force`.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR006']),
  ),

  /// `webhook_rotating`: The previous signing secret stays active during
  /// rotation.
  webhookRotating(
    'webhook_rotating',
    title: 'The previous signing secret stays active during rotation.',
    action:
        'For administrators: rotate again after `info`, or with 0 hours of '
        'overlap.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR061']),
  ),

  /// `cohort_name_taken`: Another cohort has this name.
  cohortNameTaken(
    'cohort_name_taken',
    title: 'Another cohort has this name.',
    action:
        'For administrators: choose another name, or archive the other '
        'cohort; `info` is the name.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR091']),
  ),

  /// `nothing_to_publish`: The drafts are the same as the newest release.
  nothingToPublish(
    'nothing_to_publish',
    title: 'The drafts are the same as the newest release.',
    action: 'There is nothing to schedule.',
    request: RequestFacts(status: 409, retryable: false, sqlstates: ['CR032']),
  ),

  /// `history_changed`: The server's history has changed.
  historyChanged(
    'history_changed',
    title: "The server's history has changed.",
    action:
        'Start over: content from `since=0`, own changes from a null cursor. '
        'Send all events again that the device still has.',
    request: RequestFacts(status: 410, retryable: false, sqlstates: ['CR010']),
    resetsPull: true,
  ),

  /// `cursor_ahead`: The cursor is ahead of the server.
  cursorAhead(
    'cursor_ahead',
    title: 'The cursor is ahead of the server.',
    action: 'As for `history_changed`.',
    request: RequestFacts(status: 410, retryable: false, sqlstates: ['CR011']),
    resetsPull: true,
  ),

  /// `erased`: The data of this learner was erased.
  erased(
    'erased',
    title: 'The data of this learner was erased.',
    action:
        "Stop syncing, sign the learner out, and delete the learner's data on "
        'this device, unsent events included. The learner asked for this.',
    request: RequestFacts(status: 410, retryable: false, sqlstates: ['CR024']),
  ),

  /// `cursor_too_old`: The changes since this version are no longer kept.
  cursorTooOld(
    'cursor_too_old',
    title: 'The changes since this version are no longer kept.',
    action:
        'Start over: content from `since=0`. The old copy may be read until '
        'the new one is complete.',
    request: RequestFacts(status: 410, retryable: false, sqlstates: ['CR041']),
  ),

  /// `batch_too_large`: The batch has too many events.
  batchTooLarge(
    'batch_too_large',
    title: 'The batch has too many events.',
    action: 'Split the batch; `info` is the limit.',
    request: RequestFacts(status: 413, retryable: false, sqlstates: ['CR021']),
  ),

  /// `payload_too_large`: The body is too large.
  payloadTooLarge(
    'payload_too_large',
    title: 'The body is too large.',
    action: 'Split the batch: at most 512 KiB after inflation.',
    request: RequestFacts(status: 413, retryable: false, sqlstates: ['CR026']),
  ),

  /// `adoption_too_large`: This learner has too many events for an adoption by
  /// a device.
  adoptionTooLarge(
    'adoption_too_large',
    title: 'This learner has too many events for an adoption by a device.',
    action:
        'Keep everything, and ask support: an administrator calls '
        'ops.adopt_learner(). `info` is the limit.',
    request: RequestFacts(status: 413, retryable: false, sqlstates: ['CR052']),
  ),

  /// `unsupported_media_type`: This content type is not supported.
  unsupportedMediaType(
    'unsupported_media_type',
    title: 'This content type is not supported.',
    action:
        'This is a bug of the client: report it; `info` is the supported type.',
    request: RequestFacts(status: 415, retryable: false, sqlstates: []),
  ),

  /// `unsupported_encoding`: This content encoding is not supported.
  unsupportedEncoding(
    'unsupported_encoding',
    title: 'This content encoding is not supported.',
    action:
        'Send the body with `Content-Encoding: gzip`, or without this header.',
    request: RequestFacts(status: 415, retryable: false, sqlstates: []),
  ),

  /// `moved`: This learner lives in another cell.
  moved(
    'moved',
    title: 'This learner lives in another cell.',
    action:
        "Keep everything. `info` is the URL of the learner's cell: if the app "
        'trusts it (docs/write-a-client.md#cells), send the same request '
        'there from now on. Without `info` the learner is being moved: send '
        'it again after `Retry-After`.',
    request: RequestFacts(status: 421, retryable: true, sqlstates: ['CR086']),
  ),

  /// `adoption_proof_invalid`: The proof of the anonymous session is invalid or
  /// has expired.
  adoptionProofInvalid(
    'adoption_proof_invalid',
    title: 'The proof of the anonymous session is invalid or has expired.',
    action:
        'Keep everything. Show the learner that the two could not be joined, '
        'and let them sign in as before to try again.',
    request: RequestFacts(status: 422, retryable: false, sqlstates: ['CR053']),
  ),

  /// `export_invalid`: This is not an export of erasures.
  exportInvalid(
    'export_invalid',
    title: 'This is not an export of erasures.',
    action:
        'For administrators: pass the result of ops.export_erasures(); `info` '
        'names the missing field.',
    request: RequestFacts(status: 422, retryable: false, sqlstates: ['CR025']),
  ),

  /// `release_invalid`: The drafts cannot be published as they are.
  releaseInvalid(
    'release_invalid',
    title: 'The drafts cannot be published as they are.',
    action: 'Show `info`: the rows that must be corrected.',
    request: RequestFacts(status: 422, retryable: false, sqlstates: ['CR005']),
  ),

  /// `support_invalid`: A parameter is missing or invalid.
  supportInvalid(
    'support_invalid',
    title: 'A parameter is missing or invalid.',
    action: 'For support: correct the parameter that `info` names.',
    request: RequestFacts(status: 422, retryable: false, sqlstates: ['CR071']),
  ),

  /// `signal_invalid`: A setting of webhooks or hints is missing or invalid.
  signalInvalid(
    'signal_invalid',
    title: 'A setting of webhooks or hints is missing or invalid.',
    action: 'For administrators: correct the parameter that `info` names.',
    request: RequestFacts(status: 422, retryable: false, sqlstates: ['CR062']),
  ),

  /// `upgrade_required`: This version of the app is no longer served.
  upgradeRequired(
    'upgrade_required',
    title: 'This version of the app is no longer served.',
    action:
        'Ask the learner to update the app; `info` is the lowest content '
        'schema that is served. Studying goes on with the local copy.',
    request: RequestFacts(status: 426, retryable: false, sqlstates: ['CR040']),
  ),

  /// `rate_limited`: This learner has reached the rate limit.
  rateLimited(
    'rate_limited',
    title: 'This learner has reached the rate limit.',
    action:
        'Keep the events, and send the same request again after `Retry-After`.',
    request: RequestFacts(status: 429, retryable: true, sqlstates: ['CR083']),
  ),

  /// `internal`: Something went wrong on the server.
  internal(
    'internal',
    title: 'Something went wrong on the server.',
    action:
        'A request: send it again with a growing delay. An event: mark it as '
        'delivered; the server keeps it for support.',
    request: RequestFacts(status: 500, retryable: true, sqlstates: []),
    event: EventFacts(
      outcome: EventOutcome.quarantined,
      held: false,
      retryable: false,
    ),
  ),

  /// `behind`: This server has not reached the requested token yet.
  behind(
    'behind',
    title: 'This server has not reached the requested token yet.',
    action:
        'Ask again after `Retry-After`: another server may have it, or this '
        'one soon.',
    request: RequestFacts(status: 503, retryable: true, sqlstates: ['CR080']),
  ),

  /// `paused`: Syncing is paused.
  paused(
    'paused',
    title: 'Syncing is paused.',
    action:
        'Keep the events, show `detail`, and ask again after `Retry-After`. '
        'Ignore hints until then.',
    request: RequestFacts(status: 503, retryable: true, sqlstates: ['CR081']),
  ),

  /// `busy`: Another request of this learner is still running.
  busy(
    'busy',
    title: 'Another request of this learner is still running.',
    action: 'Send the same request again after `Retry-After`.',
    request: RequestFacts(status: 503, retryable: true, sqlstates: ['55P03']),
  ),

  /// `overloaded`: The server is overloaded.
  overloaded(
    'overloaded',
    title: 'The server is overloaded.',
    action: 'Send the same request again after `Retry-After`.',
    request: RequestFacts(
      status: 503,
      retryable: true,
      sqlstates: ['57014', '53300', '40001', '40P01', '25006'],
    ),
  ),

  /// `too_large`: The event is larger than 16 KiB.
  tooLarge(
    'too_large',
    title: 'The event is larger than 16 KiB.',
    action: 'Mark the event as delivered; the server keeps it for support.',
    event: EventFacts(
      outcome: EventOutcome.quarantined,
      held: false,
      retryable: false,
    ),
  ),

  /// `invalid_json`: The line is not JSON that PostgreSQL can store.
  invalidJson(
    'invalid_json',
    title: 'The line is not JSON that PostgreSQL can store.',
    action: 'Mark the event as delivered; the server keeps it for support.',
    event: EventFacts(
      outcome: EventOutcome.quarantined,
      held: false,
      retryable: false,
    ),
  ),

  /// `invalid_event`: A field of the event is missing or invalid.
  invalidEvent(
    'invalid_event',
    title: 'A field of the event is missing or invalid.',
    action:
        'Mark the event as delivered; the server keeps it for support. '
        '`field` names the first wrong field.',
    event: EventFacts(
      outcome: EventOutcome.quarantined,
      held: false,
      retryable: false,
    ),
  ),

  /// `wrong_learner`: The event belongs to another learner than the access
  /// token.
  wrongLearner(
    'wrong_learner',
    title: 'The event belongs to another learner than the access token.',
    action: 'Keep the event until its learner is signed in.',
    event: EventFacts(
      outcome: EventOutcome.retry,
      held: false,
      retryable: true,
      retryAfterS: 3600,
    ),
  ),

  /// `unknown_type`: The server does not know this event type yet.
  unknownType(
    'unknown_type',
    title: 'The server does not know this event type yet.',
    action:
        'Mark the event as delivered; the server holds it, and applies it as '
        'soon as it can.',
    event: EventFacts(
      outcome: EventOutcome.quarantined,
      held: true,
      retryable: false,
    ),
  ),

  /// `unknown_version`: The server does not know this version of the event type
  /// yet.
  unknownVersion(
    'unknown_version',
    title: 'The server does not know this version of the event type yet.',
    action:
        'Mark the event as delivered; the server holds it, and applies it as '
        'soon as it can.',
    event: EventFacts(
      outcome: EventOutcome.quarantined,
      held: true,
      retryable: false,
    ),
  ),

  /// `unknown_content`: The server does not know the content that the event
  /// names yet.
  unknownContent(
    'unknown_content',
    title: 'The server does not know the content that the event names yet.',
    action:
        'Mark the event as delivered; the server holds it, and applies it as '
        'soon as it can.',
    event: EventFacts(
      outcome: EventOutcome.quarantined,
      held: true,
      retryable: false,
    ),
  ),

  /// `unknown_reset`: The server does not know the correction that the event
  /// counts its resets from yet.
  unknownReset(
    'unknown_reset',
    title:
        'The server does not know the correction that the event counts its '
        'resets from yet.',
    action:
        'Mark the event as delivered; the server holds it, and applies it as '
        'soon as it can.',
    event: EventFacts(
      outcome: EventOutcome.quarantined,
      held: true,
      retryable: false,
    ),
  ),

  /// `quarantine_full`: This learner's quarantine is full.
  quarantineFull(
    'quarantine_full',
    title: "This learner's quarantine is full.",
    action:
        'Keep the event, and send it again after `retry_after_s`. Other '
        'events go on.',
    event: EventFacts(
      outcome: EventOutcome.retry,
      held: false,
      retryable: true,
    ),
  ),

  /// `daily_limit`: The server has stored as much for this learner today as it
  /// accepts in a day.
  dailyLimit(
    'daily_limit',
    title:
        'The server has stored as much for this learner today as it accepts '
        'in a day.',
    action:
        'Keep the event, and send it again after `retry_after_s`. Events that '
        'the server already has are still answered `duplicate`.',
    event: EventFacts(
      outcome: EventOutcome.retry,
      held: false,
      retryable: true,
    ),
  ),

  /// `id_conflict`: Another event with this id was accepted before.
  idConflict(
    'id_conflict',
    title: 'Another event with this id was accepted before.',
    action:
        'Mark the event as delivered: the first one counts, and the server '
        'keeps this one for support.',
    event: EventFacts(
      outcome: EventOutcome.quarantined,
      held: false,
      retryable: false,
    ),
  );

  const ErrorCode(
    this.wire, {
    required this.title,
    required this.action,
    this.request,
    this.event,
    this.resetsPull = false,
  });

  /// The code as it travels.
  final String wire;

  /// What is wrong, as a sentence for people.
  final String title;

  /// What the client does.
  final String action;

  /// Facts of a request that failed with this code; null: no request does.
  final RequestFacts? request;

  /// Facts of an event that was not applied for this code; null: no event has
  /// it.
  final EventFacts? event;

  /// Whether a pull can answer that the cursor is of no use, with this code.
  final bool resetsPull;

  static final Map<String, ErrorCode> _byWire = {
    for (final code in values) code.wire: code,
  };

  static final Map<String, ErrorCode> _bySqlstate = {
    for (final code in values)
      for (final state in code.request?.sqlstates ?? const <String>[])
        state: code,
  };

  /// The code of a message; null: only a newer server knows it.
  static ErrorCode? byWire(String? code) => _byWire[code];

  /// The code of an RPC's SQLSTATE; null: it is not one of Carrel's.
  static ErrorCode? bySqlstate(String? state) => _bySqlstate[state];
}
