import 'dart:convert';

import '../event.gen.dart';
import '../progress.dart';
import '../scalars.gen.dart';
import 'database.dart';
import 'queries.gen.dart';
import 'store.dart';

Progress _progressOf(SqlRow row) => Progress(
  reset: ResetPair(
    row.whole('reset_count'),
    switch (row.textOrNull('reset_event')) {
      final event? => Ulid(event),
      null => null,
    },
  ),
  mastery: row.whole('mastery'),
  completed: [
    for (final id in jsonDecode(row.text('completed')) as List<Object?>)
      Uuid(id! as String),
  ],
  attempts: row.whole('attempts'),
  correct: row.whole('correct'),
  practicedAt: row.textOrNull('practiced_at'),
);

Future<void> _write(Database db, String skillId, Progress progress) => db.run(
  Queries.writeProgress(
    skillId,
    progress.reset.count,
    progress.reset.event,
    progress.mastery,
    jsonEncode(progress.completed),
    progress.attempts,
    progress.correct,
    progress.practicedAt,
  ),
);

/// Progress in one skill as the learner sees it: the server's rows merged with
/// the events that the server does not count yet.
Future<Progress> progressIn(Database db, String skillId) async {
  final row = await db.first(Queries.progressOf(skillId));
  return row == null ? const Progress() : _progressOf(row);
}

/// The progress of every skill that the learner has begun.
Future<Map<Uuid, Progress>> readProgress(Database db) async => {
  for (final row in await db.all(Queries.allProgress))
    Uuid(row.text('skill_id')): _progressOf(row),
};

/// Adds a new event. Within the transaction that made it.
Future<Progress> addToProgress(
  Database db,
  String skillId,
  Event event,
) async {
  final progress = mergeEvent(await progressIn(db, skillId), event);
  final server = await db.first(Queries.serverProgress(skillId));
  // A row that support has voided stays voided, as on the server.
  if (server == null || !server.flag('voided')) {
    await _write(db, skillId, progress);
  }
  return progressIn(db, skillId);
}

/// Computes a skill's progress again from the server's row and the events that
/// it does not contain. Within a transaction.
Future<void> refreshProgress(Database db, String skillId) async {
  final server = await db.first(Queries.serverProgress(skillId));
  // Quarantined events do not count, as on the server.
  final events = await db.all(Queries.uncountedEvents(skillId));
  final isVoided = server?.flag('voided') ?? false;
  if (isVoided || (server == null && events.isEmpty)) {
    await db.run(Queries.deleteProgress(skillId));
    return;
  }
  final base = server == null ? const Progress() : _progressOf(server);
  final merged = events.fold(
    base,
    (progress, row) =>
        mergeEvent(progress, Event.fromJson(jsonDecode(row.text('line')))),
  );
  await _write(db, skillId, merged);
}
