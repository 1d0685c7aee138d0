import 'dart:convert';

import 'batch.gen.dart';
import 'errors.gen.dart';
import 'event.gen.dart';
import 'json_reader.dart';
import 'jsonb.dart';
import 'limits.gen.dart';
import 'scalars.gen.dart';

/// Whether the server would accept a line, as far as the line alone decides.
sealed class Verdict<T> {
  const Verdict();
}

/// The server would accept it.
final class Accepted<T> extends Verdict<T> {
  /// Says so.
  const Accepted(this.value);

  /// What the line says.
  final T value;
}

/// The server would not accept it.
final class Rejected<T> extends Verdict<T> {
  /// Says why.
  const Rejected(this.code, [this.field]);

  /// The error that the server would name.
  final ErrorCode code;

  /// A dotted path, empty for the line itself; null where no field is to blame.
  final String? field;
}

/// The field that the server names: of a body's field its first two names.
String _fieldOf(CarrelFormatException error) {
  final path = error.path.map((part) => '$part').toList();
  final depth = path.isNotEmpty && path.first == 'body' ? 2 : 1;
  return path.take(depth).join('.');
}

Object? _parseLine(String line) {
  if (line.contains('\n')) throw const FormatException('A line break.');
  return parseJsonb(line);
}

/// The verdict on one event's line of a batch that [learner] (the token's)
/// sends.
Verdict<Event> checkEventLine(String line, Uuid learner) {
  if (utf8.encode(line).length > Limits.maxEventBytes) {
    return const Rejected(ErrorCode.tooLarge);
  }
  final Object? json;
  try {
    json = _parseLine(line);
  } on FormatException {
    return const Rejected(ErrorCode.invalidJson);
  }
  try {
    final envelope = EventEnvelope.fromJson(json);
    if (envelope.learnerId != learner) {
      return const Rejected(ErrorCode.wrongLearner);
    }
    if (!Event.types.contains(envelope.type)) {
      return const Rejected(ErrorCode.unknownType);
    }
    if (envelope.version != 1) return const Rejected(ErrorCode.unknownVersion);
    return Accepted(Event.fromJson(json));
  } on CarrelFormatException catch (error) {
    return Rejected(ErrorCode.invalidEvent, _fieldOf(error));
  }
}

/// The verdict on the first line of a batch; a header that is wrong fails the
/// whole batch.
Verdict<BatchHeader> checkHeaderLine(String line) {
  try {
    return Accepted(BatchHeader.fromJson(_parseLine(line)));
  } on CarrelFormatException catch (error) {
    return Rejected(ErrorCode.malformedBatch, _fieldOf(error));
  } on FormatException {
    return const Rejected(ErrorCode.malformedBatch, '');
  }
}
