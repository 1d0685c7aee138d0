// Generated from client-contract/contract/batch.ts by
// `npm run generate`; do not edit.

import 'changes.gen.dart';
import 'content.gen.dart';
import 'json_reader.dart';
import 'model.dart';
import 'scalars.gen.dart';
import 'steering.gen.dart';

/// The first line of a batch. Without `pull` nothing is pulled; a header alone
/// is a valid batch.
final class BatchHeader extends CarrelModel {
  /// Makes one from its parts.
  const BatchHeader({
    required this.batchId,
    required this.deviceId,
    required this.sentAt,
    this.platform,
    this.appVersion,
    required this.contractVersion,
    this.contentVersion,
    this.contentSchema,
    this.pull,
    this.deadLetters,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory BatchHeader.fromJson(Object? json) {
    final fields = Fields(json);
    return BatchHeader(
      batchId: fields.read('batch_id', Ulid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      sentAt: fields.read('sent_at', Instant.fromJson),
      platform: fields.readNullish('platform', readText(60)),
      appVersion: fields.readNullish('app_version', readText(60)),
      contractVersion: fields.read(
        'contract_version',
        readWhole(min: 1, max: 32767),
      ),
      contentVersion: fields.readNullish(
        'content_version',
        readWhole(min: 0, max: 2147483647),
      ),
      contentSchema: fields.readNullish(
        'content_schema',
        readWhole(min: 1, max: 32767),
      ),
      pull: fields.readNullish('pull', PullRequest.fromJson),
      deadLetters: fields.readNullish(
        'dead_letters',
        readList(readOrNull(readText(200)), max: 500),
      ),
      unknown: fields.others(),
    );
  }

  /// A ULID in upper case.
  final Ulid batchId;

  /// A UUID in lower case.
  final Uuid deviceId;

  /// An RFC 3339 time in UTC ending in Z.
  final Instant sentAt;

  /// `platform` on the wire.
  final String? platform;

  /// `app_version` on the wire.
  final String? appVersion;

  /// `contract_version` on the wire.
  final int contractVersion;

  /// What the device holds; 0: nothing.
  final int? contentVersion;

  /// The content schema that the answer's head is for; absent: 1.
  final int? contentSchema;

  /// `pull` on the wire.
  final PullRequest? pull;

  /// The lines are what the device has given up, as it holds them: why, in the
  /// order of the lines.
  final List<String?>? deadLetters;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'batch_id': batchId,
    'device_id': deviceId,
    'sent_at': sentAt,
    if (platform != null) 'platform': platform,
    if (appVersion != null) 'app_version': appVersion,
    'contract_version': contractVersion,
    if (contentVersion != null) 'content_version': contentVersion,
    if (contentSchema != null) 'content_schema': contentSchema,
    if (pull case final value?) 'pull': value.toJson(),
    if (deadLetters != null) 'dead_letters': deadLetters,
    ...unknown,
  };
}

/// Pull request.
final class PullRequest extends CarrelModel {
  /// Makes one from its parts.
  const PullRequest({this.cursor, this.limit, this.unknown = const {}});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory PullRequest.fromJson(Object? json) {
    final fields = Fields(json);
    return PullRequest(
      cursor: fields.readNullish('cursor', readText(100)),
      limit: fields.readNullish('limit', readWhole(min: 1, max: 1000)),
      unknown: fields.others(),
    );
  }

  /// Of the last pull; null: from the start.
  final String? cursor;

  /// `limit` on the wire.
  final int? limit;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    if (cursor != null) 'cursor': cursor,
    if (limit != null) 'limit': limit,
    ...unknown,
  };
}

/// One round trip: how the push fared, what content there is, what changed for
/// the learner.
final class SyncAnswer extends CarrelModel {
  /// Makes one from its parts.
  const SyncAnswer({
    required this.batch,
    required this.head,
    required this.steering,
    this.pull,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SyncAnswer.fromJson(Object? json) {
    final fields = Fields(json);
    return SyncAnswer(
      batch: fields.read('batch', BatchAnswer.fromJson),
      head: fields.read('head', Head.fromJson),
      steering: fields.read('steering', Steering.fromJson),
      pull: fields.readNullable('pull', PullAnswer.fromJson),
    );
  }

  /// `batch` on the wire.
  final BatchAnswer batch;

  /// `head` on the wire.
  final Head head;

  /// `steering` on the wire.
  final Steering steering;

  /// Null where it was not asked for.
  final PullAnswer? pull;

  @override
  Map<String, Object?> toJson() => {
    'batch': batch.toJson(),
    'head': head.toJson(),
    'steering': steering.toJson(),
    'pull': pull?.toJson(),
  };
}

/// The server's word on a batch; results are in the order of the request's
/// lines.
final class BatchAnswer extends CarrelModel {
  /// Makes one from its parts.
  const BatchAnswer({
    required this.batchId,
    required this.changed,
    required this.receivedAt,
    required this.token,
    required this.results,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory BatchAnswer.fromJson(Object? json) {
    final fields = Fields(json);
    return BatchAnswer(
      batchId: fields.read('batch_id', Ulid.fromJson),
      changed: fields.read('changed', readBool),
      receivedAt: fields.read('received_at', ServerInstant.fromJson),
      token: fields.read('token', readString),
      results: fields.read('results', readList(EventResult.fromJson)),
    );
  }

  /// A ULID in upper case.
  final Ulid batchId;

  /// Whether there is something to pull; replays and telemetry leave nothing.
  final bool changed;

  /// RFC 3339.
  final ServerInstant receivedAt;

  /// For the `at_least` of a pull that must have this batch in it; opaque.
  final String token;

  /// `results` on the wire.
  final List<EventResult> results;

  @override
  Map<String, Object?> toJson() => {
    'batch_id': batchId,
    'changed': changed,
    'received_at': receivedAt,
    'token': token,
    'results': [for (final x in results) x.toJson()],
  };
}

/// How one event fared.
final class EventResult extends CarrelModel {
  /// Makes one from its parts.
  const EventResult({
    this.id,
    required this.status,
    this.code,
    this.field,
    this.retryable,
    this.retryAfterS,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory EventResult.fromJson(Object? json) {
    final fields = Fields(json);
    return EventResult(
      id: fields.readOptional('id', readString),
      status: fields.readKnown(
        'status',
        EventStatus.fromJson,
        EventStatus.unknown,
      ),
      code: fields.readOptional('code', readString),
      field: fields.readOptional('field', readString),
      retryable: fields.readOptional('retryable', readBool),
      retryAfterS: fields.readOptional(
        'retry_after_s',
        readWhole(min: 1, max: 2147483647),
      ),
      unknown: fields.unknownValues(),
    );
  }

  /// As it arrived, at most 64 characters; absent where the line has none.
  final String? id;

  /// `status` on the wire.
  final EventStatus status;

  /// Of the error registry, unless the event was taken.
  final String? code;

  /// The first field that is wrong.
  final String? field;

  /// With a code: whether the same event may be sent again.
  final bool? retryable;

  /// With retry: seconds after which to send it again.
  final int? retryAfterS;

  /// Values that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    if (id != null) 'id': id,
    'status': status.wire,
    if (code != null) 'code': code,
    if (field != null) 'field': field,
    if (retryable != null) 'retryable': retryable,
    if (retryAfterS != null) 'retry_after_s': retryAfterS,
    ...unknown,
  };
}

/// Event status.
enum EventStatus {
  /// `applied`.
  applied('applied'),

  /// `duplicate`.
  duplicate('duplicate'),

  /// `quarantined`.
  quarantined('quarantined'),

  /// `retry`.
  retry('retry'),

  /// A value of a newer server. The message keeps it as it came.
  unknown('');

  const EventStatus(this.wire);

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory EventStatus.fromJson(Object? json) =>
      readEnum(json, values, (value) => value.wire);

  /// The value as it travels.
  final String wire;
}
