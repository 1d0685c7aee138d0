// Generated from client-contract/contract/adoption.ts by
// `npm run generate`; do not edit.

import 'json_reader.dart';
import 'model.dart';
import 'scalars.gen.dart';

/// The request's body. The account's own token is in the header
/// `Authorization`, as always.
final class AdoptionRequest extends CarrelModel {
  /// Makes one from its parts.
  const AdoptionRequest({
    required this.anonymousToken,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory AdoptionRequest.fromJson(Object? json) {
    final fields = Fields(json);
    return AdoptionRequest(
      anonymousToken: fields.read('anonymous_token', readTextBetween(1, 8192)),
      unknown: fields.others(),
    );
  }

  /// The last access token of the anonymous session; it may have expired up to
  /// 30 days ago.
  final String anonymousToken;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'anonymous_token': anonymousToken,
    ...unknown,
  };
}

/// The server's answer, the same for every call.
final class Adoption extends CarrelModel {
  /// Makes one from its parts.
  const Adoption({
    required this.learnerId,
    required this.adoptedAt,
    required this.token,
    required this.moved,
    required this.duplicate,
    required this.conflict,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Adoption.fromJson(Object? json) {
    final fields = Fields(json);
    return Adoption(
      learnerId: fields.read('learner_id', Uuid.fromJson),
      adoptedAt: fields.read('adopted_at', ServerInstant.fromJson),
      token: fields.read('token', readString),
      moved: fields.read('moved', readWhole(min: 0, max: 2147483647)),
      duplicate: fields.read('duplicate', readWhole(min: 0, max: 2147483647)),
      conflict: fields.read('conflict', readWhole(min: 0, max: 2147483647)),
    );
  }

  /// The anonymous learner's id; events that name it count for the account from
  /// now on.
  final Uuid learnerId;

  /// When the account took over the data.
  final ServerInstant adoptedAt;

  /// For the `at_least` of a pull that must contain the adopted rows; opaque.
  final String token;

  /// Events of the ledger that the account got.
  ///
  /// Unit: events.
  final int moved;

  /// Events that the account had already.
  ///
  /// Unit: events.
  final int duplicate;

  /// Events whose id the account has for another event; they are kept for
  /// support.
  ///
  /// Unit: events.
  final int conflict;

  @override
  Map<String, Object?> toJson() => {
    'learner_id': learnerId,
    'adopted_at': adoptedAt,
    'token': token,
    'moved': moved,
    'duplicate': duplicate,
    'conflict': conflict,
  };
}
