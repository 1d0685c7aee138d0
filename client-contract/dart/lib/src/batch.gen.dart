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

  /// The batch's id, made on the device; support finds the batch by it.
  final Ulid batchId;

  /// The device that sends the batch.
  final Uuid deviceId;

  /// The device's time when it sends, from which the server derives the clock
  /// skew.
  final Instant sentAt;

  /// The app's platform, by which steering is chosen.
  final String? platform;

  /// The app's version, by which steering is chosen.
  final String? appVersion;

  /// The version of this contract that the client implements.
  final int contractVersion;

  /// The content version that the device holds; 0: none.
  final int? contentVersion;

  /// The content schema for which the answer has a head; absent: 1.
  final int? contentSchema;

  /// What to pull in the same round trip; absent or null: nothing.
  final PullRequest? pull;

  /// Present if the lines are events that the device has given up: the reason
  /// for each, in the order of the lines.
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

/// The pull that a push asks for.
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

  /// The `cursor` of the last pull; null: from the start.
  final String? cursor;

  /// Most changes of the answer; absent: the server's default.
  ///
  /// Unit: changes.
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

  /// The result of the push.
  final BatchAnswer batch;

  /// The newest content release.
  final Head head;

  /// The values that the server asks of this app.
  final Steering steering;

  /// The learner's changed rows; null if the header asked for no pull.
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

  /// The batch that was received.
  final Ulid batchId;

  /// Whether there is something to pull; repeated batches and telemetry change
  /// nothing.
  final bool changed;

  /// When the server received the batch.
  final ServerInstant receivedAt;

  /// For the `at_least` of a pull that must contain this batch; opaque.
  final String token;

  /// One result for each event, in the order of the request's lines.
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

  /// The event's id as it arrived, at most 64 characters; absent if the line
  /// has none.
  final String? id;

  /// `applied` and `duplicate`: the server has the event. `quarantined`: the
  /// server keeps it. `retry`: the device keeps it.
  final EventStatus status;

  /// A code of the error registry; absent if the event was applied.
  final String? code;

  /// The first field that is wrong.
  final String? field;

  /// With `code`: whether the device should send the same event again.
  final bool? retryable;

  /// With `retry`: when to send the event again.
  ///
  /// Unit: seconds.
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

/// How an event fared.
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
