import 'dart:async';

import 'package:carrel/engine.dart';
import 'package:carrel/ffi.dart';
import 'package:test/test.dart';

import '../../example/engine_example.dart' as example;
import 'scripted_server.dart';

void main() {
  test('K1, K3: the example of the engine studies, and says how it stands', () async {
    final lines = <String>[];
    final device = await openDevice(
      SqliteStore(openSqlite(':memory:')),
      ScriptedServer(),
    );
    await runZoned(
      () => example.study(device),
      zoneSpecification: ZoneSpecification(
        print: (self, parent, zone, line) => lines.add(line),
      ),
    );
    await device.close();
    expect(lines, [
      'Which?',
      'Right.',
      '3 changes wait for the network.',
      'Everything is saved.',
    ]);
  });
}
