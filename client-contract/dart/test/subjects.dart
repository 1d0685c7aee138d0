/// What every client computes alike, as functions from JSON to JSON. The
/// TypeScript client has the same ones in client-contract/conformance.
library;

import 'package:carrel/carrel.dart';
import 'package:carrel/src/engine/cells.dart' show nextCell;

typedef Json = Map<String, Object?>;

double Function() _drawn(Object? numbers) {
  var place = 0;
  final list = numbers! as List<Object?>;
  return () => (list[place++ % list.length]! as num).toDouble();
}

List<T> _list<T>(Object? json, T Function(Object? json) read) => [
  for (final element in json! as List<Object?>) read(element),
];

Progress _progress(Json json) => Progress(
  reset: ResetPair(
    json['reset_count']! as int,
    (json['reset_event'] as String?)?.let(Ulid.new),
  ),
  mastery: json['mastery']! as int,
  completed: _list(json['completed'], (id) => Uuid(id! as String)),
  attempts: json['attempts']! as int,
  correct: json['correct']! as int,
  practicedAt: json['practiced_at'] as String?,
);

ResetPair _pair(Object? json) {
  final pair = json! as Json;
  final event = pair['reset_event'] as String?;
  return ResetPair(pair['reset_count']! as int, event?.let(Ulid.new));
}

extension<T extends Object> on T {
  R let<R>(R Function(T) change) => change(this);
}

Json _verdict<T>(Verdict<T> verdict) => switch (verdict) {
  Accepted() => {'ok': true},
  Rejected(:final code, :final field) => {
    'ok': false,
    'code': code.wire,
    'field': field,
  },
};

/// What JSON has no form for is null there, as in JavaScript.
Object? _finite(Object? json) => switch (json) {
  double(isFinite: false) => null,
  Map() => {for (final entry in json.entries) entry.key: _finite(entry.value)},
  List() => [for (final element in json) _finite(element)],
  _ => json,
};

Json _parsed(String text) {
  try {
    return {'ok': true, 'value': _finite(parseJsonb(text))};
  } on FormatException {
    return {'ok': false};
  }
}

Json? _facts(String wire) {
  final code = ErrorCode.byWire(wire);
  if (code == null) return null;
  return {
    'title': code.title,
    'action': code.action,
    'request': switch (code.request) {
      final facts? => {
        'status': facts.status,
        'sqlstate': facts.sqlstates,
        'retryable': facts.retryable,
      },
      null => null,
    },
    'event': switch (code.event) {
      final facts? => {
        'outcome': facts.outcome.name,
        'held': facts.held,
        'retryable': facts.retryable,
        'retryAfterS': facts.retryAfterS,
      },
      null => null,
    },
    'pull': code.resetsPull,
    'known': (code.request?.sqlstates ?? []).every(
      (state) => ErrorCode.bySqlstate(state) == code,
    ),
  };
}

Json _day(Days days) => days.toJson();

Json _streak(Json input) {
  final union = unionDays(_list(input['days'], Days.fromJson));
  return {
    'days': union.map(_day).toList(),
    'streaks': switch (streaksOf(union)) {
      final streaks? => {
        'last_day': streaks.lastDay,
        'streak': streaks.streak,
        'longest_streak': streaks.longestStreak,
      },
      null => null,
    },
    'current': streakOn(union, Day(input['today']! as String)),
  };
}

Json _merge(Json input) {
  final progress = _list(
    input['events'],
    Event.fromJson,
  ).fold(_progress(input['progress']! as Json), mergeEvent);
  return {
    'reset_count': progress.reset.count,
    'reset_event': progress.reset.event,
    'mastery': progress.mastery,
    'completed': progress.completed,
    'attempts': progress.attempts,
    'correct': progress.correct,
    'practiced_at': progress.practicedAt,
  };
}

List<Uuid> _completed(Json input) => completedIn(
  Uuid(input['skill']! as String),
  _list(input['questions'], (id) => Uuid(id! as String)),
  {
    for (final row in _list(input['progress'], (row) => row! as Json))
      Uuid(row['skill_id']! as String): Progress(
        reset: ResetPair(row['reset_count']! as int),
        completed: _list(row['completed'], (id) => Uuid(id! as String)),
      ),
  },
);

Json _tree(Json input) {
  final tree = HashTree.of(
    _list(input['lines'], (line) => TreeRow.fromLine(line! as String)),
  );
  return {
    'root': tree.root,
    'domains': tree.domains,
    'skills': tree.skills,
    'rows': tree.rows,
    'orphans': tree.orphans,
  };
}

