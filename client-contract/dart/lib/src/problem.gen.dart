// Generated from client-contract/contract/problem.ts by
// `npm run generate`; do not edit.

import 'json_reader.dart';
import 'model.dart';
import 'scalars.gen.dart';

/// A failed request, which wrote nothing. Programs look at `code`, people at
/// `title`.
final class Problem extends CarrelModel {
  /// Makes one from its parts.
  const Problem({
    required this.type,
    required this.title,
    required this.status,
    required this.code,
    this.detail,
    this.info,
    required this.requestId,
    required this.retryable,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Problem.fromJson(Object? json) {
    final fields = Fields(json);
    return Problem(
      type: fields.read('type', readString),
      title: fields.read('title', readString),
      status: fields.read('status', readWhole()),
      code: fields.read('code', readString),
      detail: fields.readOptional('detail', readString),
      info: fields.readOptional('info', readString),
      requestId: fields.read('request_id', readString),
      retryable: fields.read('retryable', readBool),
    );
  }

  /// Https://carrel.dev/errors/ and the code.
  final String type;

  /// `title` on the wire.
  final String title;

  /// `status` on the wire.
  final int status;

  /// Of the error registry, or of a newer one.
  final String code;

  /// A sentence about this occurrence.
  final String? detail;

  /// For programs: a field's name, a limit.
  final String? info;

  /// `request_id` on the wire.
  final String requestId;

  /// `retryable` on the wire.
  final bool retryable;

  @override
  Map<String, Object?> toJson() => {
    'type': type,
    'title': title,
    'status': status,
    'code': code,
    if (detail != null) 'detail': detail,
    if (info != null) 'info': info,
    'request_id': requestId,
    'retryable': retryable,
  };
}
