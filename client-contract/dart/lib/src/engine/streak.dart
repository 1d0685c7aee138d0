import 'dart:convert';

import '../changes.gen.dart';
import '../practice.dart';
import 'clock.dart';
import 'context.dart';
import 'database.dart';
import 'queries.gen.dart';

/// Days of practice in a row.
final class Streak {
  /// Counts.
  const Streak({required this.current, required this.longest});

  /// Up to today or yesterday; 0 where the last day of practice is earlier.
  final int current;

  /// The longest run of days so far.
  final int longest;
}

/// An event that the server does not count yet. Where the device's clock was set
/// back, an offset that leads before the last answer was read before that.
Practised _practised(
  Map<String, Object?> row, {
  required int now,
  required int device,
  required bool isSetBack,
}) {
  final occurredAt = millisecondsOf(row.text('occurred_at'));
  final clockOffsetMs = row.wholeOrNull('clock_offset_ms');
  final answered = row.textOrNull('answered_at');
  final answeredAt = answered == null ? null : millisecondsOf(answered);
  final isVoid =
      isSetBack &&
      occurredAt + (clockOffsetMs ?? 0) < (answeredAt ?? 0) - maxClockErrorMs;
  return Practised(
    occurredAt: occurredAt,
    utcOffsetMinutes: row.whole('utc_offset_minutes'),
    clockOffsetMs: isVoid ? null : clockOffsetMs,
    answeredAt: isSetBack ? null : answeredAt,
    receivedAt: now,
    clockSkewMs: now - device,
  );
}

/// The streak as of today, by the server's clock if the device knows it,
/// otherwise by its own: the server's days of practice, and those of events that
/// the server does not count yet.
Future<Streak> readStreak(DeviceContext context) async {
  final DeviceContext(:db, :clock) = context;
  final device = clock.time;
  final server = await serverTime(context);
  final now = server ?? device;
  final stored = await db.first(Queries.practiceDays);
  final ranges = [
    if (stored != null)
      for (final range in jsonDecode(stored.text('days')) as List<Object?>)
        Days.fromJson(range),
  ];
  for (final row in await db.all(Queries.uncountedPractice)) {
    final day = practiceDay(
      _practised(row, now: now, device: device, isSetBack: server == null),
    );
    ranges.add(Days(from: day, to: day));
  }
  final days = unionDays(ranges);
  return Streak(
    current: streakOn(days, localDay(now, clock.utcOffset)),
    longest: streaksOf(days)?.longestStreak ?? 0,
  );
}
