import 'scalars.gen.dart';

/// A time as a device's events have it, with milliseconds.
Instant instantOf(DateTime time) => Instant(
  DateTime.fromMillisecondsSinceEpoch(
    time.millisecondsSinceEpoch,
    isUtc: true,
  ).toIso8601String(),
);

/// A device's time as Dart's.
extension InstantTime on Instant {
  /// The time in UTC.
  DateTime get time => DateTime.parse(value);
}

/// The server's time as Dart's.
extension ServerInstantTime on ServerInstant {
  /// The time in UTC.
  DateTime get time => DateTime.parse(value).toUtc();
}
