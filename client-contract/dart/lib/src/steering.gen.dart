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

  /// Most events of a batch.
  final int batchEvents;

  /// The first retry comes after a random time up to this.
  final int retryBaseMs;

  /// Each further retry after up to twice the time before, up to this.
  final int retryCapMs;

  /// Waiting events from which on the learner should be asked to go online.
  final int outboxCap;

  /// How long events that the server holds are kept.
  final int keepSentDays;

  /// Seconds until the next poll, before jitter.
  final int pollAfterS;

  /// The same while the device hears hints; the longer one of the two counts.
  final int listeningPollAfterS;

  /// The kill switch is on: push and pull are refused.
  final Pause? paused;

  /// `upgrade` on the wire.
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

/// Pause.
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

  /// For people.
  final String reason;

  /// `retry_after_s` on the wire.
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

  /// An app version.
  final String to;

  /// From then on nothing is to be studied without it; null: advice.
  final ServerInstant? requiredFrom;

  /// For people.
  final String? message;

  @override
  Map<String, Object?> toJson() => {
    'to': to,
    'required_from': requiredFrom,
    'message': message,
  };
}