Json _step(Json input) {
  final result = input['result'];
  final step = stepAfter(
    result == null ? null : EventResult.fromJson(result),
    refusals: input['refusals']! as int,
  );
  return {
    'state': step.state.wire,
    'refusals': step.refusals,
    'retry_after_ms': step.retryAfterMs,
  };
}

/// How a message is read, by its name.
final Map<String, CarrelModel Function(Object? json)> _messages = {
  'event': Event.fromJson,
  'sync.header': BatchHeader.fromJson,
  'sync.batch_answer': BatchAnswer.fromJson,
  'sync.answer': SyncAnswer.fromJson,
  'sync.pull_answer': PullAnswer.fromJson,
  'sync.steered_pull_answer': SteeredPullAnswer.fromJson,
  'sync.steering': Steering.fromJson,
  'sync.adoption_request': AdoptionRequest.fromJson,
  'sync.adoption': Adoption.fromJson,
  'content.head': Head.fromJson,
  'content.manifest': Manifest.fromJson,
  'content.domain_nodes': DomainNodes.fromJson,
  'content.report': ContentReport.fromJson,
  'content.page': PageLine.fromJson,
  'content.domain': DomainRow.fromJson,
  'content.skill': SkillRow.fromJson,
  'content.question': QuestionRow.fromJson,
  'content.tombstone': Tombstone.fromJson,
  'content.same': SameRow.fromJson,
  'content.end': EndLine.fromJson,
  'content.hint': ContentHint.fromJson,
  'learner.hint': LearnerHint.fromJson,
  'problem': Problem.fromJson,
};

Json? _message(Json input) {
  final name = input['name']! as String;
  final read = _messages[name.startsWith('event.') ? 'event' : name];
  try {
    return read!(input['json']).toJson();
  } on CarrelFormatException {
    return null;
  }
}

/// All subjects by the name of their vectors' file.
final Map<String, Object? Function(Json input)> subjects = {
  'ulid.fresh': (input) =>
      freshUlid(input['now']! as int, _drawn(input['random'])),
  'ulid.next': (input) => nextUlid(
    (input['last'] as String?)?.let(Ulid.new),
    input['now']! as int,
    _drawn(input['random']),
  ),
  'hash.sha256': (input) => sha256OfText(input['text']! as String),
  'hash.tree': _tree,
  'hash.published': (input) => PublishedTree.of(
    Manifest.fromJson(input['manifest']),
  ).hasRoot(Sha256(input['root']! as String)),
  'hash.version': (input) =>
      withVersion(input['line']! as String, input['version']! as int),
  'progress.merge': _merge,
  'progress.resets': (input) =>
      _pair(input['a']).compareTo(_pair(input['b'])).sign,
  'progress.completed': _completed,
  'practice.day': (input) => practiceDay(
    Practised(
      occurredAt: input['occurred_at']! as int,
      utcOffsetMinutes: input['utc_offset_minutes']! as int,
      clockOffsetMs: input['clock_offset_ms'] as int?,
      answeredAt: input['answered_at'] as int?,
      receivedAt: input['received_at']! as int,
      clockSkewMs: input['clock_skew_ms'] as int?,
    ),
  ),
  'practice.streak': _streak,
  'text.normal': (input) =>
      normalText(input['text']! as String, input['rule']! as int),
  'text.shown': (input) => shownText(input['text']! as String),
  'answer.grade': (input) =>
      gradeAnswer(QuestionRow.fromJson(input['question']), input['answer']),
  'json.parse': (input) => _parsed(input['text']! as String),
  'event.check': (input) => _verdict(
    checkEventLine(
      input['line']! as String,
      Uuid(input['learner']! as String),
    ),
  ),
  'header.check': (input) =>
      _verdict(checkHeaderLine(input['line']! as String)),
  'retry.backoff': (input) => backoff(
    input['failures']! as int,
    RetryPolicy(
      baseMs: input['base_ms']! as int,
      capMs: input['cap_ms']! as int,
    ),
    () => (input['random']! as num).toDouble(),
    retryAfterS: input['retry_after_s']! as int,
  ),
  'cell.next': (input) => nextCell(
    home: input['home']! as String,
    trusted: (input['trusted']! as List<Object?>).cast<String>(),
    asked: input['asked']! as String,
    target: input['target'] as String?,
  ),
  'outbox.step': _step,
  'error.facts': (input) => _facts(input['code']! as String),
  'message': _message,
};
