import 'dart:convert';

import '../content.gen.dart';
import '../event.gen.dart';
import '../grade.dart';
import '../limits.gen.dart';
import '../progress.dart';
import '../scalars.gen.dart';
import 'context.dart';
import 'database.dart';
import 'event_line.dart';
import 'exceptions.dart';
import 'outbox.dart';
import 'own_progress.dart';
import 'queries.gen.dart';
import 'store.dart';

/// Most question ids of one progress event: 1000 are allowed, but 16 KiB hold
/// about 420.
const int _idsAnEvent = 400;

/// A question as it was shown. A release that is applied between question and
/// answer does not affect the answer.
final class ShownQuestion {
  /// A question of a version.
  const ShownQuestion(this.row, this.contentVersion);

  /// Everything that it takes to show and grade it.
  final QuestionRow row;

  /// The content version that the device held when the app read it.
  final int contentVersion;
}

/// A session of this device that is open.
final class OpenSession {
  /// Reads one.
  OpenSession._(SqlRow row)
    : id = Ulid(row.text('session_id')),
      skillId = switch (row.textOrNull('skill_id')) {
        final id? => Uuid(id),
        null => null,
      },
      startedAt = row.textOrNull('started_at');

  /// Its id.
  final Ulid id;

  /// Its skill; null: several.
  final Uuid? skillId;

  /// By the device's clock.
  final String? startedAt;
}

/// The verdict on an answer, as an app shows it.
final class Graded {
  /// What was stored.
  const Graded({
    required this.eventId,
    required this.isCorrect,
    required this.progress,
  });

  /// The attempt's id.
  final Ulid eventId;

  /// Whether the answer is right; the server grades for itself.
  final bool isCorrect;

  /// The progress in the skill, including this answer.
  final Progress progress;
}

/// The cached domains, in their order.
Future<List<DomainRow>> readDomains(Database db) async => [
  for (final row in await db.all(Queries.domains))
    DomainRow.fromJson(jsonDecode(row.text('body'))),
];

/// A domain's skills, in their order.
Future<List<SkillRow>> readSkills(Database db, Uuid domainId) async => [
  for (final row in await db.all(Queries.skills(domainId)))
    SkillRow.fromJson(jsonDecode(row.text('body'))),
];

ShownQuestion _shown(SqlRow row) => ShownQuestion(
  QuestionRow.fromJson(jsonDecode(row.text('body'))),
  row.whole('content_version'),
);

/// A skill's questions, in their order.
Future<List<ShownQuestion>> readQuestions(Database db, Uuid skillId) async => [
  for (final row in await db.all(Queries.questions(skillId))) _shown(row),
];

/// One question; null: the held release does not have it.
Future<ShownQuestion?> readQuestion(Database db, Uuid id) async {
  final row = await db.first(Queries.question(id));
  return row == null ? null : _shown(row);
}

Future<void> _requireOpen(DeviceContext context, Ulid sessionId) async {
  final query = Queries.ownOpenSession(sessionId, context.deviceId);
  if (await context.db.first(query) != null) return;
  throw const DeviceException(
    DeviceErrorCode.unknownSession,
    'The session is not open on this device.',
  );
}

/// The learner's current reset, as events name it.
Future<Map<String, Object?>?> _currentReset(
  DeviceContext context,
  Uuid skillId,
) async {
  final reset = (await progressIn(context.db, skillId)).reset;
  final event = reset.event;
  return event == null ? null : {'count': reset.count, 'event': event};
}

/// Sessions of this device that are still open, for example after a crash;
/// oldest first.
Future<List<OpenSession>> openSessions(DeviceContext context) async => [
  for (final row in await context.db.all(
    Queries.ownOpenSessions(context.deviceId),
  ))
    OpenSession._(row),
];

/// Starts a session, of one skill or of several, and gives its id.
Future<Ulid> startSession(DeviceContext context, Uuid? skillId) {
  final DeviceContext(:db, :deviceId) = context;
  return db.transaction(() async {
    final version = (await readState(db)).contentVersion;
    if (version == 0) {
      throw const DeviceException(
        DeviceErrorCode.noContent,
        'There is nothing to study yet.',
      );
    }
    final id = await nextId(context);
    final event = await appendEvent(context, 'session.started', {
      'session_id': id,
      'content_version': version,
      'skill_id': skillId,
    });
    await db.run(
      Queries.addSession(id, skillId, deviceId, version, event.occurredAt),
    );
    return id;
  });
}

