import 'dart:math';

import 'changes.gen.dart';
import 'scalars.gen.dart';

const int _dayMs = 86400000;
const int _minuteMs = 60000;

/// By how much a reading of an event's time may miss what is known of it: an
/// hour.
const int maxClockErrorMs = 3600000;

int _numberOf(Day day) =>
    DateTime.parse('${day}T00:00:00Z').millisecondsSinceEpoch ~/ _dayMs;

int _lengthOf(Days days) => _numberOf(days.to) - _numberOf(days.from) + 1;

/// The day on the learner's wall at a time (milliseconds since 1970), at an
/// offset from UTC in minutes.
Day localDay(num milliseconds, int utcOffsetMinutes) {
  final time = DateTime.fromMillisecondsSinceEpoch(
    milliseconds.truncate() + utcOffsetMinutes * _minuteMs,
    isUtc: true,
  );
  return Day(time.toIso8601String().substring(0, 10));
}

/// What decides the day of an event. Times are milliseconds since 1970.
final class Practised {
  /// The facts of an event and of its arrival.
  const Practised({
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.receivedAt,
    this.clockSkewMs,
  });

  /// By the device's clock.
  final int occurredAt;

  /// The learner's offset from UTC.
  final int utcOffsetMinutes;

  /// Server time minus device time, as the event has it.
  final int? clockOffsetMs;

  /// When the server received what the device last had an answer to when it
  /// made the event; null: unknown.
  final int? answeredAt;

  /// When the server received the event; infinity: not yet, and no matter when.
  final num receivedAt;

  /// Server time minus device time when the event's batch was sent; null:
  /// unknown.
  final int? clockSkewMs;
}

/// The day of practice of an event.
///
/// It came after the last answer that its device had, and before its arrival.
/// Of three readings of its time the first that fits, give or take an hour,
/// counts: corrected by the event's clock offset, by its batch's skew if that
/// exceeds a day (a smaller skew may be the network's), or as the device has
/// it. No day is before that answer, or after the arrival.
Day practiceDay(Practised event) {
  final num answered = event.answeredAt ?? double.negativeInfinity;
  final skew = switch (event.clockSkewMs) {
    final skew? when skew.abs() > _dayMs => skew,
    _ => null,
  };
  final time = [event.clockOffsetMs, skew]
      .nonNulls
      .map((correction) => event.occurredAt + correction)
      .where(
        (time) =>
            time >= answered - maxClockErrorMs &&
            time <= event.receivedAt + maxClockErrorMs,
      )
      .firstOrNull;
  final num bounded = min<num>(
    max<num>(time ?? event.occurredAt, answered),
    event.receivedAt,
  );
  return localDay(bounded, event.utcOffsetMinutes);
}

/// The union of any ranges of days, in any order: ascending, none of them
/// touching another.
List<Days> unionDays(Iterable<Days> ranges) {
  final sorted = ranges.toList()
    ..sort((a, b) => _numberOf(a.from) - _numberOf(b.from));
  final union = <Days>[];
  for (final Days(:from, :to) in sorted) {
    final last = union.lastOrNull;
    if (last == null || _numberOf(from) > _numberOf(last.to) + 1) {
      union.add(Days(from: from, to: to));
    } else if (_numberOf(to) > _numberOf(last.to)) {
      union.last = Days(from: last.from, to: to);
    }
  }
  return union;
}

/// What a set of days comes to.
final class Streaks {
  /// The streaks of a union.
  const Streaks({
    required this.lastDay,
    required this.streak,
    required this.longestStreak,
  });

  /// The last day of practice.
  final Day lastDay;

  /// Days in a row that end with the last one.
  final int streak;

  /// Most days in a row.
  final int longestStreak;
}

/// The streaks of a union that is not empty; null of one that is.
Streaks? streaksOf(List<Days> union) {
  final last = union.lastOrNull;
  if (last == null) return null;
  return Streaks(
    lastDay: last.to,
    streak: _lengthOf(last),
    longestStreak: union.map(_lengthOf).reduce(max),
  );
}

/// The streak as of a day: it goes on while the last day of practice is that
/// day, or the one before.
int streakOn(List<Days> union, Day today) => switch (streaksOf(union)) {
  Streaks(:final lastDay, :final streak)
      when _numberOf(lastDay) >= _numberOf(today) - 1 =>
    streak,
  _ => 0,
};
