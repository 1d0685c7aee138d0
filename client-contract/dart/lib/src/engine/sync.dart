import '../batch.gen.dart';
import '../changes.gen.dart';
import '../content.gen.dart';
import '../hint.gen.dart';
import '../limits.gen.dart';
import '../results.dart';
import '../scalars.gen.dart';
import '../ulid.dart';
import 'adoption.dart';
import 'clock.dart';
import 'content_exchange.dart';
import 'content_settle.dart';
import 'context.dart';
import 'database.dart';
import 'dead_letter.dart';
import 'event_line.dart';
import 'exceptions.dart';
import 'outbox.dart';
import 'own_progress.dart';
import 'pull.dart';
import 'queries.gen.dart';
import 'steering_state.dart';
import 'sync_report.dart';
import 'telemetry.dart';

/// How often one sync may start over before the server counts as unstable.
const int _maxRestarts = 3;

/// The effect of an answer to a pull.
typedef _Step = ({
  /// The device must start over: the pulled rows are void.
  bool isReset,

  /// There is nothing left to pull.
  bool isPulled,

  int pulled,
});

const _Step _nothing = (isReset: false, isPulled: false, pulled: 0);
const _Step _reset = (isReset: true, isPulled: false, pulled: 0);

/// One sync: sends the device's events, pulls the learner's rows, and then
/// updates the content.
final class SyncRun {
  /// With the options of an app.
  SyncRun(
    this._context,
    this._content, {
    this.hint,
    this.platform,
    this.appVersion,
    this.pullRows,
  });

  final DeviceContext _context;
  final ContentOptions _content;

  /// The hint, if the sync has no other cause.
  final ContentHint? hint;

  /// For the batches' headers.
  final String? platform;

  /// For the batches' headers.
  final String? appVersion;

  /// Changes a pull; null: the server's choice.
  final int? pullRows;

  /// What was done so far.
  final SyncReport report = SyncReport();

  Database get _db => _context.db;

  /// Does all of it. If a later part fails, the earlier parts stay done.
  Future<SyncReport> run() async {
    final hint = this.hint;
    if (hint != null && await concernsContentAlone(_context, hint)) {
      await followHint(_context, hint, _content, report);
      return _finished();
    }
    final Head head;
    try {
      head = await _exchange();
      await _handInLetters();
    } on CarrelException catch (error) {
      await rememberRefusedSync(_context, error);
      await noteOffline(_context, error);
      rethrow;
    }
    await exchangeContent(_context, head, hint, _content, report);
    await _db.transaction(() async {
      await pruneOutbox(_context);
      await _db.run(Queries.rememberSync(_context.clock.instant));
    });
    return _finished();
  }

  Future<SyncReport> _finished() async {
    report.version = (await readState(_db)).contentVersion;
    return report;
  }

  Future<BatchHeader> _header({
    required bool wantsPull,
    List<String>? deadLetters,
  }) async {
    final state = await readState(_db);
    final cursor = state.pullNext ?? state.pullCursor;
    return BatchHeader(
      batchId: freshUlid(_context.clock.time, systemRandom),
      deviceId: _context.deviceId,
      sentAt: Instant(_context.clock.instant),
      platform: platform,
      appVersion: appVersion,
      contractVersion: Limits.contractVersion,
      contentVersion: state.contentVersion,
      contentSchema: Limits.contentSchema,
      pull: wantsPull ? PullRequest(cursor: cursor, limit: pullRows) : null,
      deadLetters: deadLetters,
    );
  }

  /// Sends lines until they are answered. Each attempt says when it was made,
  /// from which the server derives the clock skew.
  Future<(SyncAnswer, RoundTrip)> _send(
    BatchHeader header,
    List<String> lines, {
    void Function()? onAttempt,
  }) {
    final clock = _context.clock;
    return _content.ask(() async {
      onAttempt?.call();
      final sentAt = clock.time;
      final stamped = BatchHeader.fromJson({
        ...header.toJson(),
        'sent_at': isoOf(sentAt),
      });
      final answer = await _content.client.sync(
        stamped,
        lines,
        cancellation: _content.cancellation,
      );
      return (answer, (sentAt: sentAt, answeredAt: clock.time));
    });
  }

  /// Pushes and pulls until both sides have the same, and gives the newest head.
  Future<Head> _exchange() async {
    await tellCreated(_context);
    for (var restarts = 0; restarts <= _maxRestarts;) {
      // Before the account's token sends events of the anonymous learner.
      await adoptPending(
        _context,
        client: _content.client,
        retry: _content.retry,
        cancellation: _content.cancellation,
      );
      final batch = await takeBatch(_context);
      // Telemetry alone is no reason for another batch.
      final isLast = await pendingEvents(_context) == batch.length;
      final (answer, step, retried) = await _push(batch, isLast: isLast);
      // If the server wants the whole batch later, sending it again at once
      // would be an endless loop.
      final isStuck = retried == batch.length;
      if (!isLast && !isStuck && !step.isReset) continue;
      final last = await _pull(step, answer.batch.token);
      if (!last.isReset) return answer.head;
      report.isRestarted = true;
      restarts++;
    }
    throw const DeviceException(
      DeviceErrorCode.unstableServer,
      "The server's history keeps changing.",
    );
  }

