/// Whatever call of the store fails, and whatever reply is lost: no answer that
/// was kept is lost, none counts twice, and the device goes on.
library;

import 'dart:io';
import 'dart:math';

import 'package:carrel/engine.dart';
import 'package:carrel/ffi.dart';
import 'package:test/test.dart';

import 'scripted_server.dart';

/// The process dies.
final class Killed extends Error {}

/// A store that fails at one of its calls.
final class ScriptedStore implements Store {
  ScriptedStore(this._store, {this.failsAt = -1, this.failure});

  final Store _store;

  /// The number of the call that fails; -1: none.
  final int failsAt;

  /// What it throws; null: the process dies, and every later call fails too.
  final StoreException? failure;
  int calls = 0;

  bool get isDead => failure == null && failsAt >= 0 && calls >= failsAt;

  void _call() {
    if (isDead) throw Killed();
    if (calls++ == failsAt - 1 && failsAt > 0) throw failure ?? Killed();
  }

  @override
  Future<void> open({required String schema, required List<String> upgrades}) =>
      _store.open(schema: schema, upgrades: upgrades);

  @override
  Future<int> execute(String sql, [List<Object?> parameters = const []]) async {
    _call();
    return _store.execute(sql, parameters);
  }

  @override
  Future<List<SqlRow>> select(
    String sql, [
    List<Object?> parameters = const [],
  ]) async {
    _call();
    return _store.select(sql, parameters);
  }

  @override
  Future<T> transaction<T>(Future<T> Function() work) async {
    _call();
    return _store.transaction(() async {
      final result = await work();
      // The moment before the commit.
      _call();
      return result;
    });
  }

  @override
  Future<void> close() => _store.close();
}

/// A folder that ends with the test.
Future<void> inFolder(Future<void> Function(String file) work) async {
  final folder = await Directory.systemTemp.createTemp('carrel-engine-');
  try {
    await work('${folder.path}/device.sqlite');
  } finally {
    await folder.delete(recursive: true);
  }
}

Store fileStore(String file) => SqliteStore(openSqlite(file));

/// A life of a device: fetches, studies, syncs, and meets a new release. Adds
/// the answers that the device has said to be kept.
Future<void> live(
  Store store,
  ScriptedServer server,
  Set<Ulid> kept,
) async {
  final device = await openDevice(store, server);
  await device.sync();
  for (var n = 0; n < 2; n++) {
    kept.add(await answerOne(device, n));
  }
  server.publish('Again?');
  await device.sync();
  await device.close();
}

/// The end of every story: the device is opened again and syncs, and both sides
/// have the same.
Future<void> settleDown(
  String file,
  ScriptedServer server,
  Set<Ulid> kept,
  String reason,
) async {
  server.fate = (_) => Fate.answered;
  final device = await openDevice(fileStore(file), server);
  await device.sync();
  final state = await device.state();
  expect(state.outbox.pending, 0, reason: '$reason: all is sent');
  final arrived = {for (final event in server.attempts) event['id']};
  for (final id in kept) {
    expect(arrived.contains(id), isTrue, reason: '$reason: $id is kept');
  }
  final progress = await device.progressIn(skill);
  expect(progress.attempts, arrived.length, reason: '$reason: counted once');
  expect((await device.verify()).isIntact, isTrue, reason: '$reason: intact');
  final rows = openSqlite(file);
  final held = rows.select('select body from content_row', const []);
  final lines = held.map((row) => row['body']! as String).toList()..sort();
  expect(lines, server.lines..sort(), reason: '$reason: the newest release');
  expect(
    rows.select('pragma integrity_check', const []).single.values.single,
    'ok',
    reason: reason,
  );
  rows.close();
  await device.close();
}

/// The calls at which a run fails: all of them with CARREL_RUNS, otherwise some
/// that CARREL_SEED chooses, a number or `random`.
Iterable<int> moments(int calls, {int most = 8}) {
  final runs = int.parse(Platform.environment['CARREL_RUNS'] ?? '0');
  if (runs > 0) return [for (var call = 1; call <= calls; call++) call];
  final seed = Platform.environment['CARREL_SEED'] ?? '1';
  final random = Random(int.tryParse(seed));
  return [
    for (var n = 0; n < most; n++)
      1 + (n * calls + random.nextInt(calls)) ~/ most,
  ];
}

Future<int> countCalls() async {
  final store = ScriptedStore(SqliteStore(openSqlite(':memory:')));
  await live(store, ScriptedServer(), {});
  return store.calls;
}

void main() {
  test('K3, I4: a device that dies at a call of its store loses no answer', () async {
    for (final failsAt in moments(await countCalls())) {
      await inFolder((file) async {
        final server = ScriptedServer();
        final kept = <Ulid>{};
        final store = ScriptedStore(fileStore(file), failsAt: failsAt);
        try {
          await live(store, server, kept);
        } on Killed {
          // The connection of a dead process is gone.
          await store.close();
        }
        await settleDown(file, server, kept, 'died at call $failsAt');
      });
    }
  });

  test('K3: a full disk refuses a call, and nothing that was kept is lost', () async {
    const full = StoreException('database or disk is full', 13);
    for (final failsAt in moments(await countCalls(), most: 4)) {
      await inFolder((file) async {
        final server = ScriptedServer();
        final kept = <Ulid>{};
        final store = ScriptedStore(
          fileStore(file),
          failsAt: failsAt,
          failure: full,
        );
        try {
          await live(store, server, kept);
        } on StoreException catch (error) {
          expect(error.isFull, isTrue);
          await store.close();
        }
        await settleDown(file, server, kept, 'full at call $failsAt');
      });
    }
  });

  test('K3, I4: every third reply is lost, and every event counts once', () async {
    await inFolder((file) async {
      final server = ScriptedServer()
        ..fate = (number) => number % 3 == 0 ? Fate.replyLost : Fate.answered;
      final kept = <Ulid>{};
      await live(fileStore(file), server, kept);
      expect(kept.length, 2);
      await settleDown(file, server, kept, 'every third reply lost');
    });
  });

  test('K3: a damaged file is found and repaired by the next sync', () async {
    await inFolder((file) async {
      final server = ScriptedServer();
      await live(fileStore(file), server, {});
      final file2 = openSqlite(file);
      file2.execute('delete from content_row where id = ?', [questionId(0)]);
      file2.close();
      final device = await openDevice(fileStore(file), server);
      expect((await device.verify()).isIntact, false);
      await device.close();
      await settleDown(file, server, {}, 'a row was missing');
    });
  });
}
