import 'dart:math';

import 'event.gen.dart';
import 'scalars.gen.dart';

/// The reset that a piece of progress belongs to: compared first by its count,
/// then by the id of its event.
final class ResetPair implements Comparable<ResetPair> {
  /// By default that before the first reset.
  const ResetPair([this.count = 0, this.event]);

  /// How often the learner has started over.
  final int count;

  /// The reset's event; null: there was none, or support made it.
  final Ulid? event;

  @override
  int compareTo(ResetPair other) {
    if (count != other.count) return count - other.count;
    return (event ?? '').compareTo(other.event ?? '');
  }
}

/// Progress in one skill as an app shows it, within its current reset.
final class Progress {
  /// By default before the learner has begun.
  const Progress({
    this.reset = const ResetPair(),
    this.mastery = 0,
    this.completed = const [],
    this.attempts = 0,
    this.correct = 0,
    this.practicedAt,
  });

  /// The reset that it belongs to.
  final ResetPair reset;

  /// 0 to 100.
  final int mastery;

  /// Question ids, sorted, each once.
  final List<Uuid> completed;

  /// The number of answers.
  final int attempts;

  /// The number of right answers.
  final int correct;

  /// The time of the last practice: RFC 3339 in UTC, all with the same digits.
  final String? practicedAt;

  Progress _with({
    int mastery = 0,
    Iterable<Uuid>? completed,
    int attempts = 0,
    int correct = 0,
    String? practicedAt,
  }) => Progress(
    reset: reset,
    mastery: max(this.mastery, mastery),
    completed: completed == null
        ? this.completed
        : ({...this.completed, ...completed}.toList()..sort()),
    attempts: this.attempts + attempts,
    correct: this.correct + correct,
    practicedAt: _later(this.practicedAt, practicedAt),
  );
}

String? _later(String? a, String? b) {
  if (a == null || b == null) return a ?? b;
  return b.compareTo(a) > 0 ? b : a;
}

ResetPair _pairOf(Reset? reset) =>
    reset == null ? const ResetPair() : ResetPair(reset.count, reset.event);

/// The reset that an event belongs to; null for events without progress.
ResetPair? resetOf(Event event) => switch (event) {
  AttemptRecorded(:final body) => _pairOf(body.reset),
  ProgressAdvanced(:final body) => _pairOf(body.reset),
  ProgressReset(:final body, :final id) => ResetPair(body.count, id),
  _ => null,
};

/// Progress with one more event of its skill.
///
/// The greater reset pair replaces everything; within a pair, mastery is a
/// maximum, completed a union, and attempts are counted. Any order of the same
/// events gives the same progress. An attempt may be merged only once; other
/// events any number of times.
Progress mergeEvent(Progress progress, Event event) {
  final reset = resetOf(event);
  if (reset == null) return progress;
  final order = reset.compareTo(progress.reset);
  if (order < 0) return progress;
  final base = order > 0 ? Progress(reset: reset) : progress;
  return switch (event) {
    AttemptRecorded(:final body, :final occurredAt) => base._with(
      attempts: 1,
      correct: body.correct ? 1 : 0,
      practicedAt: occurredAt,
    ),
    ProgressAdvanced(:final body, :final occurredAt) => base._with(
      mastery: body.mastery,
      completed: body.completed ?? const [],
      practicedAt: occurredAt,
    ),
    ProgressReset(body: ProgressResetBody(base: final kept)) => base._with(
      mastery: kept?.mastery ?? 0,
      completed: kept?.completed ?? const [],
    ),
    _ => base,
  };
}

/// The completed ones of a skill's questions.
///
/// [questions] are the questions that the skill has now; [progress] is the
/// learner's of all skills. The server leaves a completion with the skill in
/// which the learner earned it, so a question that moved is found in the row of
/// its former skill. Once the learner has started the skill over, only the
/// skill's own row counts.
List<Uuid> completedIn(
  Uuid skill,
  Iterable<Uuid> questions,
  Map<Uuid, Progress> progress,
) {
  final own = progress[skill];
  final counted = own != null && own.reset.count > 0 ? [own] : progress.values;
  final completed = {for (final row in counted) ...row.completed};
  return [
    for (final id in questions)
      if (completed.contains(id)) id,
  ];
}
