import 'dart:async';

import '../limits.gen.dart';
import 'cancellation.dart';
import 'context.dart';
import 'exceptions.dart';
import 'queries.gen.dart';

/// The device's clock, which may be wrong, jump, and be set back. It is an
/// argument, so that tests can set it.
abstract interface class Clock {
  /// Milliseconds since 1970.
  int now();

  /// Minutes that local time is ahead of UTC.
  int utcOffsetMinutes();

  /// Waits. Throws a [CancelledException] if it is cancelled first.
  Future<void> sleep(num milliseconds, [Cancellation? cancellation]);
}

/// The clock of the system.
final class SystemClock implements Clock {
  /// Makes one.
  const SystemClock();

  @override
  int now() => DateTime.now().millisecondsSinceEpoch;

  @override
  int utcOffsetMinutes() => DateTime.now().timeZoneOffset.inMinutes;

  @override
  Future<void> sleep(num milliseconds, [Cancellation? cancellation]) async {
    final slept = Completer<void>();
    final timer = Timer(
      Duration(milliseconds: milliseconds.ceil()),
      slept.complete,
    );
    try {
      await (cancellation?.guard(slept.future) ?? slept.future);
    } finally {
      timer.cancel();
    }
  }
}

/// The last millisecond of 2999: the latest time of the protocol.
final int _latest = DateTime.utc(3000).millisecondsSinceEpoch - 1;

/// Minutes: 18 hours.
const int _maxUtcOffset = 1080;

/// Clocks are corrected by some seconds every day. A step of less than this
/// changes no wait by more than this.
const int _stepMs = 60000;

/// A longer round trip, or one that ends before it begins, is a clock that was
/// set or a phone that slept meanwhile.
const int _longestTripMs = 60000;

/// A time as the wire and the database write it.
String isoOf(int milliseconds) =>
    DateTime.fromMillisecondsSinceEpoch(
      milliseconds,
      isUtc: true,
    ).toIso8601String();

/// Milliseconds since 1970 of a time.
int millisecondsOf(String time) => DateTime.parse(time).millisecondsSinceEpoch;

/// Times within the protocol's range.
extension ProtocolTime on Clock {
  /// The clock's time, limited to 1970 to 2999.
  int get time => now().clamp(0, _latest);

  /// The clock's time as the wire and the database write it.
  String get instant => isoOf(time);

  /// Minutes that local time is ahead of UTC, at most 18 hours either way.
  int get utcOffset => utcOffsetMinutes().clamp(-_maxUtcOffset, _maxUtcOffset);
}

/// Whether the clock is behind a time that it showed before.
Future<bool> isSetBack(DeviceContext context) async {
  final seen = (await readState(context.db)).clockSeenAt;
  return seen != null && context.clock.time < millisecondsOf(seen) - _stepMs;
}

/// Remembers the time. If the clock was set back, ends every wait: the server is
/// asked at once, and says again what it wants. Within a transaction.
Future<void> watchClock(DeviceContext context) async {
  final DeviceContext(:db, :clock) = context;
  final now = clock.time;
  if (await isSetBack(context)) {
    await db.run(Queries.forgetEventWaits);
    await db.run(Queries.forgetLetterWaits);
    await db.run(Queries.forgetWaits);
  }
  await db.run(Queries.rememberClock(isoOf(now)));
}

/// A request by the device's clock, in milliseconds since 1970.
typedef RoundTrip = ({int sentAt, int answeredAt});

/// Server time minus device time, in milliseconds. The server's time is taken to
/// be that of the middle of the round trip. Where the clock jumped during the
/// request, the time of the answer counts.
int offsetOf(String receivedAt, RoundTrip trip) {
  final took = trip.answeredAt - trip.sentAt;
  final isMeasured = took >= 0 && took <= _longestTripMs;
  // Half up, as in JavaScript.
  final half = isMeasured ? took / 2 : 0;
  return (millisecondsOf(receivedAt) - trip.answeredAt + half + 0.5).floor();
}

/// Remembers what an answer says about the clock. Within a transaction.
Future<void> noteServerTime(
  DeviceContext context,
  String receivedAt,
  RoundTrip trip,
) async {
  await watchClock(context);
  final offset = offsetOf(receivedAt, trip);
  await context.db.run(
    Queries.rememberClockOffset(
      offset.abs() <= Limits.maxClockOffsetMs ? offset : null,
      isoOf(millisecondsOf(receivedAt)),
      context.clock.instant,
    ),
  );
}

/// The time by the server's clock; null: unknown, since there was no answer on
/// this installation yet, or the clock was set back so far that it seems to be
/// before the last answer.
Future<int?> serverTime(DeviceContext context) async {
  final state = await readState(context.db);
  final offset = state.clockOffsetMs;
  if (offset == null) return null;
  final time = context.clock.time + offset;
  final answered = state.answeredAt;
  return answered != null && time < millisecondsOf(answered) - _longestTripMs
      ? null
      : time;
}