/// Throws unless the answer has the form of its question's type and names
/// existing choices, and the server could store it.
void _checkAnswer(QuestionRow question, Map<String, Object?> answer) {
  final line = storableLine(answer);
  if (!isAnswerTo(question, answer)) {
    throw DeviceException(
      DeviceErrorCode.invalidAnswer,
      'An answer to a ${question.type} question has another form, or names '
      'other choices.',
    );
  }
  if (utf8.encode(line).length > Limits.maxEventBytes) {
    throw const DeviceException(
      DeviceErrorCode.eventTooLarge,
      'An answer and its event are at most ${Limits.maxEventBytes} bytes.',
    );
  }
}

/// Grades an answer and stores it with its event, in one transaction.
Future<Graded> recordAnswer(
  DeviceContext context, {
  required Ulid sessionId,
  required ShownQuestion question,
  required Map<String, Object?> answer,
  required int durationMs,
}) {
  final DeviceContext(:db, :deviceId) = context;
  final ShownQuestion(:row, :contentVersion) = question;
  _checkAnswer(row, answer);
  final isCorrect = gradeAnswer(row, answer) ?? false;
  return db.transaction(() async {
    await _requireOpen(context, sessionId);
    final reset = await _currentReset(context, row.skillId);
    final duration = durationMs.clamp(0, Limits.maxDurationMs);
    final event = await appendEvent(
      context,
      'attempt.recorded',
      {
        'session_id': sessionId,
        'question_id': row.id,
        'content_version': contentVersion,
        'answer': answer,
        'correct': isCorrect,
        'duration_ms': duration,
        'reset': reset,
      },
      skillId: row.skillId,
    );
    await db.run(
      Queries.addAttempt(
        event.id,
        sessionId,
        row.skillId,
        row.id,
        deviceId,
        contentVersion,
        jsonEncode(answer),
        isCorrect ? 1 : 0,
        duration,
        reset?['count'] as int? ?? 0,
        reset?['event'] as String?,
        event.occurredAt,
        event.utcOffsetMinutes,
      ),
    );
    return Graded(
      eventId: event.id,
      isCorrect: isCorrect,
      progress: await addToProgress(db, row.skillId, event),
    );
  });
}

/// Ends a session.
Future<void> endSession(
  DeviceContext context,
  Ulid sessionId,
  SessionEndReason reason,
) {
  final db = context.db;
  return db.transaction(() async {
    await _requireOpen(context, sessionId);
    final event = await appendEvent(context, 'session.ended', {
      'session_id': sessionId,
      'reason': reason.wire,
    });
    // As on the server: the clock may have been set back since the start.
    await db.run(Queries.endSession(event.occurredAt, reason.wire, sessionId));
  });
}

/// Advances the learner in a skill, and gives the progress, which never goes
/// back.
Future<Progress> advanceProgress(
  DeviceContext context,
  Uuid skillId, {
  required int mastery,
  required List<Uuid> completed,
}) {
  final db = context.db;
  return db.transaction(() async {
    final reset = await _currentReset(context, skillId);
    var from = 0;
    do {
      final event = await appendEvent(
        context,
        'progress.advanced',
        {
          'skill_id': skillId,
          'mastery': mastery,
          'completed': completed.skip(from).take(_idsAnEvent).toList(),
          'reset': reset,
        },
        skillId: skillId,
      );
      await addToProgress(db, skillId, event);
      from += _idsAnEvent;
    } while (from < completed.length);
    return progressIn(db, skillId);
  });
}

/// Starts over in a skill, from nothing or from [base], and gives the progress.
/// Older events stop counting on all devices, however late they arrive.
Future<Progress> resetProgress(
  DeviceContext context,
  Uuid skillId,
  ResetBase? base,
) {
  final db = context.db;
  return db.transaction(() async {
    final count = (await progressIn(db, skillId)).reset.count + 1;
    final event = await appendEvent(
      context,
      'progress.reset',
      {'skill_id': skillId, 'count': count, 'base': base?.toJson()},
      skillId: skillId,
    );
    return addToProgress(db, skillId, event);
  });
}
