import 'dart:math';

import '../batch.gen.dart';
import '../limits.gen.dart';
import 'clock.dart';
import 'context.dart';
import 'database.dart';
import 'event_line.dart';
import 'exceptions.dart';
import 'queries.gen.dart';
import 'steering_state.dart';

/// The most telemetry events that wait: two full batches, or weeks of a device
/// that polls without a network. The oldest are dropped first, because support
/// asks about what happened last.
const int maxWaiting = 1000;

/// An intact cache is reported once a day, although syncs check it every quarter
/// of an hour.
const int _checkEveryMs = 86400000;

/// The most that a telemetry event counts.
const int maxCount = 1000000;

/// The greatest whole number of a telemetry event.
const int maxInteger = 2147483647;

final RegExp _code = RegExp(r'^[a-z][a-z0-9_.]{0,63}$');

/// Whether a text is a code of the error registry's form.
bool isCode(String text) => _code.hasMatch(text);

/// The text if it is a code, otherwise `unknown`.
String asCode(String text) => isCode(text) ? text : 'unknown';

/// The code of a failed request.
String _codeOf(CarrelException error) => switch (error) {
  ProblemException(:final code) || DeviceException(:final code) => asCode(code),
  NetworkException() => 'network_failed',
  ContractException() => 'contract_broken',
  CancelledException() => 'aborted',
};

/// Milliseconds since then, within the allowed range even if the clock was set
/// meanwhile.
int _elapsed(
  DeviceContext context,
  int since, [
  int most = Limits.maxDurationMs,
]) => (context.clock.time - since).clamp(0, most);

/// Stores a telemetry event, unless the app has turned telemetry off. Within a
/// transaction.
Future<void> tell(
  DeviceContext context,
  String type,
  Map<String, Object?> body,
) async {
  if (context.hasTelemetry) await keepTelemetry(context, type, body);
}

/// Stores a telemetry event, whatever the app has chosen, and gives its id.
/// Within a transaction.
Future<String> keepTelemetry(
  DeviceContext context,
  String type,
  Map<String, Object?> body,
) async {
  final (event, line) = await makeEvent(context, type, body);
  await context.db.run(Queries.addTelemetry(event.id, event.type, line));
  await context.db.run(Queries.capTelemetry(maxWaiting));
  return event.id;
}

/// Opens the telemetry. After a fatal failure it reports the recovery. If the
/// app has turned telemetry off, it deletes everything.
Future<void> openTelemetry(DeviceContext context) {
  final db = context.db;
  return db.transaction(() async {
    if (!context.hasTelemetry) {
      await db.run(Queries.dropTelemetry);
      await db.run(Queries.dropTelemetryState);
      return;
    }
    // Events that the outbox held before are not reported.
    await db.run(Queries.openTelemetry);
    final state = await db.first(Queries.readTelemetryState);
    final code = state?.textOrNull('failed_code');
    final at = state?.textOrNull('failed_at');
    if (code == null || at == null) return;
    await _tellRecovered(context, code, millisecondsOf(at));
  });
}

/// The oldest waiting telemetry that fits into the batch beside the learner's
/// events. So telemetry never causes a batch, and never delays one.
Future<List<EventLine>> takeTelemetry(
  DeviceContext context,
  List<EventLine> events,
) async {
  final db = context.db;
  final most = min(Limits.maxBatchEvents, (await readSteering(db)).batchEvents);
  final room = max(most - events.length, 0);
  final waiting = await db.all(Queries.waitingTelemetry(room));
  return fitLines([
    ...events,
    ...waiting.map(eventLineOf),
  ], (event) => event.line).sublist(events.length);
}

/// Deletes telemetry with a final result; the rest is sent with the next sync.
/// Within a transaction.
Future<void> recordTelemetry(
  Database db,
  List<EventLine> sent,
  List<EventResult> results,
) async {
  for (final (place, (:id, line: _)) in sent.indexed) {
    if (place >= results.length) return;
    final isFinal = switch (results[place].status) {
      EventStatus.retry || EventStatus.unknown => false,
      EventStatus.applied ||
      EventStatus.duplicate ||
      EventStatus.quarantined => true,
    };
    if (isFinal) await db.run(Queries.deleteTelemetry(id));
  }
}

/// Reports how many events were made since the last report. A sync begins with
/// it.
Future<void> tellCreated(DeviceContext context) async {
  final db = context.db;
  if (!context.hasTelemetry) return;
  await db.transaction(() async {
    final created = await db.first(Queries.untoldEvents);
    if (created == null || created.whole('events') == 0) return;
    await tell(context, 'outbox.created', {
      'events': min(created.whole('events'), maxCount),
      'waiting': min(created.whole('waiting'), maxCount),
    });
    await db.run(Queries.rememberTold(created.textOrNull('last')));
  });
}

/// The sending of a batch: when it began, and how often the batch was sent.
final class Sending {
  /// Begins with so many of the learner's events.
  Sending(this.events, this.since);

  /// The number of the learner's events in the batch.
  final int events;

  /// When it began.
  final int since;

  /// How often the batch was sent.
  int attempts = 0;
}

