/// A device whose learner has moved to another cell.
library;

import 'dart:convert';
import 'dart:io';

import 'package:carrel/engine.dart';
import 'package:carrel/ffi.dart';
import 'package:test/test.dart';

import 'scripted_server.dart';

final Uri _home = Uri.parse('https://home.example');
final Uri _other = Uri.parse('https://other.example');
const int _dayMs = 86400000;

/// What a cell does with a request.
sealed class _Reaction {
  const _Reaction();
}

final class _Answers extends _Reaction {
  const _Answers();
}

final class _Gone extends _Reaction {
  const _Gone();
}

final class _Moved extends _Reaction {
  const _Moved(this.target);

  final Uri target;
}

/// Two cells, of which the scripted server is the one that answers.
final class _TwoCells extends ScriptedServer {
  final List<Uri> asked = [];
  Map<Uri, _Reaction> reactions = {};

  @override
  Future<TransportResponse> send(TransportRequest request) async {
    final cell = Uri.parse(request.url.origin);
    asked.add(cell);
    switch (reactions[cell]!) {
      case _Answers():
        return super.send(request);
      case _Gone():
        throw const SocketException('no such host');
      case _Moved(:final target):
        return TransportResponse(
          status: 421,
          headers: const {'retry-after': '1'},
          body: Stream.value(
            utf8.encode(
              jsonEncode({
                'type': 'moved',
                'title': 'Moved.',
                'status': 421,
                'code': 'moved',
                'info': '$target',
                'request_id': '1',
                'retryable': true,
              }),
            ),
          ),
        );
    }
  }
}

Future<CarrelDevice> _open(_TwoCells cells, TestClock clock) => openDevice(
  SqliteStore(openSqlite(':memory:')),
  cells,
  url: _home,
  clock: clock,
);

Future<void> _expectFailure(Future<Object?> work, String code) async {
  try {
    await work;
  } on CarrelException catch (error) {
    expect(error.code, code);
    return;
  }
  throw StateError('the sync has not failed');
}

void main() {
  test('O6: a device follows its learner, and its state says to where', () async {
    final cells = _TwoCells()
      ..reactions = {_home: _Moved(_other), _other: const _Answers()};
    final device = await _open(cells, TestClock());
    await device.sync();
    expect((await device.state()).url, _other);
    cells.asked.clear();
    await answerOne(device);
    await device.sync();
    expect(cells.asked.toSet().toList(), [_other]);
    expect(cells.attempts.length, 1);
    await device.close();
  });

  test('O6, U1: two cells that name each other end in the backoff, and the outbox waits', () async {
    final cells = _TwoCells()..reactions = {_home: const _Answers()};
    final clock = TestClock();
    final device = await _open(cells, clock);
    await device.sync();
    await answerOne(device);
    cells
      ..reactions = {_home: _Moved(_other), _other: _Moved(_home)}
      ..asked.clear();
    final since = clock.time;
    await _expectFailure(device.sync(), 'moved');
    expect(
      cells.asked,
      [_home, _other, _home, _other, _home, _other],
      reason: 'as many attempts as for any refusal',
    );
    expect(clock.time - since >= 5000, isTrue, reason: 'waits as it was told');
    expect((await device.state()).outbox.pending, 2);
    cells.reactions = {_home: const _Answers(), _other: const _Answers()};
    await device.sync();
    expect(cells.attempts.length, 1);
    await device.close();
  });

  test('O6, U10: after a week without a sync the device asks the home cell, in case its cell is gone', () async {
    final cells = _TwoCells()
      ..reactions = {_home: _Moved(_other), _other: const _Answers()};
    final clock = TestClock();
    final device = await _open(cells, clock);
    await device.sync();
    cells
      ..reactions = {_home: const _Answers(), _other: const _Gone()}
      ..asked.clear();
    clock.time += 6 * _dayMs;
    await _expectFailure(device.sync(), 'network');
    expect(cells.asked.toSet().toList(), [_other]);
    clock.time += 2 * _dayMs;
    await device.sync();
    expect((await device.state()).url, _home);
    await device.close();
  });

  test('O6: a device that has never synced asks the home cell again, in case the cell that it was sent to is gone', () async {
    final cells = _TwoCells()
      ..reactions = {_home: _Moved(_other), _other: const _Gone()};
    final device = await _open(cells, TestClock());
    await _expectFailure(device.sync(), 'network');
    expect((await device.state()).url, _other);
    cells.reactions = {_home: const _Answers(), _other: const _Gone()};
    await device.sync();
    expect((await device.state()).url, _home);
    await device.close();
  });
}
