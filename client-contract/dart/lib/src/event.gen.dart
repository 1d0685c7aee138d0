// Generated from client-contract/contract/event.ts by
// `npm run generate`; do not edit.

import 'json_reader.dart';
import 'model.dart';
import 'scalars.gen.dart';

/// What all events have in common, of whatever type and version. Unknown fields
/// are kept and ignored.
final class EventEnvelope extends CarrelModel {
  /// Makes one from its parts.
  const EventEnvelope({
    required this.id,
    required this.type,
    required this.version,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory EventEnvelope.fromJson(Object? json) {
    final fields = Fields(json);
    return EventEnvelope(
      id: fields.read('id', Ulid.fromJson),
      type: fields.read('type', readText(64)),
      version: fields.read('version', readWhole(min: 1, max: 32767)),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', readObject),
      unknown: fields.others(),
    );
  }

  /// The event's id and idempotency key, made on the device.
  final Ulid id;

  /// The event's type.
  final String type;

  /// The version of the event's type.
  final int version;

  /// The learner who did it.
  final Uuid learnerId;

  /// The device that recorded it.
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final Map<String, Object?> body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'id': id,
    'type': type,
    'version': version,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body,
    ...unknown,
  };
}

/// Any event of this contract, told apart by `type`.
sealed class Event implements CarrelModel {
  /// Reads any of them; what is unknown becomes an [UnknownEvent].
  factory Event.fromJson(Object? json) => switch (discriminator(json, 'type')) {
    'session.started' when hasVersion(json, 1) => SessionStarted.fromJson(json),
    'session.ended' when hasVersion(json, 1) => SessionEnded.fromJson(json),
    'attempt.recorded' when hasVersion(json, 1) =>
      AttemptRecorded.fromJson(json),
    'progress.advanced' when hasVersion(json, 1) =>
      ProgressAdvanced.fromJson(json),
    'progress.reset' when hasVersion(json, 1) => ProgressReset.fromJson(json),
    'outbox.created' when hasVersion(json, 1) => OutboxCreated.fromJson(json),
    'outbox.attempted' when hasVersion(json, 1) =>
      OutboxAttempted.fromJson(json),
    'outbox.dead_lettered' when hasVersion(json, 1) =>
      OutboxDeadLettered.fromJson(json),
    'cache.checked' when hasVersion(json, 1) => CacheChecked.fromJson(json),
    'cache.refreshed' when hasVersion(json, 1) => CacheRefreshed.fromJson(json),
    'cache.repaired' when hasVersion(json, 1) => CacheRepaired.fromJson(json),
    'offline.used' when hasVersion(json, 1) => OfflineUsed.fromJson(json),
    'app.failed' when hasVersion(json, 1) => AppFailed.fromJson(json),
    'app.recovered' when hasVersion(json, 1) => AppRecovered.fromJson(json),
    'app.reported' when hasVersion(json, 1) => AppReported.fromJson(json),
    _ => UnknownEvent.fromJson(json),
  };

  /// Every `type` that this version of the package knows.
  static const List<String> types = [
    'session.started',
    'session.ended',
    'attempt.recorded',
    'progress.advanced',
    'progress.reset',
    'outbox.created',
    'outbox.attempted',
    'outbox.dead_lettered',
    'cache.checked',
    'cache.refreshed',
    'cache.repaired',
    'offline.used',
    'app.failed',
    'app.recovered',
    'app.reported',
  ];

  /// What it is.
  String get type;

  /// What it is.
  int get version;

  /// The event's id and idempotency key, made on the device.
  Ulid get id;

  /// The learner who did it.
  Uuid get learnerId;

  /// The device that recorded it.
  Uuid get deviceId;

