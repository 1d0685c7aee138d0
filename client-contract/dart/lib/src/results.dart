import 'dart:convert';
import 'dart:math';

import 'batch.gen.dart';
import 'changes.gen.dart';
import 'errors.gen.dart';
import 'limits.gen.dart';
import 'problem.gen.dart';

/// What becomes of an event of the outbox once the server has answered.
enum OutboxState {
  /// Waiting to be sent, or to be sent again.
  pending('pending'),

  /// Stored by the server, and kept for some days in case it is restored.
  delivered('delivered'),

  /// Kept by the server, which could not apply it.
  quarantined('quarantined'),

  /// Refused for this learner; kept until its learner is signed in.
  heldBack('held_back'),

  /// Given up, and to be handed in as a dead letter.
  dead('dead');

  const OutboxState(this.wire);

  /// The state as the table `outbox` has it.
  final String wire;
}

/// After so many refusals without a stated remedy an event is given up.
const int giveUpAfter = 50;

/// No server asks for a longer delay: a week.
const int _maxDelayMs = 7 * 24 * 60 * 60 * 1000;

/// An event's state, and when it may be sent again.
final class OutboxStep {
  /// What follows from a result.
  const OutboxStep(this.state, {this.refusals = 0, this.retryAfterMs = 0});

  /// The event's state from now on.
  final OutboxState state;

  /// How often the server could not take it yet.
  final int refusals;

  /// Milliseconds before which it is not sent again; 0: with the next sync.
  final int retryAfterMs;
}

/// What follows from an event's [result]; null: the answer had none for it, and
/// the event waits as if it had not been sent. [refusals] counts the earlier
/// refusals.
OutboxStep stepAfter(EventResult? result, {int refusals = 0}) {
  switch (result?.status) {
    case EventStatus.applied || EventStatus.duplicate:
      return OutboxStep(OutboxState.delivered, refusals: refusals);
    case EventStatus.quarantined:
      return OutboxStep(OutboxState.quarantined, refusals: refusals);
    case EventStatus.retry when result!.code == ErrorCode.wrongLearner.wire:
      return OutboxStep(OutboxState.heldBack, refusals: refusals);
    case EventStatus.retry:
      // A full quarantine or a full day would not take it as a dead letter
      // either.
      final isFull =
          result!.code == ErrorCode.quarantineFull.wire ||
          result.code == ErrorCode.dailyLimit.wire;
      if (!isFull && refusals + 1 >= giveUpAfter) {
        return OutboxStep(OutboxState.dead, refusals: refusals + 1);
      }
      return OutboxStep(
        OutboxState.pending,
        refusals: refusals + 1,
        retryAfterMs: min((result.retryAfterS ?? 0) * 1000, _maxDelayMs),
      );
    case null || EventStatus.unknown:
      return OutboxStep(OutboxState.pending, refusals: refusals);
  }
}

/// The first of the lines that fit one batch, beside a header of
/// [headerBytes].
List<String> fitBatch(Iterable<String> lines, {int headerBytes = 4 * 1024}) {
  var room = Limits.maxBatchBytes - headerBytes;
  return [
    for (final line in lines)
      if ((room -= utf8.encode(line).length + 1) >= 0) line,
  ];
}

/// What the registry says of a result.
extension EventResultError on EventResult {
  /// The error; null: there is none, or only a newer server knows it.
  ErrorCode? get error => ErrorCode.byWire(code);
}

/// What the registry says of a failed request.
extension ProblemError on Problem {
  /// The error; null: only a newer server knows it.
  ErrorCode? get error => ErrorCode.byWire(code);
}

/// What the registry says of a useless cursor.
extension PullResetError on PullReset {
  /// Whether the server may have lost events, so that all that are kept are
  /// sent again. A server's new reason counts as a loss.
  bool get sendsAllAgain => reset != ResetReason.cursorInvalid;
}
