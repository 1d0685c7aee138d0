// Generated from client-contract/contract/hint.ts by
// `npm run generate`; do not edit.

import 'json_reader.dart';
import 'model.dart';
import 'scalars.gen.dart';

/// Payload of the broadcast `release_published`. Realtime adds an `id`.
final class ContentHint extends CarrelModel {
  /// Makes one from its parts.
  const ContentHint({
    required this.history,
    required this.version,
    required this.domains,
    required this.bytes,
    required this.spreadS,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ContentHint.fromJson(Object? json) {
    final fields = Fields(json);
    return ContentHint(
      history: fields.read('history', History.fromJson),
      version: fields.read('version', readWhole(min: 1)),
      domains: fields.read('domains', readList(Uuid.fromJson)),
      bytes: fields.read('bytes', readWhole(min: 0)),
      spreadS: fields.read('spread_s', readNumber(min: 0)),
    );
  }

  /// 16 hex digits.
  final History history;

  /// `version` on the wire.
  final int version;

  /// Those that the release changed.
  final List<Uuid> domains;

  /// Of the change, as a delta.
  final int bytes;

  /// Seconds over which devices are to spread their requests.
  final num spreadS;

  @override
  Map<String, Object?> toJson() => {
    'history': history,
    'version': version,
    'domains': domains,
    'bytes': bytes,
    'spread_s': spreadS,
  };
}

/// Payload of the broadcast `learner_changed`, on the learner's channel
/// `learner:ID`. Realtime adds an `id`.
final class LearnerHint extends CarrelModel {
  /// Makes one from its parts.
  const LearnerHint({
    required this.token,
    required this.devices,
    required this.spreadS,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory LearnerHint.fromJson(Object? json) {
    final fields = Fields(json);
    return LearnerHint(
      token: fields.read('token', readString),
      devices: fields.read('devices', readList(Uuid.fromJson)),
      spreadS: fields.read('spread_s', readNumber(min: 0)),
    );
  }

  /// For the `at_least` of the pull.
  final String token;

  /// Those that brought it: the only one of these has nothing to ask for.
  final List<Uuid> devices;

  /// Seconds over which devices are to spread their requests.
  final num spreadS;

  @override
  Map<String, Object?> toJson() => {
    'token': token,
    'devices': devices,
    'spread_s': spreadS,
  };
}
