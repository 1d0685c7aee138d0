import 'dart:convert';
import 'dart:math';

import '../batch.gen.dart';
import '../limits.gen.dart';
import 'clock.dart';
import 'context.dart';
import 'database.dart';
import 'event_line.dart';
import 'exceptions.dart';
import 'outbox.dart';
import 'own_progress.dart';
import 'queries.gen.dart';
import 'steering_state.dart';

/// Most bytes of the header of a batch of dead letters: 500 reasons of 200
/// characters of 4 bytes each.
const int _headerBytes = 408 * 1024;

/// Most bytes of a letter's line; `carrel.drift` has the same constraint.
const int _maxLetterBytes = 256 * 1024;

/// A dead letter as it is sent: what the device has given up.
final class LetterLine {
  /// A letter's parts.
  const LetterLine({
    required this.id,
    required this.eventId,
    required this.line,
    required this.reason,
  });

  /// The letter's id.
  final String id;

  /// The event that it was; null: it never was one.
  final String? eventId;

  /// One line of the wire.
  final String line;

  /// Why it was given up.
  final String reason;
}

final RegExp _notOneLine = RegExp(r'[\n\r\0\p{Surrogate}]', unicode: true);

/// One line of the wire. A text of several lines or of none, and one with NUL or
/// half a surrogate pair, goes as a JSON string.
String _lineOf(String letter) =>
    _notOneLine.hasMatch(letter) || letter.trim().isEmpty
    ? _asciiJson(letter)
    : letter;

/// A JSON string without characters that UTF-8 can't encode.
String _asciiJson(String text) => jsonEncode(text).replaceAllMapped(
  RegExp(r'\p{Surrogate}', unicode: true),
  (match) => '\\u${match[0]!.codeUnitAt(0).toRadixString(16)}',
);

/// Keeps a record that could not become an event, such as one that is too large,
/// or that the app can't read any more. The reason is for support. Within a
/// transaction.
Future<void> keepLetter(
  DeviceContext context,
  String letter,
  String reason,
) async {
  // SQLite would change a text that UTF-8 can't encode, so the letter is stored
  // in the form in which it is sent.
  final line = _lineOf(letter);
  if (utf8.encode(line).length > _maxLetterBytes) {
    throw const DeviceException(
      DeviceErrorCode.letterTooLarge,
      'A dead letter is at most $_maxLetterBytes bytes as it is sent.',
    );
  }
  final id = await nextId(context);
  await context.db.run(
    Queries.addLetter(id, line, letterReason(reason), context.clock.instant),
  );
}

/// The oldest dead letters that were not handed in yet, as many as fit into one
/// batch.
Future<List<LetterLine>> takeLetters(DeviceContext context) async {
  final db = context.db;
  await db.transaction(() => watchClock(context));
  final (now, latest) = dueAt(context);
  final most = min(Limits.maxBatchEvents, (await readSteering(db)).batchEvents);
  final waiting = [
    for (final row in await db.all(Queries.waitingLetters(now, latest, most)))
      LetterLine(
        id: row.text('letter_id'),
        eventId: row.textOrNull('event_id'),
        line: _lineOf(row.text('letter')),
        reason: row.text('reason'),
      ),
  ];
  final fitting = fitLines(
    waiting,
    (letter) => letter.line,
    headerBytes: _headerBytes,
  );
  // A letter that does not fit beside the largest header is sent alone.
  return fitting.isEmpty ? waiting.take(1).toList() : fitting;
}

/// Records the server's results, in the order of the letters. Gives the number
/// of letters that the server has now. Within a transaction.
Future<int> recordLetters(
  DeviceContext context,
  List<LetterLine> letters,
  List<EventResult> results,
) async {
  final DeviceContext(:db, :clock) = context;
  final now = clock.instant;
  var handedIn = 0;
  for (final (place, letter) in letters.indexed) {
    final result = results[place];
    if (result.status
        case EventStatus.retry || EventStatus.unknown) {
      final at = retryAt(context, result.retryAfterS);
      await db.run(Queries.delayLetter(at, letter.id));
      continue;
    }
    handedIn++;
    final isKept = result.status == EventStatus.quarantined;
    final code = isKept ? result.code ?? 'internal' : null;
    await db.run(Queries.settleLetter(now, code, letter.id));
    final eventId = letter.eventId;
    if (eventId == null) continue;
    await db.run(
      Queries.settleDeadEvent(
        isKept ? 'quarantined' : 'delivered',
        now,
        code,
        isKept ? result.field : null,
        eventId,
      ),
    );
    final row = await db.first(Queries.skillOfEvent(eventId));
    if (row?.textOrNull('skill_id') case final skill?) {
      await refreshProgress(db, skill);
    }
  }
  return handedIn;
}
