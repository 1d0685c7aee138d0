/// A server in memory for the engine's tests: one learner's ledger, and content
/// of one domain. The conformance kit has the whole server.
library;

import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

import 'package:carrel/engine.dart';

typedef Json = Map<String, Object?>;

const learner = Uuid('1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b');
const device = '7b0c5a0e-6f0e-4d5e-8c0f-3c1d2e4f5a6b';
const domain = Uuid('00000000-0000-4000-8000-000000000001');
const skill = Uuid('00000000-0000-4000-8000-000000000002');
const _history = '0123456789abcdef';
const questionCount = 3;

Uuid questionId(int n) => Uuid('00000000-0000-4000-8000-00000000001$n');

String _base64(Json json) =>
    base64Url.encode(utf8.encode(jsonEncode(json))).replaceAll('=', '');

/// A token of the learner, which nobody signs.
final String token = 'x.${_base64({'sub': learner})}.x';

/// What becomes of a request.
enum Fate { answered, requestLost, replyLost }

base class ScriptedServer implements Transport {
  ScriptedServer() {
    publish('Which?');
  }

  /// The accepted events, each once, in their order.
  final Map<String, Json> events = {};

  /// The rows of each version: lines by id.
  final List<Map<Uuid, String>> _versions = [];

  /// Decides about each request by its number.
  Fate Function(int number) fate = (_) => Fate.answered;
  int requests = 0;

  /// Bodies of pushes, as they came.
  final List<List<String>> pushes = [];

  /// Publishes a version whose questions have another text.
  void publish(String prompt) {
    final version = _versions.length + 1;
    String line(String kind, Uuid id, Json rest) =>
        jsonEncode({'kind': kind, 'version': version, 'id': id, ...rest});
    _versions.add({
      domain: line('domain', domain, {
        'key': 'd',
        'title': 'D',
        'position': 1,
      }),
      skill: line('skill', skill, {
        'domain_id': domain,
        'key': 's',
        'title': 'S',
        'position': 1,
      }),
      for (var n = 0; n < questionCount; n++)
        questionId(n): line('question', questionId(n), {
          'skill_id': skill,
          'domain_id': domain,
          'key': 'q$n',
          'prompt': prompt,
          'choices': ['a', 'b'],
          'position': n + 1,
          'type': 'single_choice',
          'answer': {'choice': 1},
        }),
    });
  }

  List<String> get lines => _versions.last.values.toList();

  Json get _head => {
    'history': _history,
    'schema': Limits.contentSchema,
    'version': _versions.length,
    'published_at': '2026-11-30T08:00:00+00:00',
    'root': HashTree.of(lines.map(TreeRow.fromLine)).root,
    'domains': 1,
    'skills': 1,
    'questions': questionCount,
    'minimum_version': 0,
    'horizon': 0,
    'poll_after_s': 900,
    'schema_ends_at': null,
    'bundled': null,
  };

  /// Everything in one page, as a change of all rows.
  Json _pull(String? cursor) {
    final since = cursor == null ? 0 : int.parse(cursor.split('.')[1]);
    final fresh = events.values.skip(since).toList();
    return {
      'changes': [
        for (final event in fresh)
          if (event['type'] == 'session.started') _session(event),
        for (final event in fresh)
          if (event['type'] == 'attempt.recorded') _attempt(event),
        if (fresh.any((event) => event['type'] == 'attempt.recorded'))
          _progress(),
      ],
      'cursor': '$_history.${events.length}',
      'more': false,
    };
  }

  Json _session(Json event) {
    final body = event['body']! as Json;
    return {
      'kind': 'session',
      'own': true,
      'row': {
        'session_id': body['session_id'],
        'skill_id': body['skill_id'],
        'device_id': event['device_id'],
        'content_version': body['content_version'],
        'started_at': event['occurred_at'],
        'ended_at': null,
        'end_reason': null,
        'voided': false,
      },
    };
  }

  Json _attempt(Json event) {
    final body = event['body']! as Json;
    return {
      'kind': 'attempt',
      'own': true,
      'row': {
        'event_id': event['id'],
        'session_id': body['session_id'],
        'skill_id': skill,
        'question_id': body['question_id'],
        'device_id': event['device_id'],
        'content_version': body['content_version'],
        'content_state': 'current',
        'answer': body['answer'],
        'claimed_correct': body['correct'],
        'graded_correct': body['correct'],
        'duration_ms': body['duration_ms'],
        'reset_count': 0,
        'reset_event': null,
        'occurred_at': event['occurred_at'],
        'utc_offset_minutes': event['utc_offset_minutes'],
        'voided': false,
      },
    };
  }

  Iterable<Json> get attempts =>
      events.values.where((event) => event['type'] == 'attempt.recorded');

  Json _progress() => {
    'kind': 'skill_progress',
    'own': false,
    'row': {
      'skill_id': skill,
      'reset_count': 0,
      'reset_event': null,
      'mastery': 0,
      'completed': <String>[],
      'attempts': attempts.length,
      'correct': attempts
          .where((event) => (event['body']! as Json)['correct'] == true)
          .length,
      'practiced_at': attempts.last['occurred_at'],
      'voided': false,
    },
  };

  Json _sync(List<String> body) {
    final header = BatchHeader.fromJson(jsonDecode(body.first));
    final batch = body.skip(1).where((line) => line.isNotEmpty).toList();
    pushes.add(batch);
    final results = <Json>[];
    for (final line in batch) {
      final event = jsonDecode(line) as Json;
      final id = event['id']! as String;
      final isNew = !events.containsKey(id);
      // Telemetry is not kept.
      final isLearning = RegExp(
        r'^(session|attempt|progress)\.',
      ).hasMatch(event['type']! as String);
      if (isNew && isLearning) events[id] = event;
      results.add({'id': id, 'status': isNew ? 'applied' : 'duplicate'});
    }
    return {
      'batch': {
        'batch_id': header.batchId,
        'changed': true,
        'received_at': '2026-11-30T08:00:00.000+00:00',
        'token': '$_history.${events.length}',
        'results': results,
      },
      'head': _head,
      'steering': defaultSteering.toJson(),
      'pull': header.pull == null ? null : _pull(header.pull!.cursor),
    };
  }

  Json get _manifest {
    final tree = HashTree.of(lines.map(TreeRow.fromLine));
    return {
      'history': _history,
      'schema': Limits.contentSchema,
      'version': _versions.length,
      'root': tree.root,
      'rows': lines.length,
      'domains': [
        {
          'id': domain,
          'hash': tree.domains[domain],
          'rows': lines.length,
          'skills': [
            {
              'id': skill,
              'hash': tree.skills[skill],
              'rows': lines.length - 1,
            },
          ],
        },
      ],
      'bundles': <Object>[],
    };
  }

  String _page(int since, List<String> rows) => [
    jsonEncode({
      'kind': 'page',
      'history': _history,
      'schema': Limits.contentSchema,
      'since': since,
      'until': _versions.length,
    }),
    ...rows,
    jsonEncode({'kind': 'end', 'rows': rows.length, 'next': null}),
    '',
  ].join('\n');

  String _answer(TransportRequest request) {
    final path = request.url.path.replaceFirst('/functions/v1', '');
    final query = request.url.queryParameters;
    switch ((request.method, path)) {
      case ('POST', '/sync'):
        final isGzip = request.headers['content-encoding'] == 'gzip';
        final body = request.body!;
        final text = utf8.decode(isGzip ? GZipCodec().decode(body) : body);
        return jsonEncode(_sync(text.split('\n')));
      case ('GET', '/sync'):
        return jsonEncode({
          ..._pull(query['cursor']),
          'steering': defaultSteering.toJson(),
        });
      case ('GET', '/content/head'):
        return jsonEncode(_head);
      case ('GET', '/content/delta'):
        return _page(int.parse(query['since']!), lines);
      case ('GET', '/content/manifest'):
        return jsonEncode(_manifest);
      case ('GET', '/content/node'):
        final id = Uuid(query['id']!);
        return _page(0, [
          for (final line in lines)
            if (TreeRow.fromLine(line) case final row
                when row.id == id || (id == skill && row.parent == id))
              line,
        ]);
      case ('POST', '/content/report'):
        return '';
      default:
        throw StateError('no answer to ${request.method} $path');
    }
  }

  @override
  Future<TransportResponse> send(TransportRequest request) async {
    final fate = this.fate(++requests);
    if (fate == Fate.requestLost) throw const SocketException('lost');
    final answer = _answer(request);
    if (fate == Fate.replyLost) throw const SocketException('lost');
    return TransportResponse(
      status: 200,
      headers: const {},
      body: Stream.value(utf8.encode(answer)),
    );
  }

  @override
  Uint8List gzip(Uint8List bytes) =>
      Uint8List.fromList(GZipCodec().encode(bytes));

  @override
  Stream<List<int>> gunzip(Uint8List bytes) =>
      Stream.value(GZipCodec().decode(bytes));

  @override
  void close() {}
}

