import '../errors.gen.dart';
import 'clock.dart';
import 'context.dart';
import 'exceptions.dart';
import 'queries.gen.dart';

/// After this time without a sync the device asks the home cell again. So a
/// phone that was restored from an old backup finds its learner also where the
/// cell of that time is gone. Devices that were offline for days pay one request
/// for it.
const int _forgetMs = 7 * 86400000;

final RegExp _loopback = RegExp(
  r'^(localhost|127(\.\d{1,3}){3}|::1)$',
  caseSensitive: false,
);

/// The base of a URL without a slash at its end; null for what is no base of a
/// cell, or sends a token over the network in clear.
String? _baseOf(String url) {
  final uri = Uri.tryParse(url);
  if (uri == null || uri.host.isEmpty || uri.host.contains('%')) return null;
  if (!const {'http', 'https'}.contains(uri.scheme)) return null;
  if (uri.userInfo.isNotEmpty || uri.query.isNotEmpty) return null;
  if (uri.fragment.isNotEmpty || uri.path.length > 1) return null;
  final isSafe = uri.scheme == 'https' || _loopback.hasMatch(uri.host);
  return isSafe ? uri.origin : null;
}

/// A URL without slashes at its end, as the app gave it.
String _trimmed(String url) => url.replaceFirst(RegExp(r'/+$'), '');

/// Where to ask next after the cell [asked] answered `moved` with [target];
/// null: the same cell again, later. The [home] cell may name any cell over TLS.
/// Another cell may send back home, or to a cell that the app trusts; for any
/// other target the home cell is asked, so that a cell alone can lead no token
/// away.
String? nextCell({
  required String home,
  Iterable<String> trusted = const [],
  required String asked,
  required String? target,
}) {
  if (target == null) return null;
  final (from, first) = (_trimmed(asked), _trimmed(home));
  final to = _baseOf(target);
  if (to == from) return null;
  final isTrusted =
      to != null && (to == first || trusted.any((url) => _trimmed(url) == to));
  final isFromHome = from == first && _baseOf(first) != null;
  if (to != null && (isTrusted || isFromHome)) return to;
  return from == first ? null : first;
}

/// Which cell a learner's requests go to. A cell is a whole project; a learner
/// lives in one, and may be moved to another. The cell is kept in the device's
/// database, so that a killed device goes on where the learner lives.
final class Cells {
  /// [home]: the URL that the app was built with. [trusted]: cells that the app
  /// trusts besides; usually none.
  Cells(this._context, Uri home, this._trusted)
    : _home = _trimmed(home.toString());

  final DeviceContext _context;
  final String _home;
  final Iterable<String> _trusted;

  /// The base URL of the next request.
  Future<String> url() async => (await readState(_context.db)).cellUrl ?? _home;

  /// Takes note of a refusal by the cell [asked]. Nothing is repeated here:
  /// `moved` is retryable, so the caller's retries go to the new cell, with their
  /// backoff and their bound.
  Future<void> refused(ProblemException error, String asked) async {
    // An answer of a cell that was left meanwhile says nothing.
    if (error.code != ErrorCode.moved.wire || asked != await url()) return;
    final next = nextCell(
      home: _home,
      trusted: _trusted,
      asked: asked,
      target: error.info,
    );
    if (next != null) await _remember(next == _home ? null : next);
  }

  /// Forgets a cell of long ago. Before a sync.
  Future<void> forgetOld() async {
    final state = await readState(_context.db);
    if (state.cellUrl == null) return;
    final syncedAt = state.syncedAt;
    // Without a sync there is no time to count from: the cell may be gone since
    // before the first one.
    final isOld =
        syncedAt == null ||
        _context.clock.time - millisecondsOf(syncedAt) >= _forgetMs;
    if (isOld) await _remember(null);
  }

  Future<void> _remember(String? url) =>
      _context.db.run(Queries.rememberCell(url));
}
