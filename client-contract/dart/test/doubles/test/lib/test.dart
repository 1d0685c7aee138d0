// Tests with the names of package:test. They run one after the other once they
// are all declared.
import 'dart:async';

final List<(String name, FutureOr<void> Function() body)> _tests = [];
final List<String> _groups = [];

void group(String name, void Function() body) {
  _groups.add(name);
  body();
  _groups.removeLast();
}

void test(String name, FutureOr<void> Function() body) =>
    _tests.add(([..._groups, name].join(' '), body));

/// Runs all tests and reports each one.
Future<void> runTests(void Function(String name, Object? failure) report) async {
  for (final (name, body) in _tests) {
    try {
      await body();
      report(name, null);
    } catch (error, trace) {
      report(name, '$error\n$trace');
    }
  }
}

final class TestFailure implements Exception {
  const TestFailure(this.message);

  final String message;

  @override
  String toString() => message;
}

typedef Matcher = bool Function(Object? actual);

bool _equal(Object? a, Object? b) {
  if (a is Map && b is Map) {
    return a.length == b.length &&
        a.keys.every((key) => b.containsKey(key) && _equal(a[key], b[key]));
  }
  if (a is List && b is List) {
    return a.length == b.length &&
        a.indexed.every((entry) => _equal(entry.$2, b[entry.$1]));
  }
  return a == b;
}

void expect(Object? actual, Object? matcher, {String? reason}) {
  final holds = matcher is Matcher ? matcher(actual) : _equal(actual, matcher);
  if (holds) return;
  final wanted = matcher is Matcher ? 'what the matcher wants' : '$matcher';
  throw TestFailure('${reason == null ? '' : '$reason: '}have $actual, want $wanted');
}

Matcher equals(Object? wanted) => (actual) => _equal(actual, wanted);

Matcher get isNull => (actual) => actual == null;

Matcher get isTrue => (actual) => actual == true;

Matcher isA<T>() => (actual) => actual is T;

Matcher throwsA(Matcher matcher) => (actual) {
  try {
    (actual as Object? Function())();
    return false;
  } catch (error) {
    return matcher(error);
  }
};
