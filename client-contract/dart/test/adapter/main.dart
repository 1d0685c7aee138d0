/// The conformance adapter: commands of the kit's runner in, calls of the engine
/// out, as JSON lines on stdin and stdout (docs/conformance.md).
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

import 'package:carrel/engine.dart';
import 'package:carrel/ffi.dart';
import 'package:carrel/http.dart';

typedef _Json = Map<String, Object?>;

/// Every optional part of the protocol.
const _capabilities = [
  'adoption',
  'bundles',
  'dead_letters',
  'marker',
  'partial',
  'schedule',
  'verify',
];

/// Waits take no time, and move the clock instead.
final class _VirtualClock implements Clock {
  _VirtualClock(this.time, this._offset);

  int time;
  final int _offset;

  @override
  int now() => time;

  @override
  int utcOffsetMinutes() => _offset;

  @override
  Future<void> sleep(num milliseconds, [Cancellation? cancellation]) async {
    cancellation?.throwIfCancelled();
    // Whole milliseconds, as real clocks have them; never less than was asked
    // for.
    time += milliseconds.ceil();
  }
}

/// A connection that a killed device can use no more.
final class _Disk implements SqliteConnection {
  _Disk(this._connection);

  final SqliteConnection _connection;
  bool _isDead = false;

  SqliteConnection get _alive =>
      _isDead ? throw StateError('the device was killed') : _connection;

  /// Closes the file, as the end of a process does.
  void kill() {
    _isDead = true;
    _connection.close();
  }

  @override
  void script(String sql) => _alive.script(sql);

  @override
  int execute(String sql, List<Object?> parameters) =>
      _alive.execute(sql, parameters);

  @override
  List<SqlRow> select(String sql, List<Object?> parameters) =>
      _alive.select(sql, parameters);

  @override
  bool get isInTransaction => _alive.isInTransaction;

  @override
  void close() => _alive.close();
}

/// Says the virtual time with each request, and may be offline.
final class _Network implements Transport {
  _Network(this._clock);

  final _VirtualClock _clock;
  final HttpTransport _http = HttpTransport();
  bool isOffline = false;
  bool _isDead = false;

  /// A killed device gets no answer any more.
  void kill() {
    _isDead = true;
    _http.close();
  }

  @override
  Future<TransportResponse> send(TransportRequest request) {
    if (_isDead) return Completer<TransportResponse>().future;
    if (isOffline) throw const SocketException('there is no network');
    return _http.send(
      TransportRequest(
        method: request.method,
        url: request.url,
        headers: {...request.headers, 'x-carrel-clock': '${_clock.now()}'},
        body: request.body,
        cancellation: request.cancellation,
      ),
    );
  }

  @override
  Uint8List? gzip(Uint8List bytes) => _http.gzip(bytes);

  @override
  Stream<List<int>>? gunzip(Uint8List bytes) => _http.gunzip(bytes);

  @override
  void close() => _http.close();
}

/// A right answer, or one that is wrong and still one that a learner could give.
_Json _answerTo(QuestionRow question, {required bool isRight}) =>
    switch (question) {
      SingleChoiceQuestion(:final answer) => {
        'choice': isRight
            ? answer.choice
            : answer.choice == 0
            ? 1
            : 0,
      },
      MultipleChoiceQuestion(:final answer) => {
        'choices': isRight ? answer.choices : answer.choices.sublist(1),
      },
      TrueFalseQuestion(:final answer) => {
        'value': isRight ? answer.value : !answer.value,
      },
      NumericQuestion(:final answer) => {
        'value': isRight
            ? answer.value
            : '9${answer.value.replaceFirst('-', '')}',
      },
      ShortTextQuestion(:final answer) => {
        'text': isRight
            ? answer.accepted.first
            : 'not ${answer.accepted.join(' ')}',
      },
      UnknownQuestion() => throw StateError('a question of an unknown type'),
    };

Future<_Json> _outcomeOf(Future<void> Function() work) async {
  try {
    await work();
    return {'result': 'done', 'code': null};
  } on CarrelException catch (error) {
    return {'result': 'failed', 'code': error.code};
  }
}

/// The device, from `init` on.
final class _Running {
  _Running._(this.clock, this.network, this.connection, this.device)
    : schedule = device.schedule();

