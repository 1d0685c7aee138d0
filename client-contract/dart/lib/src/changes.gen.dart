// Generated from client-contract/contract/changes.ts by
// `npm run generate`; do not edit.

import 'json_reader.dart';
import 'model.dart';
import 'scalars.gen.dart';
import 'steering.gen.dart';

/// Progress in one skill within the current reset.
final class SkillProgress extends CarrelModel {
  /// Makes one from its parts.
  const SkillProgress({
    required this.skillId,
    required this.resetCount,
    this.resetEvent,
    required this.mastery,
    required this.completed,
    required this.attempts,
    required this.correct,
    this.practicedAt,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SkillProgress.fromJson(Object? json) {
    final fields = Fields(json);
    return SkillProgress(
      skillId: fields.read('skill_id', Uuid.fromJson),
      resetCount: fields.read('reset_count', readWhole()),
      resetEvent: fields.readNullable('reset_event', Ulid.fromJson),
      mastery: fields.read('mastery', readWhole()),
      completed: fields.read('completed', readList(Uuid.fromJson)),
      attempts: fields.read('attempts', readWhole()),
      correct: fields.read('correct', readWhole()),
      practicedAt: fields.readNullable('practiced_at', ServerInstant.fromJson),
    );
  }

  /// The skill.
  final Uuid skillId;

  /// The number of resets in the skill; 0: none.
  final int resetCount;

  /// The event of the last reset; null: none.
  final Ulid? resetEvent;

  /// The app's own measure of the skill, from 0 to 100.
  ///
  /// Unit: points.
  final int mastery;

  /// The questions that the learner has completed since the last reset.
  final List<Uuid> completed;

  /// Answers since the last reset.
  ///
  /// Unit: attempts.
  final int attempts;

  /// Right answers since the last reset.
  ///
  /// Unit: attempts.
  final int correct;

  /// When the learner last practised, by the device's clock; null: never.
  final ServerInstant? practicedAt;

  @override
  Map<String, Object?> toJson() => {
    'skill_id': skillId,
    'reset_count': resetCount,
    'reset_event': resetEvent,
    'mastery': mastery,
    'completed': completed,
    'attempts': attempts,
    'correct': correct,
    'practiced_at': practicedAt,
  };
}

/// What a pull answers.
sealed class PullAnswer implements CarrelModel {
  /// Reads any of them; what is unknown becomes an [UnknownPullAnswer].
  factory PullAnswer.fromJson(Object? json) => switch (json) {
    Map(containsKey: final has) when has('changes') =>
      ChangesPage.fromJson(json),
    Map(containsKey: final has) when has('reset') => PullReset.fromJson(json),
    _ => UnknownPullAnswer.fromJson(json),
  };
}

/// A [PullAnswer] that this version of the package does not know.
final class UnknownPullAnswer extends CarrelModel implements PullAnswer {
  /// Makes one from its parts.
  const UnknownPullAnswer({required this.json});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory UnknownPullAnswer.fromJson(Object? json) {
    final fields = Fields(json);
    return UnknownPullAnswer(json: fields.json);
  }

  /// The JSON as it came.
  final Map<String, Object?> json;

  @override
  Map<String, Object?> toJson() => json;
}

/// Changes, oldest first, and the cursor to go on from; at once, where there is
/// more.
final class ChangesPage extends CarrelModel implements PullAnswer {
  /// Makes one from its parts.
  const ChangesPage({
    required this.changes,
    required this.cursor,
    required this.more,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ChangesPage.fromJson(Object? json) {
    final fields = Fields(json);
    return ChangesPage(
      changes: fields.read('changes', readList(Change.fromJson)),
      cursor: fields.read('cursor', readString),
      more: fields.read('more', readBool),
    );
  }

  /// Changed rows, oldest change first.
  final List<Change> changes;

  /// Where the next pull begins; opaque.
  final String cursor;

  /// Whether there are more changes now: pull again at once.
  final bool more;

  @override
  Map<String, Object?> toJson() => {
    'changes': [for (final x in changes) x.toJson()],
    'cursor': cursor,
    'more': more,
  };
}

/// A row as it is now; it replaces what the device holds under the row's id.
sealed class Change implements CarrelModel {
  /// Reads any of them; what is unknown becomes an [UnknownChange].
  factory Change.fromJson(Object? json) =>
      switch (discriminator(json, 'kind')) {
        'session' => SessionChange.fromJson(json),
        'attempt' => AttemptChange.fromJson(json),
        'skill_progress' => SkillProgressChange.fromJson(json),
        'practice' => PracticeChange.fromJson(json),
        _ => UnknownChange.fromJson(json),
      };

  /// Every `kind` that this version of the package knows.
  static const List<String> kinds = [
    'session',
    'attempt',
    'skill_progress',
    'practice',
  ];

  /// What it is.
  String get kind;

  /// Whether the row says nothing beyond the asking device's own events; a
  /// device that still has those events may skip it.
  bool get own;
}

/// A [Change] that this version of the package does not know.
final class UnknownChange extends CarrelModel implements Change {
  /// Makes one from its parts.
  const UnknownChange({
    required this.kind,
    required this.own,
    required this.json,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory UnknownChange.fromJson(Object? json) {
    final fields = Fields(json);
    return UnknownChange(
      kind: fields.read('kind', readString),
      own: fields.read('own', readBool),
      json: fields.json,
    );
  }

  @override
  final String kind;

  @override
  final bool own;

  /// The JSON as it came.
  final Map<String, Object?> json;

  @override
  Map<String, Object?> toJson() => json;
}

/// A session that changed.
final class SessionChange extends CarrelModel implements Change {
  /// Makes one from its parts.
  const SessionChange({required this.own, required this.row});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SessionChange.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'session');
    return SessionChange(
      own: fields.read('own', readBool),
      row: fields.read('row', SessionRow.fromJson),
    );
  }

  /// Always 'session'.
  @override
  String get kind => 'session';

  /// Whether the row says nothing beyond the asking device's own events; a
  /// device that still has those events may skip it.
  @override
  final bool own;

  /// The row.
  final SessionRow row;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'own': own,
    'row': row.toJson(),
  };
}

/// A stretch of study; either end may be unknown as yet.
final class SessionRow extends CarrelModel {
  /// Makes one from its parts.
  const SessionRow({
    required this.sessionId,
    this.skillId,
    required this.deviceId,
    this.contentVersion,
    this.startedAt,
    this.endedAt,
    this.endReason,
    required this.voided,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SessionRow.fromJson(Object? json) {
    final fields = Fields(json);
    return SessionRow(
      sessionId: fields.read('session_id', Ulid.fromJson),
      skillId: fields.readNullable('skill_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      contentVersion: fields.readNullable('content_version', readWhole()),
      startedAt: fields.readNullable('started_at', ServerInstant.fromJson),
      endedAt: fields.readNullable('ended_at', ServerInstant.fromJson),
      endReason: fields.readNullable('end_reason', readString),
      voided: fields.read('voided', readBool),
    );
  }

  /// The session's id, made on the device.
  final Ulid sessionId;

  /// The skill that was studied; null: several, or the start is not known yet.
  final Uuid? skillId;

  /// The device on which the learner studied.
  final Uuid deviceId;

  /// The content version that the learner saw; null: the start is not known
  /// yet.
  final int? contentVersion;

  /// When the session began, by the device's clock; null: not known yet.
  final ServerInstant? startedAt;

  /// When the session ended, by the device's clock; null: not known yet.
  final ServerInstant? endedAt;

  /// Why it ended: `completed`, `abandoned` or `timed_out`; null: not known
  /// yet.
  final String? endReason;

  /// Whether support has taken the row back; a voided row is shown nowhere.
  final bool voided;

  @override
  Map<String, Object?> toJson() => {
    'session_id': sessionId,
    'skill_id': skillId,
    'device_id': deviceId,
    'content_version': contentVersion,
    'started_at': startedAt,
    'ended_at': endedAt,
    'end_reason': endReason,
    'voided': voided,
  };
}

/// An attempt that changed.
final class AttemptChange extends CarrelModel implements Change {
  /// Makes one from its parts.
  const AttemptChange({required this.own, required this.row});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory AttemptChange.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'attempt');
    return AttemptChange(
      own: fields.read('own', readBool),
      row: fields.read('row', AttemptRow.fromJson),
    );
  }

  /// Always 'attempt'.
  @override
  String get kind => 'attempt';

  /// Whether the row says nothing beyond the asking device's own events; a
  /// device that still has those events may skip it.
  @override
  final bool own;

  /// The row.
  final AttemptRow row;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'own': own,
    'row': row.toJson(),
  };
}

/// One answer to one question.
final class AttemptRow extends CarrelModel {
  /// Makes one from its parts.
  const AttemptRow({
    required this.eventId,
    required this.sessionId,
    required this.skillId,
    required this.questionId,
    required this.deviceId,
    required this.contentVersion,
    required this.contentState,
    required this.answer,
    required this.claimedCorrect,
    this.gradedCorrect,
    required this.durationMs,
    required this.resetCount,
    this.resetEvent,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    required this.voided,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory AttemptRow.fromJson(Object? json) {
    final fields = Fields(json);
    return AttemptRow(
      eventId: fields.read('event_id', Ulid.fromJson),
      sessionId: fields.read('session_id', Ulid.fromJson),
      skillId: fields.read('skill_id', Uuid.fromJson),
      questionId: fields.read('question_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      contentVersion: fields.read('content_version', readWhole()),
      contentState: fields.read('content_state', readString),
      answer: fields.read('answer', readObject),
      claimedCorrect: fields.read('claimed_correct', readBool),
      gradedCorrect: fields.readNullable('graded_correct', readBool),
      durationMs: fields.read('duration_ms', readWhole()),
      resetCount: fields.read('reset_count', readWhole()),
      resetEvent: fields.readNullable('reset_event', Ulid.fromJson),
      occurredAt: fields.read('occurred_at', ServerInstant.fromJson),
      utcOffsetMinutes: fields.read('utc_offset_minutes', readWhole()),
      voided: fields.read('voided', readBool),
    );
  }

  /// The id of the event, and so of the attempt.
  final Ulid eventId;

  /// The session in which the learner answered.
  final Ulid sessionId;

  /// The question's skill when the attempt arrived.
  final Uuid skillId;

  /// The question.
  final Uuid questionId;

  /// The device on which the learner answered.
  final Uuid deviceId;

  /// The content version that the learner saw.
  final int contentVersion;

  /// What that version was when the attempt arrived: `current`, `outdated` or
  /// `withdrawn`.
  final String contentState;

  /// The learner's answer, in the form of the question's type.
  final Map<String, Object?> answer;

  /// The device's verdict.
  final bool claimedCorrect;

  /// The server's verdict; null if the server has no answer key.
  final bool? gradedCorrect;

  /// How long the learner took.
  ///
  /// Unit: milliseconds.
  final int durationMs;

  /// The number of resets in the skill before this attempt; 0: none.
  final int resetCount;

  /// The event of the last reset; null: none.
  final Ulid? resetEvent;

  /// When the learner answered, by the device's clock.
  final ServerInstant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  final int utcOffsetMinutes;

  /// Whether support has taken the row back; a voided row is shown nowhere.
  final bool voided;

  @override
  Map<String, Object?> toJson() => {
    'event_id': eventId,
    'session_id': sessionId,
    'skill_id': skillId,
    'question_id': questionId,
    'device_id': deviceId,
    'content_version': contentVersion,
    'content_state': contentState,
    'answer': answer,
    'claimed_correct': claimedCorrect,
    'graded_correct': gradedCorrect,
    'duration_ms': durationMs,
    'reset_count': resetCount,
    'reset_event': resetEvent,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    'voided': voided,
  };
}

/// Progress that changed.
final class SkillProgressChange extends CarrelModel implements Change {
  /// Makes one from its parts.
  const SkillProgressChange({required this.own, required this.row});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SkillProgressChange.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'skill_progress');
    return SkillProgressChange(
      own: fields.read('own', readBool),
      row: fields.read('row', SkillProgressRow.fromJson),
    );
  }

  /// Always 'skill_progress'.
  @override
  String get kind => 'skill_progress';

  /// Whether the row says nothing beyond the asking device's own events; a
  /// device that still has those events may skip it.
  @override
  final bool own;

  /// The row.
  final SkillProgressRow row;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'own': own,
    'row': row.toJson(),
  };
}

/// The same as a pulled row.
final class SkillProgressRow extends CarrelModel {
  /// Makes one from its parts.
  const SkillProgressRow({
    required this.skillId,
    required this.resetCount,
    this.resetEvent,
    required this.mastery,
    required this.completed,
    required this.attempts,
    required this.correct,
    this.practicedAt,
    required this.voided,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SkillProgressRow.fromJson(Object? json) {
    final fields = Fields(json);
    return SkillProgressRow(
      skillId: fields.read('skill_id', Uuid.fromJson),
      resetCount: fields.read('reset_count', readWhole()),
      resetEvent: fields.readNullable('reset_event', Ulid.fromJson),
      mastery: fields.read('mastery', readWhole()),
      completed: fields.read('completed', readList(Uuid.fromJson)),
      attempts: fields.read('attempts', readWhole()),
      correct: fields.read('correct', readWhole()),
      practicedAt: fields.readNullable('practiced_at', ServerInstant.fromJson),
      voided: fields.read('voided', readBool),
    );
  }

  /// The skill.
  final Uuid skillId;

  /// The number of resets in the skill; 0: none.
  final int resetCount;

  /// The event of the last reset; null: none.
  final Ulid? resetEvent;

  /// The app's own measure of the skill, from 0 to 100.
  ///
  /// Unit: points.
  final int mastery;

  /// The questions that the learner has completed since the last reset.
  final List<Uuid> completed;

  /// Answers since the last reset.
  ///
  /// Unit: attempts.
  final int attempts;

  /// Right answers since the last reset.
  ///
  /// Unit: attempts.
  final int correct;

  /// When the learner last practised, by the device's clock; null: never.
  final ServerInstant? practicedAt;

  /// Whether the row has been taken back; a voided row is shown nowhere.
  final bool voided;

  @override
  Map<String, Object?> toJson() => {
    'skill_id': skillId,
    'reset_count': resetCount,
    'reset_event': resetEvent,
    'mastery': mastery,
    'completed': completed,
    'attempts': attempts,
    'correct': correct,
    'practiced_at': practicedAt,
    'voided': voided,
  };
}

/// Days of practice that changed.
final class PracticeChange extends CarrelModel implements Change {
  /// Makes one from its parts.
  const PracticeChange({required this.own, required this.row});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory PracticeChange.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'practice');
    return PracticeChange(
      own: fields.read('own', readBool),
      row: fields.read('row', PracticeRow.fromJson),
    );
  }

  /// Always 'practice'.
  @override
  String get kind => 'practice';

  /// Whether the row says nothing beyond the asking device's own events; a
  /// device that still has those events may skip it.
  @override
  final bool own;

  /// The row.
  final PracticeRow row;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'own': own,
    'row': row.toJson(),
  };
}

/// The days on which the learner practised, in all skills; one row. No reset
/// takes a day back.
final class PracticeRow extends CarrelModel {
  /// Makes one from its parts.
  const PracticeRow({
    required this.days,
    required this.lastDay,
    required this.streak,
    required this.longestStreak,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory PracticeRow.fromJson(Object? json) {
    final fields = Fields(json);
    return PracticeRow(
      days: fields.read('days', readList(Days.fromJson)),
      lastDay: fields.read('last_day', Day.fromJson),
      streak: fields.read('streak', readWhole()),
      longestStreak: fields.read('longest_streak', readWhole()),
    );
  }

  /// Days of practice, ascending; no range touches another.
  final List<Days> days;

  /// The last day of practice.
  final Day lastDay;

  /// Length of the streak that ends with `last_day`; it is over if `last_day`
  /// is before yesterday.
  ///
  /// Unit: days.
  final int streak;

  /// Length of the longest streak.
  ///
  /// Unit: days.
  final int longestStreak;

  @override
  Map<String, Object?> toJson() => {
    'days': [for (final x in days) x.toJson()],
    'last_day': lastDay,
    'streak': streak,
    'longest_streak': longestStreak,
  };
}

/// Local days in a row, both ends included.
final class Days extends CarrelModel {
  /// Makes one from its parts.
  const Days({required this.from, required this.to});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Days.fromJson(Object? json) {
    final fields = Fields(json);
    return Days(
      from: fields.read('from', Day.fromJson),
      to: fields.read('to', Day.fromJson),
    );
  }

  /// The first day, YYYY-MM-DD.
  final Day from;

  /// The last day, YYYY-MM-DD.
  final Day to;

  @override
  Map<String, Object?> toJson() => {'from': from, 'to': to};
}

/// The cursor is of no use: pull from null. After all but `cursor_invalid`,
/// send all events again that are kept.
final class PullReset extends CarrelModel implements PullAnswer {
  /// Makes one from its parts.
  const PullReset({required this.reset, this.unknown = const {}});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory PullReset.fromJson(Object? json) {
    final fields = Fields(json);
    return PullReset(
      reset: fields.readKnown(
        'reset',
        ResetReason.fromJson,
        ResetReason.unknown,
      ),
      unknown: fields.unknownValues(),
    );
  }

  /// Why the cursor is of no use.
  final ResetReason reset;

  /// Values that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {'reset': reset.wire, ...unknown};
}

/// Why a cursor is of no use.
enum ResetReason {
  /// `history_changed`.
  historyChanged('history_changed'),

  /// `cursor_ahead`.
  cursorAhead('cursor_ahead'),

  /// `cursor_invalid`.
  cursorInvalid('cursor_invalid'),

  /// A value of a newer server. The message keeps it as it came.
  unknown('');

  const ResetReason(this.wire);

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ResetReason.fromJson(Object? json) =>
      readEnum(json, values, (value) => value.wire);

  /// The value as it travels.
  final String wire;
}

/// What a pull alone answers, without a push.
sealed class SteeredPullAnswer implements CarrelModel {
  /// Reads any of them; what is unknown becomes an [UnknownSteeredPullAnswer].
  factory SteeredPullAnswer.fromJson(Object? json) => switch (json) {
    Map(containsKey: final has) when has('changes') =>
      SteeredChangesPage.fromJson(json),
    Map(containsKey: final has) when has('reset') =>
      SteeredPullReset.fromJson(json),
    _ => UnknownSteeredPullAnswer.fromJson(json),
  };

  /// The values that the server asks of this app.
  Steering get steering;
}

/// A [SteeredPullAnswer] that this version of the package does not know.
final class UnknownSteeredPullAnswer extends CarrelModel
    implements SteeredPullAnswer {
  /// Makes one from its parts.
  const UnknownSteeredPullAnswer({required this.steering, required this.json});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory UnknownSteeredPullAnswer.fromJson(Object? json) {
    final fields = Fields(json);
    return UnknownSteeredPullAnswer(
      steering: fields.read('steering', Steering.fromJson),
      json: fields.json,
    );
  }

  @override
  final Steering steering;

  /// The JSON as it came.
  final Map<String, Object?> json;

  @override
  Map<String, Object?> toJson() => json;
}

/// A page of changes, and the steering.
final class SteeredChangesPage extends CarrelModel
    implements SteeredPullAnswer {
  /// Makes one from its parts.
  const SteeredChangesPage({
    required this.changes,
    required this.cursor,
    required this.more,
    required this.steering,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SteeredChangesPage.fromJson(Object? json) {
    final fields = Fields(json);
    return SteeredChangesPage(
      changes: fields.read('changes', readList(Change.fromJson)),
      cursor: fields.read('cursor', readString),
      more: fields.read('more', readBool),
      steering: fields.read('steering', Steering.fromJson),
    );
  }

  /// Changed rows, oldest change first.
  final List<Change> changes;

  /// Where the next pull begins; opaque.
  final String cursor;

  /// Whether there are more changes now: pull again at once.
  final bool more;

  /// The values that the server asks of this app.
  @override
  final Steering steering;

  @override
  Map<String, Object?> toJson() => {
    'changes': [for (final x in changes) x.toJson()],
    'cursor': cursor,
    'more': more,
    'steering': steering.toJson(),
  };
}

/// A reset, and the steering.
final class SteeredPullReset extends CarrelModel implements SteeredPullAnswer {
  /// Makes one from its parts.
  const SteeredPullReset({
    required this.reset,
    required this.steering,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SteeredPullReset.fromJson(Object? json) {
    final fields = Fields(json);
    return SteeredPullReset(
      reset: fields.readKnown(
        'reset',
        ResetReason.fromJson,
        ResetReason.unknown,
      ),
      steering: fields.read('steering', Steering.fromJson),
      unknown: fields.unknownValues(),
    );
  }

  /// Why the cursor is of no use.
  final ResetReason reset;

  /// The values that the server asks of this app.
  @override
  final Steering steering;

  /// Values that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'reset': reset.wire,
    'steering': steering.toJson(),
    ...unknown,
  };
}
