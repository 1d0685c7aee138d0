// Reads a question as the server sends it, grades an answer, makes the event
// that the outbox keeps, and reads the server's answer to it.
import 'dart:convert';

import 'package:carrel/carrel.dart';

const learner = Uuid('1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b');
const device = Uuid('7b0c5b5e-0c4e-4c8e-9a64-0a5e3c9d1f10');

void main() {
  const line =
      '{"kind":"question","version":1,'
      '"id":"179d50dd-e029-57bc-805e-e3f8dbf88a61",'
      '"skill_id":"9a4b7dfd-9721-56aa-a588-a51017888173",'
      '"domain_id":"0af0b743-1474-572b-8994-0795607f5ad6",'
      '"key":"tides_and_waves/spring_tide","prompt":"When are tides highest?",'
      '"choices":["At half moon","At new and full moon"],"position":1,'
      '"type":"single_choice","answer":{"choice":1}}';
  final question = QuestionRow.fromJson(jsonDecode(line));
  print(question.prompt);

  final answer = const SingleChoiceAnswer(choice: 1).toJson();
  final isRight = gradeAnswer(question, answer) ?? false;
  print(isRight ? 'Right.' : 'Wrong.');

  final now = DateTime.now();
  final session = nextUlid(null, now.millisecondsSinceEpoch, systemRandom);
  final event = AttemptRecorded(
    id: nextUlid(session, now.millisecondsSinceEpoch, systemRandom),
    learnerId: learner,
    deviceId: device,
    occurredAt: instantOf(now),
    utcOffsetMinutes: now.timeZoneOffset.inMinutes,
    body: AttemptRecordedBody(
      sessionId: session,
      questionId: question.id,
      contentVersion: question.version,
      answer: answer,
      correct: isRight,
      durationMs: 4200,
    ),
  );
  final outbox = toJsonLine(event.toJson());
  final verdict = checkEventLine(outbox, learner);
  print(verdict is Accepted<Event> ? 'Kept.' : 'Refused.');

  final progress = mergeEvent(const Progress(), event);
  print('${progress.correct} of ${progress.attempts} right');

  final reply = BatchAnswer.fromJson(
    jsonDecode(
      '{"batch_id":"$session","changed":true,'
      '"received_at":"2026-11-30T08:00:01.5+00:00",'
      '"token":"eb5e1b0be233b850.11",'
      '"results":[{"id":"${event.id}","status":"applied"}]}',
    ),
  );
  for (final result in reply.results) {
    print(
      switch (result.status) {
        EventStatus.applied || EventStatus.duplicate => 'Delivered.',
        EventStatus.quarantined ||
        EventStatus.retry ||
        EventStatus.unknown => result.error?.action ?? 'Keep the event.',
      },
    );
  }
}
