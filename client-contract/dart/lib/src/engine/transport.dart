import 'dart:typed_data';

import 'cancellation.dart';

/// A request as it is sent.
final class TransportRequest {
  /// Its parts; names of headers are in lower case.
  const TransportRequest({
    required this.method,
    required this.url,
    this.headers = const {},
    this.body,
    this.cancellation,
  });

  /// `GET` or `POST`.
  final String method;

  /// Where to.
  final Uri url;

  /// By their names in lower case.
  final Map<String, String> headers;

  /// The bytes of a POST.
  final Uint8List? body;

  /// Ends the request.
  final Cancellation? cancellation;
}

/// An answer, whose body is still to come.
final class TransportResponse {
  /// Its parts.
  const TransportResponse({
    required this.status,
    required this.headers,
    required this.body,
  });

  /// The HTTP status, also of refusals.
  final int status;

  /// By their names in lower case.
  final Map<String, String> headers;

  /// Inflated, if the server has compressed it as the request allowed. A stream
  /// that breaks off ends with an error.
  final Stream<List<int>> body;
}

/// Sends requests. `package:carrel/http.dart` has one over `dart:io`.
abstract interface class Transport {
  /// Sends one, and gives the answer as soon as its headers are there. Whatever
  /// it throws counts as a failure of the network, unless the request was
  /// cancelled. It follows no retry rule of its own.
  Future<TransportResponse> send(TransportRequest request);

  /// The bytes as gzip; null: the platform can't, and they are sent as they are.
  Uint8List? gzip(Uint8List bytes);

  /// Inflates a bundle's file. Null: the platform can't, and pages are fetched.
  Stream<List<int>>? gunzip(Uint8List bytes);

  /// Ends all connections.
  void close();
}

const _months = [
  'Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', //
  'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec',
];

final RegExp _httpDate = RegExp(
  r'^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$',
);

/// A time as HTTP writes it: `Mon, 30 Nov 2026 08:00:00 GMT`.
DateTime? readHttpDate(String text) {
  final parts = _httpDate.firstMatch(text);
  if (parts == null) return null;
  final month = _months.indexOf(parts[2]!) + 1;
  if (month == 0) return null;
  int number(int group) => int.parse(parts[group]!);
  return DateTime.utc(
    number(3),
    month,
    number(1),
    number(4),
    number(5),
    number(6),
  );
}
