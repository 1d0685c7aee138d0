// The vectors that clients of all languages run.
import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

import 'subjects.dart';

const String _folder = '../conformance/vectors';

Object? _read(String file) =>
    jsonDecode(File('$_folder/$file').readAsStringSync());

void main() {
  final index = _read('index.json')! as Json;
  for (final entry in index['files']! as List<Object?>) {
    final {'file': file as String, 'subject': subject as String} =
        entry! as Json;
    test('$subject gives what the vectors say', () {
      final cases = (_read(file)! as Json)['cases']! as List<Object?>;
      expect(cases.isNotEmpty, isTrue);
      for (final one in cases) {
        final {'input': input as Json, 'output': output} = one! as Json;
        // Through JSON, so that only what travels is compared.
        final given = jsonDecode(jsonEncode(subjects[subject]!(input)));
        expect(given, equals(output), reason: jsonEncode(input));
      }
    });
  }
}
