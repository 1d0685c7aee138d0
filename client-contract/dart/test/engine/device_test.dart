/// The engine's own promises: status, single flight, leases, tokens.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:typed_data';

import 'package:carrel/engine.dart';
import 'package:carrel/ffi.dart';
import 'package:test/test.dart';

import 'crash_test.dart' show fileStore, inFolder;
import 'scripted_server.dart';
import 'until.dart';

Store memory() => SqliteStore(openSqlite(':memory:'));

/// A server that answers only when it is told to.
final class _Held extends ScriptedServer {
  Completer<void>? gate;

  /// Whether a request waits.
  bool isHeld = false;

  @override
  Future<TransportResponse> send(TransportRequest request) async {
    isHeld = gate != null;
    await gate?.future;
    return super.send(request);
  }
}

void main() {
  test('K3: the status goes from out of date over syncing to current', () async {
    final server = ScriptedServer();
    final device = await openDevice(memory(), server);
    final seen = <SyncStatus>[];
    device.statuses.listen(seen.add);
    await device.sync();
    await Future<void>.delayed(Duration.zero);
    final syncing = seen.whereType<Syncing>().last;
    expect(syncing.rows, questionCount + 2);
    expect(syncing.totalRows, questionCount + 2);
    expect(syncing.bytes > 1000, isTrue);
    expect(seen.last, isA<Current>());

    await answerOne(device);
    await Future<void>.delayed(Duration.zero);
    expect((seen.last as Pending).count, 2, reason: 'a session and an answer');
    await device.close();
  });

  test('K3: calls of sync join one flight, and forceSync begins another', () async {
    final server = ScriptedServer();
    final device = await openDevice(memory(), server);
    await Future.wait([device.sync(), device.sync()]);
    expect(server.pushes.length, 1);
    await Future.wait([device.sync(), device.forceSync()]);
    expect(server.pushes.length, 3);
    await device.close();
  });

  test('K3: an expired token is refreshed once, before the request is repeated', () async {
    final server = ScriptedServer();
    final asked = <bool>[];
    final transport = _Expired(server);
    final device = await CarrelDevice.open(
      store: memory(),
      transport: transport,
      url: Uri.parse('http://carrel.test'),
      learnerId: learner,
      token: ({required refused}) async {
        asked.add(refused);
        return token;
      },
    );
    await device.sync();
    expect(asked.take(2).toList(), [false, true]);
    await device.close();
  });

  test('K3: without a token the device studies, and says what is stuck', () async {
    final server = ScriptedServer();
    String? given = token;
    final device = await openDevice(
      memory(),
      server,
      token: ({required refused}) async => given,
    );
    await device.sync();
    given = null;
    await answerOne(device);
    try {
      await device.sync();
      expect(true, false, reason: 'nobody is signed in');
    } on DeviceException catch (error) {
      expect(error.reason, DeviceErrorCode.signedOut);
    }
    final status = await device.status();
    expect((status as Stuck).codes.single, 'signed_out');
    await device.close();
  });

  test('K3: of two isolates on one file one syncs, and both may study', () async {
    await inFolder((file) async {
      final server = _Held();
      const lease = Duration(seconds: 30);
      final first = await openDevice(fileStore(file), server, lease: lease);
      await first.sync();
      final second = await openDevice(fileStore(file), server, lease: lease);
      server.gate = Completer();
      final running = first.sync();
      await until(() => server.isHeld);
      try {
        await second.sync();
        expect(true, false, reason: 'the first one has the lease');
      } on DeviceException catch (error) {
        expect(error.reason, DeviceErrorCode.busy);
      }
      await answerOne(second);
      server.gate!.complete();
      server.gate = null;
      await running;
      final report = await second.sync();
      expect(report.delivered, 2);
      await first.close();
      await second.close();
    });
  });

  test('K3: a lease of a killed isolate ends by itself', () async {
    await inFolder((file) async {
      final server = _Held();
      final clock = TestClock();
      const lease = Duration(seconds: 30);
      final first = await openDevice(
        fileStore(file),
        server,
        lease: lease,
        clock: clock,
      );
      await first.sync();
      openSqlite(file)
        ..execute('insert into sync_lease (holder, until) values (?, ?)', [
          'dead',
          clock.time + 1000,
        ])
        ..close();
      clock.time += 999;
      try {
        await first.sync();
        expect(true, false, reason: 'the lease still holds');
      } on DeviceException catch (error) {
        expect(error.reason, DeviceErrorCode.busy);
      }
      clock.time += 1;
      await first.sync();
      await first.close();
    });
  });

  test('K3: a cancelled sync ends at once, and the next one goes on', () async {
    final server = _Held();
    final device = await openDevice(memory(), server);
    server.gate = Completer();
    final cancellation = Cancellation();
    final running = device.sync(cancellation: cancellation);
    cancellation.cancel();
    server.gate!.complete();
    server.gate = null;
    try {
      await running;
      expect(true, false, reason: 'it was cancelled');
    } on CancelledException catch (error) {
      expect(error.code, 'cancelled');
    }
    await device.sync();
    expect(await device.status(), isA<Current>());
    await device.close();
  });

  test('K3: values of every type come back from SQLite as they were', () {
    final db = openSqlite(':memory:');
    final values = [
      null,
      9007199254740993,
      -0.5,
      'ü\u0000𝄞',
      utf8.encode('x'),
      <int>[],
    ];
    final row = db.select(
      'select ? as a, ? as b, ? as c, ? as d, ? as e, ? as f',
      values,
    ).single;
    expect(row.values.toList(), values);
    db.close();
  });

  test('K3: a newer database is refused, and stays as it was', () async {
    await inFolder((file) async {
      openSqlite(file)
        ..script('pragma user_version = 99')
        ..close();
      try {
        await openDevice(fileStore(file), ScriptedServer());
        expect(true, false, reason: 'the file is newer');
      } on DeviceException catch (error) {
        expect(error.reason, DeviceErrorCode.newerDatabase);
      }
    });
  });
}

/// Refuses the first token.
final class _Expired implements Transport {
  _Expired(this._server);

  final ScriptedServer _server;
  bool _isFirst = true;

  @override
  Future<TransportResponse> send(TransportRequest request) async {
    if (!_isFirst) return _server.send(request);
    _isFirst = false;
    return TransportResponse(
      status: 401,
      headers: const {},
      body: Stream.value(
        utf8.encode(
          jsonEncode({
            'type': 'token_expired',
            'title': 'Expired.',
            'status': 401,
            'code': 'token_expired',
            'request_id': '1',
            'retryable': true,
          }),
        ),
      ),
    );
  }

  @override
  Uint8List? gzip(Uint8List bytes) => _server.gzip(bytes);

  @override
  Stream<List<int>>? gunzip(Uint8List bytes) => _server.gunzip(bytes);

  @override
  void close() {}
}