  static Future<_Running> start(_Json o) async {
    final clock = _VirtualClock(
      o['now']! as int,
      o['utc_offset_minutes']! as int,
    );
    final network = _Network(clock);
    final connection = _Disk(openSqlite('${o['storage']}/device.sqlite'));
    final tokens = _Tokens(o['token'] as String?);
    final marker = o['marker'] as String?;
    final adopts = o['adopts'] as _Json?;
    final device = await CarrelDevice.open(
      store: SqliteStore(connection),
      transport: network,
      url: Uri.parse(o['url']! as String),
      learnerId: Uuid(o['learner_id']! as String),
      token: tokens.get,
      options: DeviceOptions(
        // With a marker the device makes its own id.
        deviceId: marker == null ? o['device_id']! as String : null,
        installationMarker: marker,
        adopts: adopts == null
            ? null
            : Adopts(
                learnerId: Uuid(adopts['learner_id']! as String),
                token: adopts['token']! as String,
              ),
        clock: clock,
        platform: o['platform'] as String?,
        appVersion: o['app_version'] as String?,
      ),
    );
    return _Running._(clock, network, connection, device)..tokens = tokens;
  }

  final _VirtualClock clock;
  final _Network network;

  /// For dumps and damage, behind the device's back.
  final _Disk connection;
  final CarrelDevice device;
  final SyncSchedule schedule;
  late final _Tokens tokens;

  void kill() {
    network.kill();
    connection.kill();
  }

  Future<Ulid> session() async {
    final open = await device.openSessions();
    return open.isEmpty ? device.startSession() : open.first.id;
  }

  /// What the loop does when the time has come.
  Future<_Json> poll() async {
    final hint = schedule.begin();
    final outcome = await _outcomeOf(
      () => hint == null ? device.sync() : device.follow(hint),
    );
    if (outcome['result'] == 'failed') {
      await schedule.failed();
    } else if (hint == null) {
      await schedule.synced();
    }
    return outcome;
  }

  Future<_Json> due() async => {'in_ms': await schedule.delay()};
}

final class _Tokens {
  _Tokens(this.token);

  String? token;
  String? refreshed;

  Future<String?> get({required bool refused}) async {
    if (refused) token = refreshed;
    return token;
  }
}

const _flags = {'voided', 'claimed_correct', 'graded_correct'};
const _jsonColumns = {'completed', 'answer', 'days'};

/// A row of SQLite as the protocol has it: texts of JSON are values, and the
/// flags are booleans.
_Json _wireRow(SqlRow row) => row.map(
  (name, value) => MapEntry(name, switch (value) {
    final String text when _jsonColumns.contains(name) => jsonDecode(text),
    final int flag when _flags.contains(name) => flag == 1,
    _ => value,
  }),
);

Future<_Json> _dump(_Running run) async {
  List<SqlRow> select(String sql) => run.connection.select(sql, const []);
  List<_Json> rows(String table) =>
      select('select * from $table').map(_wireRow).toList();
  List<_Json> pulled(String table) =>
      rows(table).where((row) => row['pulled'] == 1).toList();
  final state = await run.device.state();
  final sync = select('select * from sync_state').single;
  final progress = await run.device.progress();
  return {
    'now': run.clock.now(),
    'device_id': state.deviceId,
    'content': {
      'history': sync['content_history'],
      'version': state.version,
      'lines': [
        for (final row in select('select body from content_row')) row['body'],
      ],
    },
    'outbox': select(
      'select event_id as id, state, code, line from outbox order by event_id',
    ),
    'cursor': sync['pull_cursor'],
    'rows': {
      'session': pulled('session'),
      'attempt': pulled('attempt'),
      'skill_progress': rows('skill_progress'),
      'practice': rows('practice'),
    },
    'progress': {
      for (final MapEntry(:key, :value) in progress.entries)
        key: {
          'mastery': value.mastery,
          'completed': value.completed,
          'attempts': value.attempts,
          'correct': value.correct,
          'reset_count': value.reset.count,
        },
    },
    'must_update': state.standing.mustUpdate?.name,
    'revoked': state.standing.isRevoked,
    'letters': state.outbox.dead,
  };
}

/// Damages rows by their ids, as a bad disk does.
void _damage(SqliteConnection connection, String how, List<Object?> ids) {
  for (final id in ids.cast<String>()) {
    switch (how) {
      case 'change':
        connection.execute(
          'update content_row '
          "set body = replace(body, '\"position\":', '\"position\": ') "
          'where id = ?',
          [id],
        );
      case 'remove':
        connection.execute('delete from content_row where id = ?', [id]);
      case 'invent':
        final copy = '${id.substring(0, id.length - 1)}f';
        connection.execute(
          'insert into content_row (kind, id, version, body, sha256) '
          'select kind, ?2, version, replace(body, ?1, ?2), sha256 '
          'from content_row where id = ?1',
          [id, copy],
        );
      default:
        throw ArgumentError.value(how, 'how');
    }
  }
}

