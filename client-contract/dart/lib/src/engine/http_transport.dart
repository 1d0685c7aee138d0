import 'dart:async';
import 'dart:io';
import 'dart:typed_data';

import 'cancellation.dart';
import 'exceptions.dart';
import 'transport.dart';

/// Sends requests by the [HttpClient] of `dart:io`: mobile, desktop and servers.
final class HttpTransport implements Transport {
  /// With a client of the app's own, if it is given; [close] closes it.
  HttpTransport({HttpClient? client, this.idle = const Duration(seconds: 60)})
    : _client = client ?? HttpClient() {
    _client.connectionTimeout ??= const Duration(seconds: 30);
  }

  final HttpClient _client;

  /// A request that brings no byte for so long has failed.
  final Duration idle;

  @override
  Future<TransportResponse> send(TransportRequest request) async {
    final cancellation = request.cancellation ?? Cancellation();
    cancellation.throwIfCancelled();
    final sent = await cancellation.guard(
      _client.openUrl(request.method, request.url),
    );
    unawaited(
      cancellation.cancelled.then((_) => sent.abort(const CancelledException())),
    );
    sent.followRedirects = false;
    request.headers.forEach(sent.headers.set);
    if (request.body case final body?) {
      sent.contentLength = body.length;
      sent.add(body);
    }
    final response = await cancellation.guard(sent.close().timeout(idle));
    final headers = <String, String>{};
    response.headers.forEach((name, values) => headers[name] = values.join(','));
    return TransportResponse(
      status: response.statusCode,
      headers: headers,
      body: response.timeout(idle),
    );
  }

  @override
  Uint8List gzip(Uint8List bytes) => switch (GZipCodec().encode(bytes)) {
    final Uint8List encoded => encoded,
    final encoded => Uint8List.fromList(encoded),
  };

  @override
  Stream<List<int>> gunzip(Uint8List bytes) =>
      Stream<List<int>>.value(bytes).transform(GZipCodec().decoder);

  @override
  void close() => _client.close(force: true);
}
