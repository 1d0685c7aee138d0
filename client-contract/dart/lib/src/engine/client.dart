import 'dart:async';
import 'dart:convert';
import 'dart:typed_data';

import '../adoption.gen.dart';
import '../batch.gen.dart';
import '../changes.gen.dart';
import '../content.gen.dart';
import '../errors.gen.dart';
import '../limits.gen.dart';
import '../manifest.gen.dart';
import '../scalars.gen.dart';
import 'bundle.dart';
import 'cancellation.dart';
import 'cells.dart';
import 'delta_page.dart';
import 'exceptions.dart';
import 'transport.dart';

/// Bodies below this many characters are sent as they are: gzip would save less
/// than it costs.
const int _gzipFrom = 1024;

/// One version of one history.
typedef Version = ({History history, int version});

/// What a device holds, for the server's figures.
typedef Holding = ({Uuid deviceId, int version, History? history});

/// Which page of a delta is asked for.
final class DeltaQuery {
  /// From version [since] until [until], going on after [after].
  const DeltaQuery({
    required this.since,
    required this.history,
    required this.until,
    this.domains,
    this.after,
    this.limit,
  });

  /// The version that the device holds; 0: a snapshot.
  final int since;

  /// The history of both versions.
  final History history;

  /// The version to read until.
  final int until;

  /// Only these domains; null: all.
  final List<Uuid>? domains;

  /// The `next` of the last page that was kept.
  final String? after;

  /// Rows a page; null: the server's choice.
  final int? limit;
}

/// A whole answer.
typedef _Answer = ({int status, Map<String, String> headers, Uint8List body});

/// A thin client over the two Edge Functions: it keeps nothing and retries
/// nothing. Its methods throw a [ProblemException], [NetworkException],
/// [ContractException] or [CancelledException].
final class CarrelClient {
  /// Makes a client; nothing is sent until one of its methods is called.
  CarrelClient({
    required this.cells,
    required this.transport,
    required this.token,
    this.publishableKey,
  });

  /// Which project the requests go to.
  final Cells cells;

  /// Sends the requests.
  final Transport transport;

  /// The learner's access token, asked for before every request.
  final Future<String> Function() token;

  /// The project's publishable key, where its gateway wants one.
  final String? publishableKey;

  /// Is told of each part of an answer's body: its bytes.
  void Function(int bytes)? onBytes;

  /// The path of a function, with the parameters that are not null.
  static Uri _at(String path, [Map<String, Object?> parameters = const {}]) {
    final given = {
      for (final MapEntry(:key, :value) in parameters.entries)
        if (value != null) key: '$value',
    };
    return Uri(
      path: '/functions/v1$path',
      queryParameters: given.isEmpty ? null : given,
    );
  }

  Future<_Answer> _fetch(TransportRequest request) async {
    try {
      final response = await transport.send(request);
      final body = BytesBuilder(copy: false);
      await for (final part in response.body) {
        request.cancellation?.throwIfCancelled();
        body.add(part);
        onBytes?.call(part.length);
      }
      return (
        status: response.status,
        headers: response.headers,
        body: body.takeBytes(),
      );
    } on Exception catch (error) {
      request.cancellation?.throwIfCancelled();
      throw NetworkException('$error');
    }
  }

  static String _textOf(Uint8List body) =>
      utf8.decode(body, allowMalformed: true);

  static bool _isOk(int status) => status >= 200 && status < 300;

  /// Sends a request and reads its whole answer; throws on all but 2xx.
  Future<String> _send(
    Uri path, {
    Cancellation? cancellation,
    Uint8List? body,
    String? type,
    bool isCompressed = false,
  }) async {
    final authorization = 'Bearer ${await token()}';
    final cell = await cells.url();
    final request = TransportRequest(
      method: body == null ? 'GET' : 'POST',
      url: Uri.parse('$cell$path'),
      headers: {
        'authorization': authorization,
        if (publishableKey case final key?) 'apikey': key,
        if (type != null) 'content-type': type,
        if (isCompressed) 'content-encoding': 'gzip',
      },
      body: body,
      cancellation: cancellation,
    );
    final answer = await _fetch(request);
    final text = _textOf(answer.body);
    if (_isOk(answer.status)) return text;
    final problem = ProblemException.of(answer.status, answer.headers, text);
    await cells.refused(problem, cell);
    throw problem;
  }

  static Uint8List _json(Object? value) => utf8.encode(jsonEncode(value));

  /// The newest release. [expected]: the version that a hint named: a cached
  /// head that is older will not do.
  Future<Head> head({
    int? expected,
    History? history,
    Holding? holds,
    Cancellation? cancellation,
  }) async {
    // Of a history that a hint says is over, the device holds nothing.
    final isOver = history != null && history != holds?.history;
    final uri = _at('/content/head', {
      'schema': Limits.contentSchema,
      'expected': expected,
      'history': history ?? holds?.history,
      'device': holds?.deviceId,
      'version': holds != null && isOver ? 0 : holds?.version,
    });
    return readAnswer(
      Head.fromJson,
      await _send(uri, cancellation: cancellation),
    );
  }

