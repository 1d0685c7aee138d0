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
    this.roots,
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
      roots: fields.readOptional('roots', readList(HintedRoot.fromJson)),
    );
  }

  /// The line of the database's life that the version belongs to.
  final History history;

  /// The new release.
  final int version;

  /// The domains that the release changed.
  final List<Uuid> domains;

  /// Size of the change, as a delta.
  ///
  /// Unit: bytes.
  final int bytes;

  /// The time over which devices spread their requests.
  ///
  /// Unit: seconds.
  final num spreadS;

  /// What a device that holds the release before may compare the delta's rows
  /// with, without asking for the head.
  final List<HintedRoot>? roots;

  @override
  Map<String, Object?> toJson() => {
    'history': history,
    'version': version,
    'domains': domains,
    'bytes': bytes,
    'spread_s': spreadS,
    if (roots case final value?) 'roots': [for (final x in value) x.toJson()],
  };
}

/// The root of a release in one content schema.
final class HintedRoot extends CarrelModel {
  /// Makes one from its parts.
  const HintedRoot({required this.schema, required this.root});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory HintedRoot.fromJson(Object? json) {
    final fields = Fields(json);
    return HintedRoot(
      schema: fields.read('schema', readWhole(min: 1)),
      root: fields.read('root', Sha256.fromJson),
    );
  }

  /// The content schema.
  final int schema;

  /// The release's root hash in it.
  final Sha256 root;

  @override
  Map<String, Object?> toJson() => {'schema': schema, 'root': root};
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

  /// The devices that brought the change; if there is only one, that device has
  /// nothing to pull.
  final List<Uuid> devices;

  /// The time over which devices spread their requests.
  ///
  /// Unit: seconds.
  final num spreadS;

  @override
  Map<String, Object?> toJson() => {
    'token': token,
    'devices': devices,
    'spread_s': spreadS,
  };
}
