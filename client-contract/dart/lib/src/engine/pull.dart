import 'dart:convert';

import '../changes.gen.dart';
import 'clock.dart';
import 'context.dart';
import 'database.dart';
import 'dead_letter.dart';
import 'event_line.dart';
import 'own_progress.dart';
import 'queries.gen.dart';
import 'query.dart';
import 'store.dart';

/// The cursor to pull from; null: from the start.
Future<String?> pullCursor(Database db) async {
  final state = await readState(db);
  return state.pullNext ?? state.pullCursor;
}

/// Forgets the cursor: the next pull is from the start and replaces everything.
/// Within a transaction.
Future<void> pullAnew(Database db) async {
  await db.run(Queries.dropStaged);
  await db.run(Queries.forgetCursor);
}

/// Own rows that the server may have lost return to their state before the pull.
/// Rows of other devices are deleted.
Future<void> _dropPulled(Database db) async {
  await db.run(Queries.keepOwnAttempts);
  await db.run(Queries.dropPulledAttempts);
  await db.run(Queries.keepOwnSessions);
  await db.run(Queries.dropPulledSessions);
  await db.run(Queries.dropServerProgress);
  await db.run(Queries.dropServerPractice);
}

/// Characters of a refused row that are kept for support: as many as a dead
/// letter holds, whatever their bytes.
const int _maxRow = 60000;

/// Runs a statement that writes a pulled row. A row that the database refuses is
/// kept for support, so that it can't stop those after it.
Future<void> _writeRow(
  DeviceContext context,
  String kind,
  String row,
  Query write,
) async {
  try {
    await context.db.run(write);
  } on StoreException catch (error) {
    if (!error.isRefusedValue) rethrow;
    await keepLetter(
      context,
      supportText(row, _maxRow),
      'pulled $kind: ${error.message}',
    );
  }
}

/// Greater than every place: 2^53 - 1, which a number of the web holds too.
const int _lastPlace = 9007199254740991;

/// Applies the staged rows of a kind together, or, if one of them is refused,
/// each by itself.
Future<void> _applyRows(
  DeviceContext context,
  String kind,
  Query Function(int from, int to) query,
) async {
  final db = context.db;
  try {
    await db.run(query(0, _lastPlace));
  } on StoreException catch (error) {
    if (!error.isRefusedValue) rethrow;
    for (final row in await db.all(Queries.stagedChanges(kind))) {
      final place = row.whole('place');
      await _writeRow(context, kind, row.text('change'), query(place, place));
    }
  }
}

Future<void> _apply(DeviceContext context, String cursor) async {
  final db = context.db;
  final isWhole = (await readState(db)).pullCursor == null;
  final everything = isWhole ? 1 : 0;
  // Skills whose progress may change.
  final touched = await db.all(Queries.touchedSkills(everything));
  if (isWhole) await _dropPulled(db);
  await _applyRows(context, 'session', Queries.applySessions);
  await _applyRows(context, 'attempt', Queries.applyAttempts);
  await _applyRows(context, 'skill_progress', Queries.applyProgress);
  await _applyRows(context, 'practice', Queries.applyPractice);
  await db.run(Queries.settlePulled(everything));
  await db.run(Queries.dropStaged);
  await db.run(Queries.rememberCursor(cursor));
  for (final row in touched) {
    await refreshProgress(db, row.text('skill_id'));
  }
}

/// PostgreSQL writes times with its own precision and offset; the device's
/// tables have one form.
Object? _time(Object? text) =>
    text is String ? isoOf(millisecondsOf(text)) : null;

Map<String, Object?>? _rowOf(Change change) => switch (change) {
  SessionChange(:final row) => {
    ...row.toJson(),
    'started_at': _time(row.startedAt),
    'ended_at': _time(row.endedAt),
  },
  AttemptChange(:final row) => {
    ...row.toJson(),
    'occurred_at': _time(row.occurredAt),
  },
  SkillProgressChange(:final row) => {
    ...row.toJson(),
    'practiced_at': _time(row.practicedAt),
  },
  PracticeChange(:final row) => row.toJson(),
  // Of a newer server: this version has no table for it.
  UnknownChange() => null,
};

/// Stages a page; the last one applies all of them. Gives the number of its
/// changes. Within a transaction.
Future<int> stagePull(DeviceContext context, ChangesPage page) async {
  final db = context.db;
  final last = await db.first(Queries.lastStagedPlace);
  var place = last?.wholeOrNull('place') ?? 0;
  for (final change in page.changes) {
    final row = _rowOf(change);
    if (row == null) continue;
    final text = jsonEncode(row);
    final query = Queries.stageChange(++place, change.kind, text);
    await _writeRow(context, change.kind, text, query);
  }
  if (page.more) {
    await db.run(Queries.rememberNextPage(page.cursor));
  } else {
    await _apply(context, page.cursor);
  }
  return page.changes.length;
}