  Future<(SyncAnswer, _Step, int retried)> _push(
    List<EventLine> batch, {
    required bool isLast,
  }) async {
    final telemetry = await takeTelemetry(_context, batch);
    final lines = [
      for (final event in batch) event.line,
      for (final event in telemetry) event.line,
    ];
    final sending = Sending(batch.length, _context.clock.time);
    final SyncAnswer answer;
    final RoundTrip trip;
    try {
      (answer, trip) = await _send(
        await _header(wantsPull: isLast),
        lines,
        onAttempt: () => sending.attempts++,
      );
    } on CarrelException catch (error) {
      await _db.transaction(() => tellAttempted(_context, sending, error));
      rethrow;
    }
    final (step, outcome) = await _db.transaction(() async {
      await tellAttempted(_context, sending);
      return _take(batch, telemetry, answer, trip);
    });
    report
      ..batches += 1
      ..delivered += outcome.delivered
      ..quarantined += outcome.quarantined
      ..heldBack += outcome.heldBack
      ..retried += outcome.retried
      ..pulled += step.pulled;
    return (answer, step, outcome.retried);
  }

  /// Stores the answer to a batch of events and telemetry. Within a transaction.
  Future<(_Step, BatchOutcome)> _take(
    List<EventLine> batch,
    List<EventLine> telemetry,
    SyncAnswer answer,
    RoundTrip trip,
  ) async {
    final BatchAnswer(:results, :receivedAt) = answer.batch;
    await noteServerTime(_context, receivedAt, trip);
    final history = (await readState(_db)).history;
    // The cursor shows this too, but a device that has never finished a pull has
    // none, and may have delivered events.
    final isNewHistory = history != null && history != answer.head.history;
    if (isNewHistory) {
      await resendAll(_db);
      await pullAnew(_db);
    }
    await _db.run(Queries.rememberHistory(answer.head.history));
    await rememberSteering(_context, answer.steering);
    await noteOnline(_context);
    final outcome = await recordResults(_context, batch, results);
    await recordTelemetry(_db, telemetry, results.sublist(batch.length));
    if (outcome.quarantined > 0) {
      // Quarantined events stop counting at once, not only after the next pull.
      for (final row in await _db.all(Queries.skillsOfQuarantined)) {
        await refreshProgress(_db, row.text('skill_id'));
      }
    }
    if (isNewHistory) return (_reset, outcome);
    return (await _takePull(answer.pull), outcome);
  }

  /// Stores the answer to a pull. Within a transaction.
  Future<_Step> _takePull(PullAnswer? pull) async {
    switch (pull) {
      case null:
        return _nothing;
      case PullReset():
        if (pull.sendsAllAgain) await resendAll(_db);
        await pullAnew(_db);
        return _reset;
      case ChangesPage(:final more):
        final pulled = await stagePull(_context, pull);
        return (isReset: false, isPulled: !more, pulled: pulled);
      case UnknownPullAnswer():
        throw const ContractException('not an answer to a pull');
    }
  }

  /// Pulls what is left, and gives the last step. The pull must contain what was
  /// just pushed, whichever replica answers.
  Future<_Step> _pull(_Step first, String atLeast) async {
    var step = first;
    while (!step.isReset && !step.isPulled) {
      final cursor = await pullCursor(_db);
      final answer = await _content.ask(
        () => _content.client.pull(
          cursor,
          limit: pullRows,
          atLeast: atLeast,
          device: _context.deviceId,
          cancellation: _content.cancellation,
        ),
      );
      step = await _db.transaction(() async {
        await rememberSteering(_context, answer.steering);
        return _takePull(PullAnswer.fromJson(answer.toJson()));
      });
      report.pulled += step.pulled;
    }
    return step;
  }

  /// Hands in dead letters, after all events, because nothing waits for them.
  Future<void> _handInLetters() async {
    for (;;) {
      final letters = await takeLetters(_context);
      if (letters.isEmpty) return;
      final (answer, _) = await _send(
        await _header(
          wantsPull: false,
          deadLetters: [for (final letter in letters) letter.reason],
        ),
        [for (final letter in letters) letter.line],
      );
      final handedIn = await _db.transaction(
        () => recordLetters(_context, letters, answer.batch.results),
      );
      report
        ..batches += 1
        ..handedIn += handedIn;
      // If the server wants all of them later, sending them again at once would
      // be an endless loop.
      if (handedIn == 0) return;
    }
  }
}
