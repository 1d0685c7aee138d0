// The example does what it says.
import 'dart:async';

import 'package:test/test.dart';

import '../example/carrel_example.dart' as example;

void main() {
  test('the example grades, keeps an event and reads its result', () {
    final lines = <String>[];
    runZoned(
      example.main,
      zoneSpecification: ZoneSpecification(
        print: (self, parent, zone, line) => lines.add(line),
      ),
    );
    expect(
      lines,
      equals([
        'When are tides highest?',
        'Right.',
        'Kept.',
        '1 of 1 right',
        'Delivered.',
      ]),
    );
  });
}
