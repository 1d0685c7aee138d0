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

  /// A URI that ends in the code.
  final String type;

  /// What is wrong, for people; the same for every request with this code.
  final String title;

  /// The HTTP status.
  final int status;

  /// A code of the error registry; a newer server may send codes that this
  /// contract lacks.
  final String code;

  /// What is wrong with this request, for people.
  final String? detail;

  /// A value for programs, such as the name of a field or a limit.
  final String? info;

  /// The request's id, by which support finds it in the logs.
  final String requestId;

  /// Whether the same request can succeed later.
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
