// Generated from client-contract/contract/steering.ts by
// `npm run generate`; do not edit.

import 'json_reader.dart';
import 'model.dart';
import 'scalars.gen.dart';

/// It holds until the next one comes, also while the app is closed.
final class Steering extends CarrelModel {
  /// Makes one from its parts.
  const Steering({
    required this.batchEvents,
    required this.retryBaseMs,
    required this.retryCapMs,
    required this.outboxCap,
    required this.keepSentDays,
    required this.pollAfterS,
    required this.listeningPollAfterS,
    this.paused,
    this.upgrade,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Steering.fromJson(Object? json) {
    final fields = Fields(json);
    return Steering(
      batchEvents: fields.read('batch_events', readWhole(min: 1, max: 500)),
      retryBaseMs: fields.read('retry_base_ms', readWhole(min: 100)),
      retryCapMs: fields.read('retry_cap_ms', readWhole(min: 1000)),
      outboxCap: fields.read('outbox_cap', readWhole(min: 1)),
      keepSentDays: fields.read('keep_sent_days', readWhole(min: 1)),
      pollAfterS: fields.read('poll_after_s', readWhole(min: 1)),
      listeningPollAfterS: fields.read(
        'listening_poll_after_s',
        readWhole(min: 1),
      ),
      paused: fields.readNullable('paused', Pause.fromJson),
      upgrade: fields.readNullable('upgrade', Upgrade.fromJson),
    );
  }

  /// The most events of a batch.
  ///
  /// Unit: events.
  final int batchEvents;

  /// The first retry comes after a random time up to this.
  ///
  /// Unit: milliseconds.
  final int retryBaseMs;

  /// Each further retry comes after up to twice the time before, up to this.
  ///
  /// Unit: milliseconds.
  final int retryCapMs;

  /// When so many events wait, the app asks its learner to go online.
  ///
  /// Unit: events.
  final int outboxCap;

  /// How long a device keeps delivered events, in case the server is restored.
  ///
  /// Unit: days.
  final int keepSentDays;

  /// When to poll next, before jitter.
  ///
  /// Unit: seconds.
  final int pollAfterS;

  /// The same while the device hears hints; the longer of the two counts.
  ///
  /// Unit: seconds.
  final int listeningPollAfterS;

  /// Push and pull are refused; null: they are not.
  final Pause? paused;

  /// Advice to update the app; null: none.
  final Upgrade? upgrade;

  @override
  Map<String, Object?> toJson() => {
    'batch_events': batchEvents,
    'retry_base_ms': retryBaseMs,
    'retry_cap_ms': retryCapMs,
    'outbox_cap': outboxCap,
    'keep_sent_days': keepSentDays,
    'poll_after_s': pollAfterS,
    'listening_poll_after_s': listeningPollAfterS,
    'paused': paused?.toJson(),
    'upgrade': upgrade?.toJson(),
  };
}

/// The kill switch is on: push and pull are refused.
final class Pause extends CarrelModel {
  /// Makes one from its parts.
  const Pause({required this.reason, required this.retryAfterS});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Pause.fromJson(Object? json) {
    final fields = Fields(json);
    return Pause(
      reason: fields.read('reason', readString),
      retryAfterS: fields.read('retry_after_s', readWhole()),
    );
  }

  /// A text for learners.
  final String reason;

  /// When to ask again.
  ///
  /// Unit: seconds.
  final int retryAfterS;

  @override
  Map<String, Object?> toJson() => {
    'reason': reason,
    'retry_after_s': retryAfterS,
  };
}

/// Advice to update the app.
final class Upgrade extends CarrelModel {
  /// Makes one from its parts.
  const Upgrade({required this.to, this.requiredFrom, this.message});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Upgrade.fromJson(Object? json) {
    final fields = Fields(json);
    return Upgrade(
      to: fields.read('to', readString),
      requiredFrom: fields.readNullable(
        'required_from',
        ServerInstant.fromJson,
      ),
      message: fields.readNullable('message', readString),
    );
  }

  /// The app version to update to.
  final String to;

  /// From then on the learner must update before studying on; null: advice
  /// only.
  final ServerInstant? requiredFrom;

  /// A text for learners.
  final String? message;

  @override
  Map<String, Object?> toJson() => {
    'to': to,
    'required_from': requiredFrom,
    'message': message,
  };
}
