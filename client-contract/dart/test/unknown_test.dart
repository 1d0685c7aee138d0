// What a newer server adds does not break an app, and what the contract demands
// is demanded.
import 'package:carrel/carrel.dart';
import 'package:test/test.dart';

const _id = '00000000-0000-4000-8000-000000000001';
const _ulid = '01KB8Q9T3V0000000000000002';

Map<String, Object?> _result(Object? status) => {'id': _ulid, 'status': status};

void main() {
  test('a change of an unknown kind keeps its JSON', () {
    final json = {
      'kind': 'badge',
      'own': true,
      'row': {'medal': 'gold'},
    };
    final change = Change.fromJson(json);
    expect(change, isA<UnknownChange>());
    expect(change.kind, 'badge');
    expect(change.own, isTrue);
    expect(change.toJson(), equals(json));
  });

  test('a question of an unknown type has what all questions have', () {
    final json = {
      'kind': 'question',
      'version': 3,
      'id': _id,
      'skill_id': _id,
      'domain_id': _id,
      'key': 'a/b',
      'prompt': 'Draw a circle.',
      'position': 1,
      'type': 'drawing',
      'answer': {'shape': 'circle'},
    };
    final line = ContentLine.fromJson(json);
    expect(line, isA<UnknownQuestion>());
    expect((line as QuestionRow).prompt, 'Draw a circle.');
    expect(line.toJson(), equals(json));
    expect(gradeAnswer(line, {'shape': 'circle'}), isNull);
  });

  test('an event of an unknown type or version keeps its JSON', () {
    final json = {
      'id': _ulid,
      'type': 'lesson.read',
      'version': 1,
      'learner_id': _id,
      'device_id': _id,
      'occurred_at': '2026-11-30T08:00:00Z',
      'utc_offset_minutes': 60,
      'body': {'skill_id': _id},
    };
    final newer = {...json, 'type': 'session.started', 'version': 2};
    for (final one in [json, newer]) {
      final event = Event.fromJson(one);
      expect(event, isA<UnknownEvent>());
      expect(event.learnerId, _id);
      expect(event.toJson(), equals(one));
    }
  });

  test('an unknown value of a server keeps its text', () {
    final result = EventResult.fromJson(_result('postponed'));
    expect(result.status, EventStatus.unknown);
    expect(result.toJson(), equals(_result('postponed')));
    expect(stepAfter(result).state, OutboxState.pending);
    expect(EventResult.fromJson(_result('')).toJson(), equals(_result('')));
    expect(
      () => EventResult.fromJson(_result(1)),
      throwsA(isA<CarrelFormatException>()),
    );
  });

  test('an unknown value of a device is refused', () {
    expect(
      () => SessionEndedBody.fromJson({'session_id': _ulid, 'reason': 'bored'}),
      throwsA(isA<CarrelFormatException>()),
    );
  });

  test('unknown fields of events stay, and those of answers go', () {
    final body = {'session_id': _ulid, 'reason': 'completed', 'mood': 'happy'};
    expect(SessionEndedBody.fromJson(body).toJson(), equals(body));
    final hint = {'token': 't', 'devices': <Object?>[], 'spread_s': 1.5};
    expect(
      LearnerHint.fromJson({...hint, 'id': 'of Realtime'}).toJson(),
      equals(hint),
    );
  });

  test('an exception names the place', () {
    try {
      SyncAnswer.fromJson({
        'batch': {
          'batch_id': _ulid,
          'changed': true,
          'received_at': '2026-11-30T08:00:00+00:00',
          'token': 't',
          'results': [_result('applied'), <String, Object?>{}],
        },
      });
      expect(false, isTrue, reason: 'a result without a status was read');
    } on CarrelFormatException catch (error) {
      expect(error.message, 'batch.results.1.status: is missing');
    }
  });

  test('values are equal by what they say', () {
    EventResult read() => EventResult.fromJson(_result('applied'));
    expect(read(), read());
    expect(read().hashCode, read().hashCode);
    expect(read() == EventResult.fromJson(_result('retry')), false);
  });
}
