/// The app's isolate and a background isolate share one file, and the background
/// one may be killed at any moment.
library;

import 'dart:async';
import 'dart:io';
import 'dart:isolate';
import 'dart:typed_data';

import 'package:carrel/engine.dart';
import 'package:carrel/http.dart';
import 'package:test/test.dart';

import 'crash_test.dart' show fileStore, inFolder, moments, settleDown;
import 'scripted_server.dart';

const _lease = Duration(seconds: 30);

/// The scripted server behind HTTP, so that several isolates reach it.
final class _Listening {
  _Listening._(this.server, this._http) {
    _http.listen(_answer);
  }

  static Future<_Listening> start(ScriptedServer server) async => _Listening._(
    server,
    await HttpServer.bind(InternetAddress.loopbackIPv4, 0),
  );

  final ScriptedServer server;
  final HttpServer _http;

  /// While there is one, requests wait for it.
  Completer<void>? gate;

  /// Completes when a request has come to the gate.
  Completer<void> arrived = Completer();

  Uri get url => Uri.parse('http://127.0.0.1:${_http.port}');

  Future<void> _answer(HttpRequest request) async {
    final body = BytesBuilder();
    await request.forEach(body.add);
    if (gate case final gate?) {
      if (!arrived.isCompleted) arrived.complete();
      await gate.future;
    }
    final headers = <String, String>{};
    request.headers.forEach((name, values) => headers[name] = values.join(','));
    final answer = await server.send(
      TransportRequest(
        method: request.method,
        url: request.requestedUri,
        headers: headers,
        body: body.takeBytes(),
      ),
    );
    request.response.statusCode = answer.status;
    try {
      await request.response.addStream(answer.body);
      await request.response.close();
    } on Exception {
      // The isolate that asked was killed.
    }
  }

  Future<void> stop() => _http.close(force: true);
}

/// What a background isolate is started with. Its first message is the number of
/// events that it has delivered, or null where it stays in the middle of a call.
typedef _Task = ({String file, Uri url, SendPort port, int stopsAt});

/// A store that stays in the middle of one of its calls.
final class _StoppingStore implements Store {
  _StoppingStore(this._store, this._task);

  final Store _store;
  final _Task _task;
  int _calls = 0;

  Future<void> _call() async {
    if (++_calls != _task.stopsAt) return;
    _task.port.send(null);
    await Completer<void>().future;
  }

  @override
  Future<void> open({required String schema, required List<String> upgrades}) =>
      _store.open(schema: schema, upgrades: upgrades);

  @override
  Future<int> execute(String sql, [List<Object?> parameters = const []]) async {
    final changed = await _store.execute(sql, parameters);
    await _call();
    return changed;
  }

  @override
  Future<List<SqlRow>> select(
    String sql, [
    List<Object?> parameters = const [],
  ]) => _store.select(sql, parameters);

  @override
  Future<T> transaction<T>(Future<T> Function() work) =>
      _store.transaction(() async {
        final result = await work();
        // The moment before the commit.
        await _call();
        return result;
      });

  @override
  Future<void> close() => _store.close();
}

/// A background task: opens the learner's file, studies, syncs, closes.
Future<void> _background(_Task task) async {
  final device = await openDevice(
    _StoppingStore(fileStore(task.file), task),
    HttpTransport(),
    url: task.url,
    lease: _lease,
  );
  await answerOne(device, 1);
  final report = await device.forceSync();
  await device.close();
  task.port.send(report.delivered);
}

/// A background isolate.
final class _Background {
  _Background._(this._isolate, this._port, this._messages, this._exit);

  static Future<_Background> start(String file, Uri url, {int stopsAt = 0}) async {
    final (port, exit) = (ReceivePort(), ReceivePort());
    final isolate = await Isolate.spawn<_Task>(
      _background,
      (file: file, url: url, port: port.sendPort, stopsAt: stopsAt),
      onExit: exit.sendPort,
    );
    return _Background._(isolate, port, StreamIterator(port), exit);
  }

  final Isolate _isolate;
  final ReceivePort _port;
  final StreamIterator<Object?> _messages;
  final ReceivePort _exit;

  /// Events that it has delivered; null: it stays in the middle of a call.
  Future<int?> get message async {
    await _messages.moveNext();
    return _messages.current as int?;
  }

  /// Waits until it has ended.
  Future<void> get ended async {
    await _exit.first;
    _port.close();
  }

  Future<void> kill() async {
    _isolate.kill(priority: Isolate.immediate);
    await ended;
  }
}

Future<bool> _isBusy(CarrelDevice device) async {
  try {
    await device.sync();
    return false;
  } on DeviceException catch (error) {
    expect(error.reason, DeviceErrorCode.busy);
    return true;
  }
}

/// A file with content, an answer of the learner, and the server.
Future<void> _withDevice(
  Future<void> Function(
    String file,
    CarrelDevice device,
    _Listening listening,
    TestClock clock,
  )
  work,
) => inFolder((file) async {
  final listening = await _Listening.start(ScriptedServer());
  final clock = TestClock();
  final device = await openDevice(
    fileStore(file),
    HttpTransport(),
    url: listening.url,
    clock: clock,
    lease: _lease,
  );
  try {
    await device.sync();
    await work(file, device, listening, clock);
  } finally {
    await device.close();
    await listening.stop();
  }
});

void main() {
  test('K3: while a background isolate syncs, the app studies and does not sync', () async {
    await _withDevice((file, device, listening, _) async {
      final kept = {await answerOne(device)};
      final gate = listening.gate = Completer();
      final background = await _Background.start(file, listening.url);
      await listening.arrived.future;
      expect(await _isBusy(device), isTrue);
      kept.add(await answerOne(device, 2));
      listening.gate = null;
      gate.complete();
      expect(await background.message, 3, reason: 'a session and two answers');
      await background.ended;
      final report = await device.sync();
      expect(report.delivered, 1);
      await settleDown(file, listening.server, kept, 'two isolates');
    });
  });

  test('K3: a background isolate that is killed in a request keeps its lease for its time, and no longer', () async {
    await _withDevice((file, device, listening, clock) async {
      final gate = listening.gate = Completer();
      final background = await _Background.start(file, listening.url);
      await listening.arrived.future;
      await background.kill();
      listening.gate = null;
      gate.complete();
      final kept = {await answerOne(device)};
      expect(await _isBusy(device), isTrue);
      clock.time += _lease.inMilliseconds;
      expect(await _isBusy(device), false);
      await settleDown(file, listening.server, kept, 'killed in a request');
    });
  });

  test('K3, I4: a background isolate that is killed in mid-write locks nobody out and loses nothing', () async {
    for (final stopsAt in moments(_writes, most: 3)) {
      await _withDevice((file, device, listening, clock) async {
        final kept = {await answerOne(device)};
        final background = await _Background.start(
          file,
          listening.url,
          stopsAt: stopsAt,
        );
        expect(await background.message, null, reason: 'stays in call $stopsAt');
        await background.kill();
        kept.add(await answerOne(device, 2));
        clock.time += _lease.inMilliseconds;
        await device.sync();
        await settleDown(
          file,
          listening.server,
          kept,
          'killed in call $stopsAt',
        );
      });
    }
  });
}

/// Writing calls of a background task, at least.
const int _writes = 20;
