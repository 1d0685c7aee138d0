import 'dart:convert';

import '../backoff.dart';
import '../errors.gen.dart';
import '../limits.gen.dart';
import '../steering.gen.dart';
import 'clock.dart';
import 'context.dart';
import 'database.dart';
import 'exceptions.dart';
import 'queries.gen.dart';

/// The current steering: the last that the server sent, before that the
/// defaults. It is stored, so that it holds after a restart and offline.
Future<Steering> readSteering(Database db) async {
  final stored = (await readState(db)).steering;
  if (stored == null) return defaultSteering;
  // A server or an app of before may have stored fewer fields.
  return Steering.fromJson({
    ...defaultSteering.toJson(),
    ...jsonDecode(stored) as Map<String, Object?>,
  });
}

/// Stores the steering. A device that gets it is neither revoked nor paused.
Future<void> rememberSteering(DeviceContext context, Steering steering) =>
    context.db.run(Queries.rememberSteering(jsonEncode(steering.toJson())));

/// The retry policy that the server asks for.
Future<RetryPolicy> steeredRetry(Database db) async =>
    RetryPolicy.steered(await readSteering(db));

/// Stores what a refusal means for later syncs: that the device was revoked, or
/// when the server wants to be asked again.
Future<void> rememberRefusedSync(
  DeviceContext context,
  CarrelException error,
) async {
  final DeviceContext(:db, :clock) = context;
  if (error is! ProblemException) return;
  if (error.code == ErrorCode.deviceRevoked.wire) {
    await db.run(Queries.rememberRevoked);
  }
  final isPause = error.code == ErrorCode.paused.wire;
  final retryAfterS = error.retryAfterS;
  if (retryAfterS == null) return;
  if (!isPause && error.code != ErrorCode.rateLimited.wire) return;
  await db.transaction(() async {
    await watchClock(context);
    final until = isoOf(clock.time + retryAfterS * 1000);
    final reason = isPause ? error.message : null;
    await db.run(Queries.rememberRefusal(until, reason));
  });
}

/// The longest wait that a server asks for: a day and a quarter of it for the
/// spread.
const int _longestMs = 30 * 60 * 60 * 1000;

/// Milliseconds since 1970 before which the server does not want to be asked; 0:
/// it may be asked now.
Future<int> notBefore(DeviceContext context) async {
  final retryAt = (await readState(context.db)).retryAt;
  final at = retryAt == null ? 0 : millisecondsOf(retryAt);
  // A clock that was set back must not keep a device silent for years.
  final isLong = at - context.clock.time > _longestMs;
  return isLong || await isSetBack(context) ? 0 : at;
}
