/// What a device does beside syncing: hints, reports for support, streaks, and a
/// full disk.
library;

import 'dart:async';
import 'dart:convert';

import 'package:carrel/engine.dart';
import 'package:carrel/ffi.dart';
import 'package:test/test.dart';

import 'scripted_server.dart';
import 'until.dart';

Store memory() => SqliteStore(openSqlite(':memory:'));

/// Channels that the test speaks through.
final class _Channels implements HintChannels {
  final Map<String, StreamController<ChannelEvent>> joined = {};

  @override
  Stream<ChannelEvent> join(String topic, {required String event}) =>
      (joined[topic] = StreamController<ChannelEvent>()).stream;

  void say(String topic, ChannelEvent event) => joined[topic]!.add(event);
}

/// A store whose disk may be full.
final class _Disk implements Store {
  final Store _store = memory();
  bool isFull = false;

  @override
  Future<void> open({required String schema, required List<String> upgrades}) =>
      _store.open(schema: schema, upgrades: upgrades);

  @override
  Future<int> execute(String sql, [List<Object?> parameters = const []]) =>
      isFull
      ? throw const StoreException('database or disk is full', 13)
      : _store.execute(sql, parameters);

  @override
  Future<List<SqlRow>> select(
    String sql, [
    List<Object?> parameters = const [],
  ]) => _store.select(sql, parameters);

  @override
  Future<T> transaction<T>(Future<T> Function() work) =>
      _store.transaction(work);

  @override
  Future<void> close() => _store.close();
}

void main() {
  test('K3: a hint of a release brings its content, and nothing is pushed', () async {
    final server = ScriptedServer();
    final device = await openDevice(
      memory(),
      server,
      clock: const SystemClock(),
    );
    final loop = device.run();
    final channels = _Channels();
    final listener = HintListener(channels, loop, learnerId: learner);
    await until(() => server.pushes.isNotEmpty);
    await until(() async => await device.status() is Current);
    for (final topic in ['content', 'learner:$learner']) {
      channels.say(topic, const ChannelReady(isReady: true));
    }
    server.publish('Again?');
    channels
      ..say('content', const ChannelMessage({'of': 'a later contract'}))
      ..say(
        'content',
        const ChannelMessage({
          'history': '0123456789abcdef',
          'version': 2,
          'domains': [domain],
          'bytes': 100,
          'spread_s': 0,
        }),
      );
    await until(() async => (await device.state()).version == 2);
    expect((await device.state()).version, 2);
    expect(server.pushes.length, 1);
    await listener.stop();
    await loop.stop();
    await device.close();
  });

  test('K3: a report for support is sent with the next sync that succeeds', () async {
    final server = ScriptedServer();
    final device = await openDevice(memory(), server);
    await device.sync();
    final recovered = await device.recordFailure('audio.no_device', fatal: false);
    await recovered();
    server.fate = (_) => Fate.requestLost;
    final late = await device.reportDiagnostics(osVersion: '17.5.1');
    expect(late.isSent, false);
    server.fate = (_) => Fate.answered;
    final sent = await device.reportDiagnostics(storageFreeMb: 900);
    expect(sent.isSent, isTrue);
    final types = [
      for (final line in server.pushes.expand((lines) => lines))
        (jsonDecode(line) as Json)['type'],
    ];
    expect(types.where((type) => type == 'app.reported').length, 2);
    expect(types.contains('app.failed'), isTrue);
    expect(types.contains('app.recovered'), isTrue);
    await device.close();
  });

  test('K3: an answer that waits counts for the streak of today', () async {
    final device = await openDevice(memory(), ScriptedServer());
    await device.sync();
    expect((await device.streak()).current, 0);
    await answerOne(device);
    expect((await device.streak()).current, 1);
    await device.close();
  });

  test('K3: a full disk is said as read-only, until something can be written', () async {
    final disk = _Disk();
    final device = await openDevice(disk, ScriptedServer());
    await device.sync();
    disk.isFull = true;
    try {
      await answerOne(device);
      expect(true, false, reason: 'the disk is full');
    } on StoreException catch (error) {
      expect(error.isFull, isTrue);
    }
    final status = await device.status();
    expect((status as ReadOnly).reason, ReadOnlyReason.storageFull);
    disk.isFull = false;
    await answerOne(device);
    expect(await device.status(), isA<Pending>());
    await device.close();
  });
}