  /// When it happened, by the device's clock.
  Instant get occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  int get utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  int? get clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  Instant? get answeredAt;
}

/// A [Event] that this version of the package does not know.
final class UnknownEvent extends CarrelModel implements Event {
  /// Makes one from its parts.
  const UnknownEvent({
    required this.type,
    required this.version,
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    required this.clockOffsetMs,
    required this.answeredAt,
    required this.json,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory UnknownEvent.fromJson(Object? json) {
    final fields = Fields(json);
    return UnknownEvent(
      type: fields.read('type', readString),
      version: fields.read('version', readWhole()),
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      json: fields.json,
    );
  }

  @override
  final String type;

  @override
  final int version;

  @override
  final Ulid id;

  @override
  final Uuid learnerId;

  @override
  final Uuid deviceId;

  @override
  final Instant occurredAt;

  @override
  final int utcOffsetMinutes;

  @override
  final int? clockOffsetMs;

  @override
  final Instant? answeredAt;

  /// The JSON as it came.
  final Map<String, Object?> json;

  @override
  Map<String, Object?> toJson() => json;
}

/// A learner opens a stretch of study.
final class SessionStarted extends CarrelModel implements Event {
  /// Makes one from its parts.
  const SessionStarted({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SessionStarted.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'session.started');
    fields.constant('version', 1);
    return SessionStarted(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', SessionStartedBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'session.started'.
  @override
  String get type => 'session.started';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final SessionStartedBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class SessionStartedBody extends CarrelModel {
  /// Makes one from its parts.
  const SessionStartedBody({
    required this.sessionId,
    this.skillId,
    required this.contentVersion,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SessionStartedBody.fromJson(Object? json) {
    final fields = Fields(json);
    return SessionStartedBody(
      sessionId: fields.read('session_id', Ulid.fromJson),
      skillId: fields.readNullish('skill_id', Uuid.fromJson),
      contentVersion: fields.read(
        'content_version',
        readWhole(min: 1, max: 2147483647),
      ),
      unknown: fields.others(),
    );
  }

  /// The session's id, made on the device.
  final Ulid sessionId;

  /// The skill that is studied; absent or null: several.
  final Uuid? skillId;

  /// The content version that the learner sees.
  final int contentVersion;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'session_id': sessionId,
    if (skillId != null) 'skill_id': skillId,
    'content_version': contentVersion,
    ...unknown,
  };
}

/// A stretch of study is over.
final class SessionEnded extends CarrelModel implements Event {
  /// Makes one from its parts.
  const SessionEnded({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SessionEnded.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'session.ended');
    fields.constant('version', 1);
    return SessionEnded(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', SessionEndedBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'session.ended'.
  @override
  String get type => 'session.ended';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final SessionEndedBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class SessionEndedBody extends CarrelModel {
  /// Makes one from its parts.
  const SessionEndedBody({
    required this.sessionId,
    required this.reason,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SessionEndedBody.fromJson(Object? json) {
    final fields = Fields(json);
    return SessionEndedBody(
      sessionId: fields.read('session_id', Ulid.fromJson),
      reason: fields.read('reason', SessionEndReason.fromJson),
      unknown: fields.others(),
    );
  }

  /// The session.
  final Ulid sessionId;

  /// Why it ended.
  final SessionEndReason reason;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'session_id': sessionId,
    'reason': reason.wire,
    ...unknown,
  };
}

/// Why a session ended.
enum SessionEndReason {
  /// `completed`.
  completed('completed'),

  /// `abandoned`.
  abandoned('abandoned'),

  /// `timed_out`.
  timedOut('timed_out');

  const SessionEndReason(this.wire);

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SessionEndReason.fromJson(Object? json) =>
      readEnum(json, values, (value) => value.wire);

  /// The value as it travels.
  final String wire;
}

/// One answer to one question.
final class AttemptRecorded extends CarrelModel implements Event {
  /// Makes one from its parts.
  const AttemptRecorded({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory AttemptRecorded.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'attempt.recorded');
    fields.constant('version', 1);
    return AttemptRecorded(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', AttemptRecordedBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'attempt.recorded'.
  @override
  String get type => 'attempt.recorded';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final AttemptRecordedBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class AttemptRecordedBody extends CarrelModel {
  /// Makes one from its parts.
  const AttemptRecordedBody({
    required this.sessionId,
    required this.questionId,
    required this.contentVersion,
    required this.answer,
    required this.correct,
    required this.durationMs,
    this.reset,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory AttemptRecordedBody.fromJson(Object? json) {
    final fields = Fields(json);
    return AttemptRecordedBody(
      sessionId: fields.read('session_id', Ulid.fromJson),
      questionId: fields.read('question_id', Uuid.fromJson),
      contentVersion: fields.read(
        'content_version',
        readWhole(min: 1, max: 2147483647),
      ),
      answer: fields.read('answer', readObject),
      correct: fields.read('correct', readBool),
      durationMs: fields.read('duration_ms', readWhole(min: 0, max: 86400000)),
      reset: fields.readNullish('reset', Reset.fromJson),
      unknown: fields.others(),
    );
  }

  /// The session in which the learner answered.
  final Ulid sessionId;

  /// The question.
  final Uuid questionId;

  /// The content version that the learner saw.
  final int contentVersion;

  /// By the question's type: {"choice":2}, {"choices":[0,2]}, {"value":true},
  /// {"value":"9.81"}, {"text":"…"}.
  final Map<String, Object?> answer;

  /// The device's verdict; the server grades for itself.
  final bool correct;

  /// How long the learner took.
  ///
  /// Unit: milliseconds.
  final int durationMs;

  /// The reset that the learner is in; absent or null before the first.
  final Reset? reset;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'session_id': sessionId,
    'question_id': questionId,
    'content_version': contentVersion,
    'answer': answer,
    'correct': correct,
    'duration_ms': durationMs,
    if (reset case final value?) 'reset': value.toJson(),
    ...unknown,
  };
}

/// The reset that a learner is in, in one skill.
final class Reset extends CarrelModel {
  /// Makes one from its parts.
  const Reset({
    required this.count,
    required this.event,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Reset.fromJson(Object? json) {
    final fields = Fields(json);
    return Reset(
      count: fields.read('count', readWhole(min: 1, max: 2147483647)),
      event: fields.read('event', Ulid.fromJson),
      unknown: fields.others(),
    );
  }

  /// The number of resets in the skill.
  final int count;

  /// The event of the last reset.
  final Ulid event;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {'count': count, 'event': event, ...unknown};
}

/// Progress in one skill, which only grows until a reset.
final class ProgressAdvanced extends CarrelModel implements Event {
  /// Makes one from its parts.
  const ProgressAdvanced({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ProgressAdvanced.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'progress.advanced');
    fields.constant('version', 1);
    return ProgressAdvanced(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', ProgressAdvancedBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'progress.advanced'.
  @override
  String get type => 'progress.advanced';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final ProgressAdvancedBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class ProgressAdvancedBody extends CarrelModel {
  /// Makes one from its parts.
  const ProgressAdvancedBody({
    required this.skillId,
    required this.mastery,
    this.completed,
    this.reset,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ProgressAdvancedBody.fromJson(Object? json) {
    final fields = Fields(json);
    return ProgressAdvancedBody(
      skillId: fields.read('skill_id', Uuid.fromJson),
      mastery: fields.read('mastery', readWhole(min: 0, max: 100)),
      completed: fields.readNullish(
        'completed',
        readList(Uuid.fromJson, max: 1000),
      ),
      reset: fields.readNullish('reset', Reset.fromJson),
      unknown: fields.others(),
    );
  }

  /// The skill.
  final Uuid skillId;

  /// The app's own measure of the skill; the greatest value counts.
  ///
  /// Unit: points.
  final int mastery;

  /// Questions that are now completed; they are added to those before.
  final List<Uuid>? completed;

  /// The reset that the learner is in; absent or null before the first.
  final Reset? reset;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'skill_id': skillId,
    'mastery': mastery,
    if (completed != null) 'completed': completed,
    if (reset case final value?) 'reset': value.toJson(),
    ...unknown,
  };
}

/// A deliberate fresh start in one skill.
final class ProgressReset extends CarrelModel implements Event {
  /// Makes one from its parts.
  const ProgressReset({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ProgressReset.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'progress.reset');
    fields.constant('version', 1);
    return ProgressReset(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', ProgressResetBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'progress.reset'.
  @override
  String get type => 'progress.reset';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final ProgressResetBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class ProgressResetBody extends CarrelModel {
  /// Makes one from its parts.
  const ProgressResetBody({
    required this.skillId,
    required this.count,
    this.base,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ProgressResetBody.fromJson(Object? json) {
    final fields = Fields(json);
    return ProgressResetBody(
      skillId: fields.read('skill_id', Uuid.fromJson),
      count: fields.read('count', readWhole(min: 1, max: 2147483647)),
      base: fields.readNullish('base', ResetBase.fromJson),
      unknown: fields.others(),
    );
  }

  /// The skill.
  final Uuid skillId;

  /// The number of resets in the skill, this one included.
  final int count;

  /// What the learner starts from; absent or null: from nothing.
  final ResetBase? base;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'skill_id': skillId,
    'count': count,
    if (base case final value?) 'base': value.toJson(),
    ...unknown,
  };
}

/// What a learner starts from after a reset.
final class ResetBase extends CarrelModel {
  /// Makes one from its parts.
  const ResetBase({
    required this.mastery,
    this.completed,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ResetBase.fromJson(Object? json) {
    final fields = Fields(json);
    return ResetBase(
      mastery: fields.read('mastery', readWhole(min: 0, max: 100)),
      completed: fields.readNullish(
        'completed',
        readList(Uuid.fromJson, max: 1000),
      ),
      unknown: fields.others(),
    );
  }

  /// The mastery to start from.
  ///
  /// Unit: points.
  final int mastery;

  /// Questions that stay completed; absent or null: none.
  final List<Uuid>? completed;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'mastery': mastery,
    if (completed != null) 'completed': completed,
    ...unknown,
  };
}

/// Events went into the outbox since the device last told.
final class OutboxCreated extends CarrelModel implements Event {
  /// Makes one from its parts.
  const OutboxCreated({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory OutboxCreated.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'outbox.created');
    fields.constant('version', 1);
    return OutboxCreated(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', OutboxCreatedBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'outbox.created'.
  @override
  String get type => 'outbox.created';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final OutboxCreatedBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class OutboxCreatedBody extends CarrelModel {
  /// Makes one from its parts.
  const OutboxCreatedBody({
    required this.events,
    required this.waiting,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory OutboxCreatedBody.fromJson(Object? json) {
    final fields = Fields(json);
    return OutboxCreatedBody(
      events: fields.read('events', readWhole(min: 1, max: 1000000)),
      waiting: fields.read('waiting', readWhole(min: 0, max: 1000000)),
      unknown: fields.others(),
    );
  }

  /// Events that went into the outbox since the last report.
  ///
  /// Unit: events.
  final int events;

  /// Events that wait in the outbox now.
  ///
  /// Unit: events.
  final int waiting;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'events': events,
    'waiting': waiting,
    ...unknown,
  };
}

/// A batch was sent.
final class OutboxAttempted extends CarrelModel implements Event {
  /// Makes one from its parts.
  const OutboxAttempted({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory OutboxAttempted.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'outbox.attempted');
    fields.constant('version', 1);
    return OutboxAttempted(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', OutboxAttemptedBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'outbox.attempted'.
  @override
  String get type => 'outbox.attempted';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final OutboxAttemptedBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class OutboxAttemptedBody extends CarrelModel {
  /// Makes one from its parts.
  const OutboxAttemptedBody({
    required this.events,
    required this.attempts,
    required this.answered,
    this.code,
    required this.durationMs,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory OutboxAttemptedBody.fromJson(Object? json) {
    final fields = Fields(json);
    return OutboxAttemptedBody(
      events: fields.read('events', readWhole(min: 0, max: 500)),
      attempts: fields.read('attempts', readWhole(min: 1, max: 1000000)),
      answered: fields.read('answered', readBool),
      code: fields.readNullish(
        'code',
        readMatching(r'^[a-z][a-z0-9_.]{0,63}$'),
      ),
      durationMs: fields.read('duration_ms', readWhole(min: 0, max: 86400000)),
      unknown: fields.others(),
    );
  }

  /// Events in the batch.
  ///
  /// Unit: events.
  final int events;

  /// Attempts to send this batch, this one included.
  ///
  /// Unit: attempts.
  final int attempts;

  /// Whether the server answered.
  final bool answered;

  /// Why the batch was not taken; absent or null: it was.
  final String? code;

  /// How long the attempt took.
  ///
  /// Unit: milliseconds.
  final int durationMs;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'events': events,
    'attempts': attempts,
    'answered': answered,
    if (code != null) 'code': code,
    'duration_ms': durationMs,
    ...unknown,
  };
}

/// The device has given up on an event.
final class OutboxDeadLettered extends CarrelModel implements Event {
  /// Makes one from its parts.
  const OutboxDeadLettered({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory OutboxDeadLettered.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'outbox.dead_lettered');
    fields.constant('version', 1);
    return OutboxDeadLettered(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', OutboxDeadLetteredBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'outbox.dead_lettered'.
  @override
  String get type => 'outbox.dead_lettered';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final OutboxDeadLetteredBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class OutboxDeadLetteredBody extends CarrelModel {
  /// Makes one from its parts.
  const OutboxDeadLetteredBody({
    required this.eventId,
    required this.code,
    required this.attempts,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory OutboxDeadLetteredBody.fromJson(Object? json) {
    final fields = Fields(json);
    return OutboxDeadLetteredBody(
      eventId: fields.read('event_id', Ulid.fromJson),
      code: fields.read('code', readMatching(r'^[a-z][a-z0-9_.]{0,63}$')),
      attempts: fields.read('attempts', readWhole(min: 0, max: 1000000)),
      unknown: fields.others(),
    );
  }

  /// The event.
  final Ulid eventId;

  /// Why the device gave it up.
  final String code;

  /// How often the device had sent it.
  ///
  /// Unit: attempts.
  final int attempts;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'event_id': eventId,
    'code': code,
    'attempts': attempts,
    ...unknown,
  };
}

/// The cache was compared with the published hashes.
final class CacheChecked extends CarrelModel implements Event {
  /// Makes one from its parts.
  const CacheChecked({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory CacheChecked.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'cache.checked');
    fields.constant('version', 1);
    return CacheChecked(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', CacheCheckedBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'cache.checked'.
  @override
  String get type => 'cache.checked';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final CacheCheckedBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class CacheCheckedBody extends CarrelModel {
  /// Makes one from its parts.
  const CacheCheckedBody({
    required this.contentVersion,
    required this.rows,
    required this.damaged,
    required this.durationMs,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory CacheCheckedBody.fromJson(Object? json) {
    final fields = Fields(json);
    return CacheCheckedBody(
      contentVersion: fields.read(
        'content_version',
        readWhole(min: 0, max: 2147483647),
      ),
      rows: fields.read('rows', readWhole(min: 0, max: 10000000)),
      damaged: fields.read('damaged', readWhole(min: 0, max: 10000000)),
      durationMs: fields.read('duration_ms', readWhole(min: 0, max: 86400000)),
      unknown: fields.others(),
    );
  }

  /// The version of the cache.
  final int contentVersion;

  /// Rows that were checked.
  ///
  /// Unit: rows.
  final int rows;

  /// Rows that were damaged.
  ///
  /// Unit: rows.
  final int damaged;

  /// How long the check took.
  ///
  /// Unit: milliseconds.
  final int durationMs;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'content_version': contentVersion,
    'rows': rows,
    'damaged': damaged,
    'duration_ms': durationMs,
    ...unknown,
  };
}

/// The cache was brought to another version.
final class CacheRefreshed extends CarrelModel implements Event {
  /// Makes one from its parts.
  const CacheRefreshed({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory CacheRefreshed.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'cache.refreshed');
    fields.constant('version', 1);
    return CacheRefreshed(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', CacheRefreshedBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'cache.refreshed'.
  @override
  String get type => 'cache.refreshed';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final CacheRefreshedBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class CacheRefreshedBody extends CarrelModel {
  /// Makes one from its parts.
  const CacheRefreshedBody({
    required this.fromVersion,
    required this.toVersion,
    required this.rows,
    required this.durationMs,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory CacheRefreshedBody.fromJson(Object? json) {
    final fields = Fields(json);
    return CacheRefreshedBody(
      fromVersion: fields.read(
        'from_version',
        readWhole(min: 0, max: 2147483647),
      ),
      toVersion: fields.read('to_version', readWhole(min: 1, max: 2147483647)),
      rows: fields.read('rows', readWhole(min: 0, max: 10000000)),
      durationMs: fields.read('duration_ms', readWhole(min: 0, max: 86400000)),
      unknown: fields.others(),
    );
  }

  /// The version before; 0: none.
  final int fromVersion;

  /// The version now.
  final int toVersion;

  /// Rows that were fetched.
  ///
  /// Unit: rows.
  final int rows;

  /// How long the download took.
  ///
  /// Unit: milliseconds.
  final int durationMs;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'from_version': fromVersion,
    'to_version': toVersion,
    'rows': rows,
    'duration_ms': durationMs,
    ...unknown,
  };
}

/// Damage was fetched anew.
final class CacheRepaired extends CarrelModel implements Event {
  /// Makes one from its parts.
  const CacheRepaired({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory CacheRepaired.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'cache.repaired');
    fields.constant('version', 1);
    return CacheRepaired(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', CacheRepairedBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'cache.repaired'.
  @override
  String get type => 'cache.repaired';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final CacheRepairedBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class CacheRepairedBody extends CarrelModel {
  /// Makes one from its parts.
  const CacheRepairedBody({
    required this.contentVersion,
    required this.rows,
    required this.whole,
    required this.durationMs,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory CacheRepairedBody.fromJson(Object? json) {
    final fields = Fields(json);
    return CacheRepairedBody(
      contentVersion: fields.read(
        'content_version',
        readWhole(min: 1, max: 2147483647),
      ),
      rows: fields.read('rows', readWhole(min: 0, max: 10000000)),
      whole: fields.read('whole', readBool),
      durationMs: fields.read('duration_ms', readWhole(min: 0, max: 86400000)),
      unknown: fields.others(),
    );
  }

  /// The version of the cache.
  final int contentVersion;

  /// Rows that were fetched again.
  ///
  /// Unit: rows.
  final int rows;

  /// Whether everything was fetched, and not only the damaged part.
  final bool whole;

  /// How long the repair took.
  ///
  /// Unit: milliseconds.
  final int durationMs;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'content_version': contentVersion,
    'rows': rows,
    'whole': whole,
    'duration_ms': durationMs,
    ...unknown,
  };
}

/// A stretch of study without a network.
final class OfflineUsed extends CarrelModel implements Event {
  /// Makes one from its parts.
  const OfflineUsed({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory OfflineUsed.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'offline.used');
    fields.constant('version', 1);
    return OfflineUsed(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', OfflineUsedBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'offline.used'.
  @override
  String get type => 'offline.used';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final OfflineUsedBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class OfflineUsedBody extends CarrelModel {
  /// Makes one from its parts.
  const OfflineUsedBody({
    required this.durationMs,
    required this.attempts,
    required this.reads,
    required this.localReads,
    required this.completed,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory OfflineUsedBody.fromJson(Object? json) {
    final fields = Fields(json);
    return OfflineUsedBody(
      durationMs: fields.read(
        'duration_ms',
        readWhole(min: 0, max: 2147483647),
      ),
      attempts: fields.read('attempts', readWhole(min: 0, max: 1000000)),
      reads: fields.read('reads', readWhole(min: 0, max: 10000000)),
      localReads: fields.read('local_reads', readWhole(min: 0, max: 10000000)),
      completed: fields.read('completed', readBool),
      unknown: fields.others(),
    );
  }

  /// How long the device had no network.
  ///
  /// Unit: milliseconds.
  final int durationMs;

  /// Answers in that time.
  ///
  /// Unit: attempts.
  final int attempts;

  /// Reads of content in that time.
  ///
  /// Unit: reads.
  final int reads;

  /// Reads that the device answered itself.
  ///
  /// Unit: reads.
  final int localReads;

  /// Whether the learner finished what they began.
  final bool completed;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'duration_ms': durationMs,
    'attempts': attempts,
    'reads': reads,
    'local_reads': localReads,
    'completed': completed,
    ...unknown,
  };
}

/// Something in the app went wrong.
final class AppFailed extends CarrelModel implements Event {
  /// Makes one from its parts.
  const AppFailed({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory AppFailed.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'app.failed');
    fields.constant('version', 1);
    return AppFailed(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', AppFailedBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'app.failed'.
  @override
  String get type => 'app.failed';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final AppFailedBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class AppFailedBody extends CarrelModel {
  /// Makes one from its parts.
  const AppFailedBody({
    required this.code,
    this.place,
    required this.fatal,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory AppFailedBody.fromJson(Object? json) {
    final fields = Fields(json);
    return AppFailedBody(
      code: fields.read('code', readMatching(r'^[a-z][a-z0-9_.]{0,63}$')),
      place: fields.readNullish(
        'place',
        readMatching(r'^[a-z][a-z0-9_.]{0,63}$'),
      ),
      fatal: fields.read('fatal', readBool),
      unknown: fields.others(),
    );
  }

  /// What went wrong.
  final String code;

  /// Where in the app; absent or null: unknown.
  final String? place;

  /// Whether the app had to stop.
  final bool fatal;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'code': code,
    if (place != null) 'place': place,
    'fatal': fatal,
    ...unknown,
  };
}

/// The app works again.
final class AppRecovered extends CarrelModel implements Event {
  /// Makes one from its parts.
  const AppRecovered({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory AppRecovered.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'app.recovered');
    fields.constant('version', 1);
    return AppRecovered(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', AppRecoveredBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'app.recovered'.
  @override
  String get type => 'app.recovered';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final AppRecoveredBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class AppRecoveredBody extends CarrelModel {
  /// Makes one from its parts.
  const AppRecoveredBody({
    required this.code,
    required this.durationMs,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory AppRecoveredBody.fromJson(Object? json) {
    final fields = Fields(json);
    return AppRecoveredBody(
      code: fields.read('code', readMatching(r'^[a-z][a-z0-9_.]{0,63}$')),
      durationMs: fields.read('duration_ms', readWhole(min: 0, max: 86400000)),
      unknown: fields.others(),
    );
  }

  /// What had gone wrong.
  final String code;

  /// How long it lasted.
  ///
  /// Unit: milliseconds.
  final int durationMs;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'code': code,
    'duration_ms': durationMs,
    ...unknown,
  };
}

/// A device's report about itself, which the learner or the app sends on
/// purpose, for support.
final class AppReported extends CarrelModel implements Event {
  /// Makes one from its parts.
  const AppReported({
    required this.id,
    required this.learnerId,
    required this.deviceId,
    required this.occurredAt,
    required this.utcOffsetMinutes,
    this.clockOffsetMs,
    this.answeredAt,
    required this.body,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory AppReported.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('type', 'app.reported');
    fields.constant('version', 1);
    return AppReported(
      id: fields.read('id', Ulid.fromJson),
      learnerId: fields.read('learner_id', Uuid.fromJson),
      deviceId: fields.read('device_id', Uuid.fromJson),
      occurredAt: fields.read('occurred_at', Instant.fromJson),
      utcOffsetMinutes: fields.read(
        'utc_offset_minutes',
        readWhole(min: -1080, max: 1080),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      answeredAt: fields.readNullish('answered_at', Instant.fromJson),
      body: fields.read('body', AppReportedBody.fromJson),
      unknown: fields.others(),
    );
  }

  /// Always 'app.reported'.
  @override
  String get type => 'app.reported';

  /// Always 1.
  @override
  int get version => 1;

  /// The event's id and idempotency key, made on the device.
  @override
  final Ulid id;

  /// The learner who did it.
  @override
  final Uuid learnerId;

  /// The device that recorded it.
  @override
  final Uuid deviceId;

  /// When it happened, by the device's clock.
  @override
  final Instant occurredAt;

  /// By how much the learner's local time was ahead of UTC.
  ///
  /// Unit: minutes.
  @override
  final int utcOffsetMinutes;

  /// Server time minus device time, as of the device's last answer before the
  /// event; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  @override
  final int? clockOffsetMs;

  /// The `received_at` of the device's last answer before the event, so that
  /// the event came after it; absent or null: unknown.
  @override
  final Instant? answeredAt;

  /// What the type says; unknown fields are kept.
  final AppReportedBody body;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'version': version,
    'id': id,
    'learner_id': learnerId,
    'device_id': deviceId,
    'occurred_at': occurredAt,
    'utc_offset_minutes': utcOffsetMinutes,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (answeredAt != null) 'answered_at': answeredAt,
    'body': body.toJson(),
    ...unknown,
  };
}

/// What the event says beyond its envelope.
final class AppReportedBody extends CarrelModel {
  /// Makes one from its parts.
  const AppReportedBody({
    required this.platform,
    this.appVersion,
    this.osVersion,
    required this.waiting,
    required this.quarantined,
    required this.heldBack,
    required this.dead,
    this.oldestWaitingS,
    this.syncedS,
    required this.contentVersion,
    required this.damaged,
    this.intactS,
    this.clockOffsetMs,
    this.storageUsedMb,
    this.storageFreeMb,
    required this.codes,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory AppReportedBody.fromJson(Object? json) {
    final fields = Fields(json);
    return AppReportedBody(
      platform: fields.read(
        'platform',
        readMatching(r'^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$'),
      ),
      appVersion: fields.readNullish(
        'app_version',
        readMatching(r'^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$'),
      ),
      osVersion: fields.readNullish(
        'os_version',
        readMatching(r'^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$'),
      ),
      waiting: fields.read('waiting', readWhole(min: 0, max: 1000000)),
      quarantined: fields.read('quarantined', readWhole(min: 0, max: 1000000)),
      heldBack: fields.read('held_back', readWhole(min: 0, max: 1000000)),
      dead: fields.read('dead', readWhole(min: 0, max: 1000000)),
      oldestWaitingS: fields.readNullish(
        'oldest_waiting_s',
        readWhole(min: 0, max: 2147483647),
      ),
      syncedS: fields.readNullish(
        'synced_s',
        readWhole(min: 0, max: 2147483647),
      ),
      contentVersion: fields.read(
        'content_version',
        readWhole(min: 0, max: 2147483647),
      ),
      damaged: fields.read('damaged', readBool),
      intactS: fields.readNullish(
        'intact_s',
        readWhole(min: 0, max: 2147483647),
      ),
      clockOffsetMs: fields.readNullish(
        'clock_offset_ms',
        readWhole(min: -32503680000000, max: 32503680000000),
      ),
      storageUsedMb: fields.readNullish(
        'storage_used_mb',
        readWhole(min: 0, max: 1000000),
      ),
      storageFreeMb: fields.readNullish(
        'storage_free_mb',
        readWhole(min: 0, max: 2147483647),
      ),
      codes: fields.read(
        'codes',
        readList(readMatching(r'^[a-z][a-z0-9_.]{0,63}$'), max: 10),
      ),
      unknown: fields.others(),
    );
  }

  /// The platform, or `unknown`.
  final String platform;

  /// The version of the app; absent or null: unknown.
  final String? appVersion;

  /// The version of the operating system; absent or null: unknown.
  final String? osVersion;

  /// Events of the outbox that are to be sent.
  ///
  /// Unit: events.
  final int waiting;

  /// Events that the server could not apply and the device still keeps.
  ///
  /// Unit: events.
  final int quarantined;

  /// Events that the server refused for this learner.
  ///
  /// Unit: events.
  final int heldBack;

  /// Events that were given up and not handed in yet.
  ///
  /// Unit: events.
  final int dead;

  /// Age of the oldest event that is to be sent; absent or null: none waits.
  ///
  /// Unit: seconds.
  final int? oldestWaitingS;

  /// Time since the last sync that succeeded; absent or null: never.
  ///
  /// Unit: seconds.
  final int? syncedS;

  /// The content version of the cache; 0: none yet.
  final int contentVersion;

  /// Whether the cache is known to be damaged.
  final bool damaged;

  /// Time since the cache was last reported intact; absent or null: unknown.
  ///
  /// Unit: seconds.
  final int? intactS;

  /// Server time minus device time; absent or null: unknown.
  ///
  /// Unit: milliseconds.
  final int? clockOffsetMs;

  /// Size of the device's database; absent or null: unknown.
  ///
  /// Unit: megabytes.
  final int? storageUsedMb;

  /// Free room on the disk; absent or null: unknown.
  ///
  /// Unit: megabytes.
  final int? storageFreeMb;

  /// Codes of the last failures, newest first, each once.
  final List<String> codes;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'platform': platform,
    if (appVersion != null) 'app_version': appVersion,
    if (osVersion != null) 'os_version': osVersion,
    'waiting': waiting,
    'quarantined': quarantined,
    'held_back': heldBack,
    'dead': dead,
    if (oldestWaitingS != null) 'oldest_waiting_s': oldestWaitingS,
    if (syncedS != null) 'synced_s': syncedS,
    'content_version': contentVersion,
    'damaged': damaged,
    if (intactS != null) 'intact_s': intactS,
    if (clockOffsetMs != null) 'clock_offset_ms': clockOffsetMs,
    if (storageUsedMb != null) 'storage_used_mb': storageUsedMb,
    if (storageFreeMb != null) 'storage_free_mb': storageFreeMb,
    'codes': codes,
    ...unknown,
  };
}