/// Reports how sending a batch ended: once for all its attempts, because a day
/// without a network would displace all other telemetry. Batches without the
/// learner's events are not reported. Within a transaction.
Future<void> tellAttempted(
  DeviceContext context,
  Sending sending, [
  CarrelException? error,
]) async {
  if (sending.events == 0 || sending.attempts == 0) return;
  await tell(context, 'outbox.attempted', {
    'events': sending.events,
    'attempts': sending.attempts,
    'answered': error == null,
    'code': error == null ? null : _codeOf(error),
    'duration_ms': _elapsed(context, sending.since),
  });
}

/// Reports a check of the cache; [damaged] is the least number of damaged rows.
Future<void> tellChecked(
  DeviceContext context,
  int rows,
  int damaged,
  int since,
) async {
  final DeviceContext(:db, :clock) = context;
  final version = (await readState(db)).contentVersion;
  if (!context.hasTelemetry || version == 0) return;
  await db.transaction(() async {
    final state = await db.first(Queries.readTelemetryState);
    final checked = state?.textOrNull('checked_at');
    final age = checked == null
        ? _checkEveryMs
        : clock.time - millisecondsOf(checked);
    // A negative age comes from a clock that was set back.
    final isDue = age >= _checkEveryMs || age < 0;
    if (damaged == 0 && !isDue) return;
    if (damaged == 0) await db.run(Queries.rememberCheck(clock.instant));
    await tell(context, 'cache.checked', {
      'content_version': version,
      'rows': rows,
      'damaged': damaged,
      'duration_ms': _elapsed(context, since),
    });
  });
}

/// Reports that the cache was updated to its present version.
Future<void> tellRefreshed(
  DeviceContext context,
  int from,
  int rows,
  int since,
) async {
  final version = (await readState(context.db)).contentVersion;
  await context.db.transaction(
    () => tell(context, 'cache.refreshed', {
      'from_version': from,
      'to_version': version,
      'rows': rows,
      'duration_ms': _elapsed(context, since),
    }),
  );
}

/// Reports that damage was repaired; [whole]: everything was fetched for it.
Future<void> tellRepaired(
  DeviceContext context,
  int rows,
  int since, {
  required bool whole,
}) async {
  final version = (await readState(context.db)).contentVersion;
  await context.db.transaction(
    () => tell(context, 'cache.repaired', {
      'content_version': version,
      'rows': rows,
      'whole': whole,
      'duration_ms': _elapsed(context, since),
    }),
  );
}

/// Stores how often the learner has read content offline. A killed process loses
/// the reads that were not stored.
Future<void> keepReads(DeviceContext context) async {
  final reads = context.reads;
  if (!context.hasTelemetry || reads == 0) return;
  context.reads = 0;
  await context.db.run(Queries.addOfflineReads(reads));
}

/// Notes that a sync found no network: an offline period begins or continues.
/// Outside of a transaction.
Future<void> noteOffline(DeviceContext context, CarrelException error) async {
  if (!context.hasTelemetry || error is! NetworkException) return;
  await keepReads(context);
  await context.db.run(Queries.beginOffline(context.clock.instant));
}

/// Notes that the server has answered: an offline period ends, and is reported
/// if the learner studied. Within a transaction.
Future<void> noteOnline(DeviceContext context) async {
  final db = context.db;
  if (!context.hasTelemetry) return;
  await keepReads(context);
  final state = await db.first(Queries.readTelemetryState);
  final since = state?.textOrNull('offline_since');
  final after = state?.textOrNull('offline_after');
  if (since == null || after == null) return;
  final reads = state!.whole('offline_reads');
  final used = await db.first(Queries.usedOffline(context.deviceId, after));
  final attempts = used?.whole('attempts') ?? 0;
  if (attempts + reads > 0) {
    await tell(context, 'offline.used', {
      'duration_ms': _elapsed(context, millisecondsOf(since), maxInteger),
      'attempts': min(attempts, maxCount),
      // The device reads all content from its cache, so every read is local.
      'reads': min(reads, 10 * maxCount),
      'local_reads': min(reads, 10 * maxCount),
      'completed': (used?.whole('unfinished') ?? 0) == 0,
    });
  }
  await db.run(Queries.endOffline);
}

Future<void> _tellRecovered(
  DeviceContext context,
  String code,
  int since,
) async {
  await tell(context, 'app.recovered', {
    'code': code,
    'duration_ms': _elapsed(context, since),
  });
  await context.db.run(Queries.forgetFailure(code));
}

/// Reports a failure in the app; the result reports the recovery. [code] and
/// [place] are codes such as `audio.no_device`.
Future<Future<void> Function()> recordFailure(
  DeviceContext context, {
  required String code,
  String? place,
  required bool fatal,
}) async {
  final DeviceContext(:db, :clock) = context;
  if (!isCode(code) || !isCode(place ?? code)) {
    throw const DeviceException(
      DeviceErrorCode.invalidCode,
      "A failure's code and place are codes, such as `audio.no_device`.",
    );
  }
  final since = clock.time;
  await db.transaction(() async {
    await tell(context, 'app.failed', {
      'code': code,
      'place': place,
      'fatal': fatal,
    });
    if (fatal) await db.run(Queries.rememberFailure(code, clock.instant));
  });
  var hasRecovered = false;
  return () async {
    if (hasRecovered) return;
    hasRecovered = true;
    await db.transaction(() => _tellRecovered(context, code, since));
  };
}