Future<_Json> _perform(_Running run, _Json command) async {
  final _Running(:device, :schedule, :clock) = run;
  switch (command['do']) {
    case 'answer':
      final id = Uuid(command['question_id']! as String);
      final question = await device.question(id);
      if (question == null) throw StateError('there is no question $id');
      final graded = await device.answer(
        sessionId: await run.session(),
        question: question,
        answer: _answerTo(question.row, isRight: command['right']! as bool),
        durationMs: (command['duration_ms']! as num).round(),
      );
      return {'event_id': graded.eventId};
    case 'advance':
      await device.advance(
        Uuid(command['skill_id']! as String),
        mastery: command['mastery']! as int,
        completed: [
          for (final id in command['completed']! as List<Object?>)
            Uuid(id! as String),
        ],
      );
    case 'reset':
      await device.reset(Uuid(command['skill_id']! as String));
    case 'end_session':
      await device.endSession(await run.session());
    case 'go_offline':
      run.network.isOffline = command['offline']! as bool;
    case 'set_token':
      run.tokens
        ..token = command['token'] as String?
        ..refreshed = command['refreshed'] as String?;
    case 'sync':
      return _outcomeOf(device.sync);
    case 'poll':
      return run.poll();
    case 'advance_clock':
      clock.time += (command['ms']! as num).round();
    case 'dump':
      return _dump(run);
    case 'verify':
      return {'intact': (await device.verify()).isIntact};
    case 'damage':
      _damage(
        run.connection,
        command['how']! as String,
        command['ids']! as List<Object?>,
      );
    case 'set_domains':
      await device.choose((command['ids'] as List<Object?>?)?.cast<String>());
    case 'due':
      return run.due();
    case 'hint':
      if (command['content'] case final hint?) {
        await schedule.onHint(ContentHint.fromJson(hint));
      }
      if (command['learner'] case final hint?) {
        await schedule.onLearnerHint(LearnerHint.fromJson(hint));
      }
      return run.due();
    case 'listening':
      await schedule.onListening(isListening: command['listening']! as bool);
    case 'give_up':
      await device.giveUp(
        command['event_id']! as String,
        command['reason']! as String,
      );
    case 'dead_letter':
      await device.deadLetter(
        command['text']! as String,
        command['reason']! as String,
      );
    default:
      throw StateError('an unknown command: ${command['do']}');
  }
  return {};
}

/// Serves one device after the other in this process, which is faster than a
/// process each: `abandon` ends a device as a kill does, also in the middle of a
/// command, which then has no answer.
final class _Server {
  _Running? _running;
  int _lives = 0;
  Future<void> _last = Future.value();

  Future<_Json> _answer(String line) async {
    try {
      final command = jsonDecode(line) as _Json;
      if (command['do'] == 'init') {
        _running = await _Running.start(command);
        return {'ok': true, 'capabilities': _capabilities};
      }
      final running = _running;
      if (running == null) throw StateError('`init` comes first');
      return {'ok': true, ...await _perform(running, command)};
    } catch (error) {
      return {'ok': false, 'error': '$error'};
    }
  }

  void take(String line) {
    if (line == '{"do":"abandon"}') {
      _lives++;
      _running?.kill();
      _running = null;
      _last = Future.value();
      stdout.writeln('{"ok":true}');
      return;
    }
    final life = _lives;
    _last = _last.then((_) async {
      if (life != _lives) return;
      final answer = await _answer(line);
      if (life == _lives) stdout.writeln(jsonEncode(answer));
    });
  }
}

/// Serves the protocol until the input ends.
Future<void> main() async {
  final server = _Server();
  await stdin
      .transform(utf8.decoder)
      .transform(const _Lines())
      .forEach(server.take);
  exit(0);
}

/// Lines that end with `\n` alone: JSON may hold other line breaks.
final class _Lines extends StreamTransformerBase<String, String> {
  const _Lines();

  @override
  Stream<String> bind(Stream<String> stream) async* {
    var rest = '';
    await for (final part in stream) {
      final lines = (rest + part).split('\n');
      rest = lines.removeLast();
      yield* Stream.fromIterable(lines);
    }
  }
}