  /// What changed between two versions, page by page. Apply all pages in one
  /// transaction, or none. Where the first page says that it is since 0, it is a
  /// snapshot.
  Stream<DeltaPage> delta(DeltaQuery query, {Cancellation? cancellation}) async* {
    var next = query.after;
    PageLine? first;
    do {
      final uri = _at('/content/delta', {
        'schema': Limits.contentSchema,
        'history': query.history,
        'since': first?.since ?? query.since,
        'until': first?.until ?? query.until,
        'domains': query.domains?.join(','),
        'same': true,
        'after': next,
        'limit': query.limit,
      });
      final page = DeltaPage.of(await _send(uri, cancellation: cancellation));
      first ??= page.page;
      // A snapshot names no history, so the server can't see that it was
      // restored between two pages.
      if (page.page.history != first.history) throw _historyChanged();
      if (page.page.since != first.since || page.page.until != first.until) {
        throw const ContractException(
          'two pages of one delta are not between the same versions',
        );
      }
      yield page;
      next = page.end.next;
    } while (next != null);
  }

  static ProblemException _historyChanged() => ProblemException(
    code: ErrorCode.historyChanged.wire,
    status: 410,
    message: 'The history changed between two pages.',
  );

  Future<T> _ofVersion<T>(
    String path,
    Version asked,
    T Function(Object? json) reader,
    (History, int, int) Function(T answer) about,
    Cancellation? cancellation,
  ) async {
    final uri = _at(path, {
      'schema': Limits.contentSchema,
      'history': asked.history,
      'version': asked.version,
    });
    final answer = readAnswer(
      reader,
      await _send(uri, cancellation: cancellation),
    );
    final wanted = (asked.history, asked.version, Limits.contentSchema);
    if (about(answer) == wanted) return answer;
    throw const ContractException(
      'the answer is about another version than was asked for',
    );
  }

  /// The hash tree of a version, and where its bundles are.
  Future<Manifest> manifest(Version version, {Cancellation? cancellation}) =>
      _ofVersion(
        '/content/manifest',
        version,
        Manifest.fromJson,
        (answer) => (answer.history, answer.version, answer.schema),
        cancellation,
      );

  /// The domains' nodes of a version.
  Future<DomainNodes> domainNodes(
    Version version, {
    Cancellation? cancellation,
  }) => _ofVersion(
    '/content/domains',
    version,
    DomainNodes.fromJson,
    (answer) => (answer.history, answer.version, answer.schema),
    cancellation,
  );

  /// Rows of a node: a skill's and its questions', or a domain's own row alone.
  /// Not checked against any hash.
  Future<List<ContentChange>> node(
    Version version,
    Uuid id, {
    Cancellation? cancellation,
  }) async {
    final changes = <ContentChange>[];
    String? after;
    do {
      final uri = _at('/content/node', {
        'schema': Limits.contentSchema,
        'history': version.history,
        'version': version.version,
        'id': id,
        'after': after,
      });
      final page = DeltaPage.of(await _send(uri, cancellation: cancellation));
      if (page.page.history != version.history) throw _historyChanged();
      changes.addAll(page.changes);
      after = page.end.next;
    } while (after != null);
    return changes;
  }

  /// A bundle's rows; the file is checked against its size and hash, and costs
  /// no token.
  Future<List<ContentChange>> bundle(
    Bundle bundle, {
    Cancellation? cancellation,
  }) async {
    final answer = await _fetch(
      TransportRequest(
        method: 'GET',
        url: Uri.parse(await cells.url()).resolve(bundle.url),
        cancellation: cancellation,
      ),
    );
    if (!_isOk(answer.status)) {
      final text = _textOf(answer.body);
      throw ProblemException.of(answer.status, answer.headers, text);
    }
    return readBundle(bundle, answer.body, transport);
  }

  /// Tells the server that a cache was found damaged, or has been repaired.
  Future<void> report(ContentReport report, {Cancellation? cancellation}) =>
      _send(
        _at('/content/report'),
        body: _json(report.toJson()),
        type: 'application/json',
        cancellation: cancellation,
      );

  /// Sends a batch; [lines] are the events' exact lines from the outbox.
  Future<SyncAnswer> sync(
    BatchHeader header,
    List<String> lines, {
    Cancellation? cancellation,
  }) async {
    if (lines.any((line) => line.isEmpty || line.contains('\n'))) {
      throw ArgumentError.value(lines, 'lines', 'an event is one line');
    }
    final text = [jsonEncode(header.toJson()), ...lines, ''].join('\n');
    final bytes = utf8.encode(text);
    final compressed = text.length < _gzipFrom ? null : transport.gzip(bytes);
    final answer = await _send(
      _at('/sync'),
      body: compressed ?? bytes,
      type: 'application/x-ndjson',
      isCompressed: compressed != null,
      cancellation: cancellation,
    );
    final sync = readAnswer(SyncAnswer.fromJson, answer);
    final results = sync.batch.results.length;
    if (results == lines.length) return sync;
    throw ContractException('$results results for ${lines.length} events');
  }

  /// The learner's own changes since the cursor of the last pull (null: all).
  /// [atLeast]: the token of a batch that must be in it.
  Future<SteeredPullAnswer> pull(
    String? cursor, {
    int? limit,
    String? atLeast,
    Uuid? device,
    Cancellation? cancellation,
  }) async {
    final uri = _at('/sync', {
      'cursor': cursor,
      'limit': limit,
      'at_least': atLeast,
      'device': device,
    });
    return readAnswer(
      SteeredPullAnswer.fromJson,
      await _send(uri, cancellation: cancellation),
    );
  }

  /// Moves what an anonymous learner did to the account whose token [token]
  /// gives. It may be repeated.
  Future<Adoption> adopt(
    String anonymousToken, {
    Cancellation? cancellation,
  }) async {
    final answer = await _send(
      _at('/sync/adopt'),
      body: _json(AdoptionRequest(anonymousToken: anonymousToken).toJson()),
      type: 'application/json',
      cancellation: cancellation,
    );
    return readAnswer(Adoption.fromJson, answer);
  }
}
