import 'dart:math';

import '../batch.gen.dart';
import '../event.gen.dart';
import '../limits.gen.dart';
import '../results.dart';
import 'clock.dart';
import 'context.dart';
import 'database.dart';
import 'event_line.dart';
import 'queries.gen.dart';
import 'steering_state.dart';
import 'telemetry.dart';

const int _dayMs = 24 * 60 * 60 * 1000;

/// No server asks for a longer delay. A longer one comes from a clock that was
/// set back, and has no effect.
const int _maxDelayMs = 7 * _dayMs;

/// Characters of a dead letter's reason.
const int _maxReason = 200;

/// A dead letter's reason as the server takes it.
String letterReason(String reason) => supportText(reason, _maxReason);

/// The number of events in each state.
final class OutboxCounts {
  /// Counts.
  const OutboxCounts({
    required this.pending,
    required this.delivered,
    required this.quarantined,
    required this.heldBack,
    required this.dead,
  });

  /// Waiting to be sent.
  final int pending;

  /// Stored by the server, and kept for some days in case the server is
  /// restored.
  final int delivered;

  /// Not applied by the server; support can mend them.
  final int quarantined;

  /// Refused for this learner, and sent again when the device is opened the next
  /// time.
  final int heldBack;

  /// Given up, and not handed in yet.
  final int dead;
}

/// The results of one batch, counted.
final class BatchOutcome {
  /// The server has them.
  int delivered = 0;

  /// The server keeps them without applying them.
  int quarantined = 0;

  /// Another learner's.
  int heldBack = 0;

  /// To be sent again later.
  int retried = 0;
}

/// Appends an event, whose line never changes from then on. Within the
/// transaction that also changes the device's own rows. [skillId] is null for
/// events of sessions. Throws like [makeEvent].
Future<Event> appendEvent(
  DeviceContext context,
  String type,
  Map<String, Object?> body, {
  String? skillId,
}) async {
  final (event, line) = await makeEvent(context, type, body);
  await context.db.run(
    Queries.addEvent(event.id, event.type, line, skillId, event.occurredAt),
  );
  return event;
}

/// The bounds of `retry_at` for what may be sent now. What waits for a later
/// time is skipped, so it never blocks the rest.
(String now, String latest) dueAt(DeviceContext context) {
  final now = context.clock.time;
  return (isoOf(now), isoOf(now + _maxDelayMs));
}

/// When to send something again that the server wants later; null: with the next
/// sync.
String? retryAt(DeviceContext context, int? retryAfterS) {
  final delay = min((retryAfterS ?? 0) * 1000, _maxDelayMs);
  return delay > 0 ? isoOf(context.clock.time + delay) : null;
}

/// Takes the oldest waiting events, as many as fit into one batch, and counts
/// the attempt.
Future<List<EventLine>> takeBatch(DeviceContext context) {
  final db = context.db;
  return db.transaction(() async {
    await watchClock(context);
    final (now, latest) = dueAt(context);
    final most = min(
      Limits.maxBatchEvents,
      (await readSteering(db)).batchEvents,
    );
    final waiting = await db.all(Queries.waitingEvents(now, latest, most));
    final batch = fitLines(waiting.map(eventLineOf), (event) => event.line);
    for (final (:id, line: _) in batch) {
      await db.run(Queries.countAttempt(id));
    }
    return batch;
  });
}

/// The number of waiting events that may be sent now.
Future<int> pendingEvents(DeviceContext context) async {
  final (now, latest) = dueAt(context);
  final row = await context.db.first(Queries.countWaitingEvents(now, latest));
  return row?.whole('count') ?? 0;
}

