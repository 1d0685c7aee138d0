import 'dart:convert';

import '../scalars.gen.dart';
import 'exceptions.dart';

/// The app's access token; null: nobody is signed in. [refused]: the server has
/// refused the last token as expired. Refresh it even if it looks valid, because
/// the device's clock may be wrong. It may throw, for example if a refresh needs
/// the network.
typedef TokenProvider = Future<String?> Function({required bool refused});

/// The learner of a token; null: it can't be read.
String? learnerOf(String token) {
  try {
    final parts = token.split('.');
    final payload = base64Url.decode(base64Url.normalize(parts[1]));
    final claims = jsonDecode(utf8.decode(payload));
    return switch (claims) {
      {'sub': final String learner} => learner,
      _ => null,
    };
  } on FormatException {
    return null;
  } on RangeError {
    return null;
  }
}

/// The tokens of one learner. A device without a valid token studies on and
/// keeps everything: only requests need one.
final class Tokens {
  /// Asks the app before every request.
  Tokens(this._learner, this._provider);

  final Uuid _learner;
  final TokenProvider _provider;
  bool _isRefused = false;

  /// The server has refused the last token as expired.
  void refuse() => _isRefused = true;

  Future<String?> _ask() async {
    try {
      return await _provider(refused: _isRefused);
    } on DeviceException {
      rethrow;
    } on Exception catch (error) {
      // Most often the refresh found no network. Whatever the cause, a later
      // attempt may succeed, and nothing was sent.
      throw NetworkException('The app could not get an access token: $error');
    }
  }

  /// Throws a [NetworkException] if the app could not get a token, and a
  /// [DeviceException] if nobody or another learner is signed in.
  Future<String> get() async {
    final token = await _ask();
    _isRefused = false;
    if (token == null || token.isEmpty) {
      throw const DeviceException(
        DeviceErrorCode.signedOut,
        'There is no access token: the learner must sign in.',
      );
    }
    // With another learner's token a pull would mix their rows into this
    // database.
    if (learnerOf(token) != _learner) {
      throw const DeviceException(
        DeviceErrorCode.wrongLearner,
        'The token belongs to another learner.',
      );
    }
    return token;
  }
}
