import 'dart:convert';

import '../errors.gen.dart';
import '../json_reader.dart';
import '../problem.gen.dart';
import '../scalars.gen.dart';
import 'transport.dart';

/// Why a call of the engine has failed.
sealed class CarrelException implements Exception {
  const CarrelException(this.message);

  /// For people.
  final String message;

  /// The word for programs: a code of the error registry, of
  /// [DeviceErrorCode], or `network`, `invalid_answer`, `cancelled`.
  String get code;

  /// Whether the same request, sent again later, can succeed.
  bool get retryable;

  @override
  String toString() => '$runtimeType: $message ($code)';
}

/// The server's no. The request wrote nothing.
final class ProblemException extends CarrelException {
  /// Says what the server has said.
  ProblemException({
    required this.code,
    required this.status,
    required String message,
    this.info,
    this.requestId,
    this.retryAfterS,
    bool? retryable,
  }) : retryable =
           retryable ??
           ErrorCode.byWire(code)?.request?.retryable ??
           (status == 429 || status >= 500),
       super(message);

  /// The error in an answer that is not ok.
  factory ProblemException.of(
    int status,
    Map<String, String> headers,
    String body,
  ) {
    final requestId = headers['x-request-id'];
    final retryAfterS = readRetryAfter(headers['retry-after'], DateTime.now());
    try {
      final problem = Problem.fromJson(jsonDecode(body));
      return ProblemException(
        code: problem.code,
        status: status,
        message: problem.detail ?? problem.title,
        info: problem.info,
        requestId: requestId,
        retryAfterS: retryAfterS,
        retryable: problem.retryable,
      );
    } on FormatException {
      final shown = body.length > 200 ? body.substring(0, 200) : body;
      return ProblemException(
        code: _codeOf(status),
        status: status,
        message: 'The server answered $status: $shown',
        requestId: requestId,
        retryAfterS: retryAfterS,
      );
    }
  }

  /// A code of the error registry, or of a newer server.
  @override
  final String code;

  /// The HTTP status.
  final int status;

  /// A value for programs: docs/errors.md says for which codes, and what it is.
  final String? info;

  /// The request's id, for support and the server's log.
  final String? requestId;

  /// Seconds to wait before the request is sent again.
  final int? retryAfterS;

  @override
  final bool retryable;

  /// Codes for answers that do not come from Carrel, but from what stands before
  /// it.
  static String _codeOf(int status) => switch (status) {
    401 => 'unauthenticated',
    403 => 'forbidden',
    404 => 'not_found',
    413 => 'payload_too_large',
    429 || 501 || 502 || 503 || 504 => 'overloaded',
    >= 500 => 'internal',
    _ => 'malformed_request',
  };
}

/// `Retry-After` in seconds, from either of its forms.
int? readRetryAfter(String? header, DateTime now) {
  if (header == null) return null;
  if (RegExp(r'^\d{1,15}$').hasMatch(header)) return int.parse(header);
  final at = readHttpDate(header);
  if (at == null) return null;
  final seconds = at.difference(now).inMilliseconds / 1000;
  return seconds <= 0 ? 0 : seconds.ceil();
}

/// No answer, or only part of one: nobody knows whether the request was carried
/// out. It may be sent again.
final class NetworkException extends CarrelException {
  /// Says what went wrong.
  const NetworkException(super.message);

  @override
  String get code => 'network';

  @override
  bool get retryable => true;
}

/// An answer that this version of the contract can't read.
final class ContractException extends CarrelException {
  /// Says what is wrong with it.
  const ContractException(super.message);

  @override
  String get code => 'invalid_answer';

  @override
  bool get retryable => false;
}

/// The app has cancelled the call.
final class CancelledException extends CarrelException {
  /// Says so.
  const CancelledException() : super('The call was cancelled.');

  @override
  String get code => 'cancelled';

  @override
  bool get retryable => false;
}

/// Why a device refuses.
enum DeviceErrorCode {
  /// A newer version of the engine has written the database.
  newerDatabase('newer_database'),

  /// The database, or the access token, belongs to another learner.
  wrongLearner('wrong_learner'),

  /// The app has no access token: the learner must sign in. Everything on the
  /// device stays.
  signedOut('signed_out'),

  /// An id that the app passes is not a UUID in lower case.
  invalidId('invalid_id'),

  /// Nothing can be studied before the first release is there.
  noContent('no_content'),

  /// This device did not start the session, or the session has ended.
  unknownSession('unknown_session'),

  /// The answer does not have the form of the question's type, or names a choice
  /// that the question does not have.
  invalidAnswer('invalid_answer'),

  /// A text, number or object that the server's database can't store.
  undeliverable('undeliverable'),

  /// A value breaks a rule of the contract; the message names the field.
  invalidEvent('invalid_event'),

  /// An event's line is larger than 16 KiB.
  eventTooLarge('event_too_large'),

  /// A dead letter is larger than 256 KiB.
  letterTooLarge('letter_too_large'),

  /// A failure's code or place does not have the form of a code.
  invalidCode('invalid_code'),

  /// A whole snapshot was fetched, and its hashes are not those that the server
  /// published.
  contentMismatch('content_mismatch'),

  /// The server's history changed again and again during one sync.
  unstableServer('unstable_server'),

  /// Another isolate is syncing the same database.
  busy('busy');

  const DeviceErrorCode(this.wire);

  /// The code as the TypeScript device and telemetry have it.
  final String wire;
}

/// A refusal of the device. Nothing was written.
final class DeviceException extends CarrelException {
  /// Says why.
  const DeviceException(this.reason, super.message);

  /// Why.
  final DeviceErrorCode reason;

  @override
  String get code => reason.wire;

  @override
  bool get retryable => false;
}

/// Throws unless the id is a UUID in lower case: the server would refuse every
/// request with it.
Uuid requireUuid(String id) {
  try {
    return Uuid.fromJson(id);
  } on CarrelFormatException {
    throw DeviceException(
      DeviceErrorCode.invalidId,
      '${jsonEncode(id)} is not a UUID in lower case.',
    );
  }
}