/// Gives up an event: it is handed in as a dead letter. [code] is the reason for
/// the telemetry, which holds no text. Within a transaction.
Future<void> giveUp(
  DeviceContext context,
  String eventId,
  String reason, {
  String code = 'given_up',
}) async {
  final DeviceContext(:db, :clock) = context;
  if (await db.run(Queries.giveUpEvent(eventId)) == 0) return;
  final letter = await nextId(context);
  await db.run(
    Queries.addLetterOfEvent(
      letter,
      letterReason(reason),
      clock.instant,
      eventId,
    ),
  );
  final row = await db.first(Queries.attemptsOf(eventId));
  await tell(context, 'outbox.dead_lettered', {
    'event_id': eventId,
    'code': asCode(code),
    'attempts': row?.whole('attempts') ?? 0,
  });
}

/// Records the server's results, which are in the order of the batch. Recording
/// them again changes nothing. Within a transaction.
Future<BatchOutcome> recordResults(
  DeviceContext context,
  List<EventLine> batch,
  List<EventResult> results,
) async {
  final DeviceContext(:db, :clock) = context;
  final outcome = BatchOutcome();
  final now = clock.instant;
  for (final (place, (:id, line: _)) in batch.indexed) {
    final result = place < results.length ? results[place] : null;
    final code = result?.code ?? 'internal';
    switch (result?.status) {
      case EventStatus.applied || EventStatus.duplicate:
        await db.run(Queries.settleEvent('delivered', now, null, null, id));
        outcome.delivered++;
      case EventStatus.quarantined:
        final field = result?.field;
        await db.run(Queries.settleEvent('quarantined', now, code, field, id));
        outcome.quarantined++;
      case EventStatus.retry
          when stepAfter(result).state == OutboxState.heldBack:
        final field = result?.field;
        await db.run(Queries.settleEvent('held_back', null, code, field, id));
        outcome.heldBack++;
      case EventStatus.retry:
        outcome.retried++;
        await _refuse(context, id, result!);
      case EventStatus.unknown || null:
        // There is no result that this version knows: the event waits, as if it
        // had not been sent.
        outcome.retried++;
    }
  }
  return outcome;
}

/// Lets an event wait that the server could not take yet, or gives it up after
/// too many refusals.
Future<void> _refuse(
  DeviceContext context,
  String eventId,
  EventResult result,
) async {
  final db = context.db;
  final before = await db.first(Queries.refusalsOf(eventId));
  await db.run(
    Queries.delayEvent(retryAt(context, result.retryAfterS), eventId),
  );
  final refusals = before?.whole('refusals') ?? 0;
  final step = stepAfter(result, refusals: refusals);
  if (step.state != OutboxState.dead) return;
  final code = result.code ?? 'retry';
  await giveUp(
    context,
    eventId,
    'refused ${step.refusals} times, as $code',
    code: code,
  );
}

/// Marks all events that are still kept as waiting, because the server may have
/// lost them. Those that the server still has come back as `duplicate`. Within a
/// transaction.
Future<void> resendAll(Database db) async {
  await db.run(Queries.resendEvents);
  // The server may have lost an adoption as well. It moves what it has again.
  await db.run(Queries.resendAdoption);
  // A letter that belongs to an event is sent again as the event.
  await db.run(Queries.resendLetters);
}

/// Deletes events that were delivered so long ago that no restore of the server
/// can lose them.
Future<void> pruneOutbox(DeviceContext context) async {
  final DeviceContext(:db, :clock) = context;
  final days = (await readSteering(db)).keepSentDays;
  final before = isoOf(max(clock.time - days * _dayMs, 0));
  await db.run(Queries.pruneLetters(before));
  await db.run(Queries.pruneEvents(before));
}

/// Counts the events by state.
Future<OutboxCounts> countOutbox(Database db) async {
  final counts = {
    for (final row in await db.all(Queries.countEvents))
      row.text('state'): row.whole('count'),
  };
  final letters = await db.first(Queries.countLetters);
  return OutboxCounts(
    pending: counts['pending'] ?? 0,
    delivered: counts['delivered'] ?? 0,
    quarantined: counts['quarantined'] ?? 0,
    heldBack: counts['held_back'] ?? 0,
    dead: letters?.whole('count') ?? 0,
  );
}