/// Waits take no time, and move the clock.
final class TestClock implements Clock {
  int time = DateTime.utc(2026, 11, 30, 8).millisecondsSinceEpoch;

  @override
  int now() => time;

  @override
  int utcOffsetMinutes() => 60;

  @override
  Future<void> sleep(num milliseconds, [Cancellation? cancellation]) async {
    cancellation?.throwIfCancelled();
    time += milliseconds.ceil();
  }
}

/// Opens a device of the learner.
Future<CarrelDevice> openDevice(
  Store store,
  Transport transport, {
  Uri? url,
  Clock? clock,
  TokenProvider? token,
  Duration? lease,
}) => CarrelDevice.open(
  store: store,
  transport: transport,
  url: url ?? Uri.parse('http://carrel.test'),
  learnerId: learner,
  token: token ?? ({required refused}) async => _token,
  options: DeviceOptions(
    deviceId: device,
    clock: clock ?? TestClock(),
    lease: lease,
  ),
);

String get _token => token;

/// Answers a question rightly.
Future<Ulid> answerOne(CarrelDevice device, [int n = 0]) async {
  final open = await device.openSessions();
  final session = open.isEmpty ? await device.startSession() : open.first.id;
  final question = await device.question(questionId(n % questionCount));
  final graded = await device.answer(
    sessionId: session,
    question: question!,
    answer: const SingleChoiceAnswer(choice: 1).toJson(),
  );
  return graded.eventId;
}
