import 'dart:convert';
import 'dart:math';

import '../event.gen.dart';
import '../errors.gen.dart';
import '../jsonb.dart';
import '../limits.gen.dart';
import '../scalars.gen.dart';
import '../ulid.dart';
import '../verdict.dart';
import 'clock.dart';
import 'context.dart';
import 'exceptions.dart';
import 'database.dart';
import 'queries.gen.dart';
import 'store.dart';

/// Bytes of a batch that the header and line breaks may take.
const int _headerBytes = 4 * 1024;

/// An event that waits to be sent: its id and its exact line.
typedef EventLine = ({String id, String line});

/// Reads one.
EventLine eventLineOf(SqlRow row) =>
    (id: row.text('event_id'), line: row.text('line'));

final Random _secure = Random.secure();

/// A random UUID in lower case, of the system's randomness.
Uuid randomUuid() {
  final bytes = [for (var n = 0; n < 16; n++) _secure.nextInt(256)];
  // Version 4, variant 1.
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  final hex = [
    for (final byte in bytes) byte.toRadixString(16).padLeft(2, '0'),
  ].join();
  return Uuid(
    [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)]
        .map((range) => hex.substring(range.$1, range.$2))
        .join('-'),
  );
}

final RegExp _notStorable = RegExp(r'[\0\p{Surrogate}]', unicode: true);

/// A text for support: the first [max] characters, with U+FFFD for what the
/// server can't store.
String supportText(String text, int max) => String.fromCharCodes(
  text.replaceAll(_notStorable, '\ufffd').runes.take(max),
);

/// Makes an id that is greater than every id this device has made, and that no
/// table has. Within a transaction.
Future<Ulid> nextId(DeviceContext context) async {
  final DeviceContext(:db, :clock) = context;
  await watchClock(context);
  final last = (await readState(db)).lastUlid;
  var id = last == null ? null : Ulid(last);
  for (;;) {
    id = nextUlid(id, clock.time, systemRandom);
    final taken = await db.first(Queries.isIdTaken(id));
    if (taken == null || !taken.flag('taken')) break;
  }
  await db.run(Queries.rememberId(id));
  return id;
}

/// Makes an event and its line. Within a transaction. Throws a [DeviceException]
/// for an event that the server would not take.
Future<(Event event, String line)> makeEvent(
  DeviceContext context,
  String type,
  Map<String, Object?> body,
) async {
  final id = await nextId(context);
  final state = await readState(context.db);
  final line = storableLine({
    'id': id,
    'version': 1,
    'learner_id': context.learnerId,
    'device_id': context.deviceId,
    'occurred_at': context.clock.instant,
    'utc_offset_minutes': context.clock.utcOffset,
    if (state.clockOffsetMs case final offset?) 'clock_offset_ms': offset,
    if (state.answeredAt case final time?) 'answered_at': time,
    'type': type,
    'body': body,
  });
  switch (checkEventLine(line, context.learnerId)) {
    case Accepted(value: final event):
      return (event, line);
    case Rejected(code: ErrorCode.tooLarge):
      throw const DeviceException(
        DeviceErrorCode.eventTooLarge,
        'An event is at most ${Limits.maxEventBytes} bytes.',
      );
    case Rejected(:final code, :final field):
      throw DeviceException(
        DeviceErrorCode.invalidEvent,
        'The event is invalid: ${field ?? code.wire}.',
      );
  }
}

/// The value as one line of JSON that the server can store. Throws a
/// [DeviceException] where it can't.
String storableLine(Object? value) {
  try {
    return toJsonLine(value);
  } on FormatException {
    throw const DeviceException(
      DeviceErrorCode.undeliverable,
      'The server could not store this value: a text must not contain NUL or '
      'half a surrogate pair; a number must be finite, with an exponent of at '
      'most 99; an event must nest at most ${Limits.maxJsonLevels} levels.',
    );
  }
}

/// The first of the lines that fit one batch.
List<T> fitLines<T>(
  Iterable<T> waiting,
  String Function(T item) lineOf, {
  int headerBytes = _headerBytes,
}) {
  var room = Limits.maxBatchBytes - headerBytes;
  return [
    for (final item in waiting)
      if ((room -= utf8.encode(lineOf(item)).length + 1) >= 0) item,
  ];
}
