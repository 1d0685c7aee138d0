// What a device does with results, ids and errors.
import 'package:carrel/carrel.dart';
import 'package:test/test.dart';

EventResult _retry(String code, {int? after}) => EventResult(
  status: EventStatus.retry,
  code: code,
  retryable: true,
  retryAfterS: after,
);

void main() {
  test('a refused event waits as long as the server says, at most a week', () {
    final step = stepAfter(_retry('quarantine_full', after: 60));
    expect(step.state, OutboxState.pending);
    expect(step.retryAfterMs, 60000);
    expect(stepAfter(_retry('x', after: 9999999)).retryAfterMs, 604800000);
  });

  test('an event is given up after fifty refusals that have no remedy', () {
    expect(stepAfter(_retry('x'), refusals: 48).state, OutboxState.pending);
    expect(stepAfter(_retry('x'), refusals: 49).state, OutboxState.dead);
    final full = stepAfter(_retry('daily_limit'), refusals: 999);
    expect(full.state, OutboxState.pending);
  });

  test('an event without a result waits as if it had not been sent', () {
    final step = stepAfter(null, refusals: 3);
    expect(step.state, OutboxState.pending);
    expect(step.refusals, 3);
  });

  test('lines fill a batch up to its size', () {
    final line = 'x' * 16383;
    expect(fitBatch(List.filled(40, line)).length, 31);
    expect(fitBatch(['é' * 8192, 'a']).length, 2);
  });

  test('ids of the system ascend while the clock stands still', () {
    Ulid? last;
    for (var n = 0; n < 1000; n++) {
      final next = nextUlid(last, 1764489600000, systemRandom);
      if (last != null) expect(next.compareTo(last) > 0, isTrue);
      expect(Ulid.fromJson(next), next);
      last = next;
    }
  });

  test('times go to Dart and back', () {
    final time = DateTime.utc(2026, 11, 30, 8, 0, 0, 250);
    expect(instantOf(time.toLocal()), '2026-11-30T08:00:00.250Z');
    expect(instantOf(time).time, time);
    final server = ServerInstant.fromJson('2026-11-30T09:00:00.25+01:00');
    expect(server.time, time);
  });

  test('the app is told before an answer of another form is recorded', () {
    final question = QuestionRow.fromJson({
      'kind': 'question',
      'version': 1,
      'id': '00000000-0000-4000-8000-000000000001',
      'skill_id': '00000000-0000-4000-8000-000000000002',
      'domain_id': '00000000-0000-4000-8000-000000000003',
      'key': 'a/b',
      'prompt': '?',
      'choices': ['a', 'b'],
      'position': 1,
      'type': 'single_choice',
      'answer': {'choice': 1},
    });
    expect(isAnswerTo(question, {'choice': 1}), isTrue);
    for (final wrong in [
      {'choice': 2},
      {'choice': 0.5},
      {'choices': <int>[]},
      null,
    ]) {
      expect(isAnswerTo(question, wrong), false);
    }
  });

  test('what the server can not store is refused before it is an event', () {
    expect(toJsonLine({'a': 1}), '{"a":1}');
    for (final value in ['\u0000', '\ud800', double.nan, Object()]) {
      expect(() => toJsonLine([value]), throwsA(isA<FormatException>()));
    }
  });
}
