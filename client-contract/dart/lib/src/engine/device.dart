import 'dart:async';

import '../backoff.dart';
import '../content.gen.dart';
import '../event.gen.dart';
import '../hint.gen.dart';
import '../progress.dart';
import '../scalars.gen.dart';
import '../ulid.dart';
import 'adoption.dart';
import 'cancellation.dart';
import 'cells.dart';
import 'client.dart';
import 'clock.dart';
import 'content_download.dart';
import 'content_scope.dart';
import 'content_settle.dart';
import 'content_tree.dart';
import 'content_update.dart';
import 'context.dart';
import 'database.dart';
import 'dead_letter.dart';
import 'diagnostics.dart';
import 'event_line.dart';
import 'exceptions.dart';
import 'installation.dart';
import 'lease.dart';
import 'outbox.dart' as outbox;
import 'own_progress.dart' as own;
import 'queries.gen.dart';
import 'query.dart';
import 'retry.dart';
import 'schedule.dart';
import 'standing.dart';
import 'status.dart';
import 'steering_state.dart';
import 'store.dart';
import 'streak.dart';
import 'study.dart' as study;
import 'sync.dart';
import 'sync_report.dart';
import 'telemetry.dart' as telemetry;
import 'token.dart';
import 'transport.dart';

/// Characters of a platform or an app version.
const int _maxVersion = 60;

/// What the app says of itself, and how the device behaves.
final class DeviceOptions {
  /// All optional.
  const DeviceOptions({
    this.deviceId,
    this.installationMarker,
    this.adopts,
    this.publishableKey,
    this.trustedCells = const [],
    this.clock = const SystemClock(),
    this.random = systemRandom,
    this.retry,
    this.platform,
    this.appVersion,
    this.pageRows,
    this.pullRows,
    this.checkRows,
    this.bundleMs,
    this.hasTelemetry = true,
    this.lease,
  });

  /// UUID in lower case, made once per installation. By default the device makes
  /// one and keeps it in its database.
  final String? deviceId;

  /// Any text that names this installation and that no backup holds. If the
  /// database has another marker, it was restored from a backup: the device
  /// takes a new id and keeps everything else.
  final String? installationMarker;

  /// The learner has signed in to an account that exists, and this is the
  /// database of the anonymous learner that they were before.
  final Adopts? adopts;

  /// The project's publishable key.
  final String? publishableKey;

  /// URLs of further cells that the app trusts with its token. By default those
  /// that the default cell names over TLS.
  final List<String> trustedCells;

  /// The device's clock.
  final Clock clock;

  /// From 0 to below 1. It spreads waits; ids are always made of the system's
  /// cryptographic randomness.
  final double Function() random;

  /// By default the server's steering.
  final RetryPolicy? retry;

  /// For steering and support, which see the first 60 characters.
  final String? platform;

  /// For steering and support, which see the first 60 characters.
  final String? appVersion;

  /// Rows a content page; by default the server's choice.
  final int? pageRows;

  /// Changes a pull; by default the server's choice.
  final int? pullRows;

  /// The least number of cached rows that each sync checks; by default 1000.
  final int? checkRows;

  /// Milliseconds after which a bundle is replaced by pages.
  final int? bundleMs;

  /// False: the device makes no telemetry, and deletes what waits.
  final bool hasTelemetry;

  /// Where several isolates open the same file: how long a sync that was killed
  /// keeps the others from syncing. Half a minute is a good choice.
  final Duration? lease;
}

/// A device: everything that an offline-first app does with Carrel, without its
/// screens. It keeps all state in its store, and may be killed at any moment.
///
/// Methods that record something have written to disk when they complete. All
/// throw a [CarrelException], or a [StoreException] of the store.
final class CarrelDevice {
  CarrelDevice._(
    this._context,
    this._o,
    this._transport,
    this._tokens,
    this._cells,
  ) : _client = CarrelClient(
        cells: _cells,
        transport: _transport,
        token: _tokens.get,
        publishableKey: _o.publishableKey,
      ) {
    _client.onBytes = _countBytes;
    _retry = Retry(
      clock: _o.clock,
      random: _o.random,
      policy: () async => _o.retry ?? await steeredRetry(_db),
      tokenExpired: _tokens.refuse,
    );
  }

  /// Opens the store for a learner, on this installation. It needs no token. The
  /// device closes the store and the transport. [url]: the Supabase project's;
  /// where there are several cells, the default cell's. The device follows the
  /// learner to other cells.
  static Future<CarrelDevice> open({
    required Store store,
    required Transport transport,
    required Uri url,
    required Uuid learnerId,
    required TokenProvider token,
    DeviceOptions options = const DeviceOptions(),
  }) async {
    try {
      final db = await Database.open(store);
      final context = await db.transaction(() async {
        if (options.adopts case final adopts?) {
          await takeOver(db, learnerId, adopts);
        }
        final deviceId = await bindInstallation(
          db,
          learnerId: learnerId,
          deviceId: options.deviceId,
          marker: options.installationMarker,
        );
        final context = DeviceContext(
          db: db,
          clock: options.clock,
          random: options.random,
          learnerId: learnerId,
          deviceId: deviceId,
          hasTelemetry: options.hasTelemetry,
        );
        await watchClock(context);
        await db.run(Queries.releaseHeldBack);
        return context;
      });
      final tokens = Tokens(learnerId, token);
      final cells = Cells(context, url, options.trustedCells);
      final device = CarrelDevice._(context, options, transport, tokens, cells);
      await device._begin();
      return device;
    } catch (_) {
      await store.close();
      rethrow;
    }
  }

  final DeviceContext _context;
  final DeviceOptions _o;
  final Transport _transport;
  final Tokens _tokens;
  final Cells _cells;
  final CarrelClient _client;
  late final Retry _retry;
  SyncLease? _lease;

  final StreamController<SyncStatus> _statuses = StreamController.broadcast();
  Future<SyncReport>? _running;
  Future<void> _turn = Future.value();
  Syncing? _progress;
  String? _lastFailure;
  bool _isStorageFull = false;
  bool _isClosed = false;

  Database get _db => _context.db;

  String? get _platform => _label(_o.platform);
  String? get _appVersion => _label(_o.appVersion);

  static String? _label(String? text) {
    final label = supportText(text ?? '', _maxVersion);
    return label.isEmpty ? null : label;
  }

  Future<void> _begin() async {
    await telemetry.openTelemetry(_context);
    // Steering for another version of the app, such as the advice to update it.
    await _db.run(Queries.forgetSteering(_appVersion));
    if (_o.lease case final duration?) {
      _lease = SyncLease(_db, _o.clock, duration);
      await _lease!.open();
    }
  }

  // Status ------------------------------------------------------------------

  /// The status, and each change of it.
  Stream<SyncStatus> get statuses => _statuses.stream;

  /// The status now. Needs no network.
  Future<SyncStatus> status() async {
    final standing = await readStanding(_context);
    if (standing.mustUpdate case final what?) return MustBeUpdated(what);
    if (standing.isRevoked) return const ReadOnly(ReadOnlyReason.revoked);
    if (_isStorageFull) return const ReadOnly(ReadOnlyReason.storageFull);
    if (_progress case final progress?) return progress;
    final codes = await _stuckCodes();
    if (codes.isNotEmpty) return Stuck(codes);
    final counts = await outbox.countOutbox(_db);
    if (counts.pending > 0) return Pending(counts.pending);
    return standing.isCurrent ? const Current() : const OutOfDate();
  }

  /// What needs somebody: a sync whose failure no retry mends, and events that
  /// the server has refused.
  Future<Set<String>> _stuckCodes() async {
    final rows = await _db.all(
      const Query(
        'select distinct code from outbox '
        "where state in ('quarantined', 'held_back') order by code",
      ),
    );
    final failure = _lastFailure;
    return {
      if (failure != null) failure,
      for (final row in rows) row.text('code'),
    };
  }

  Future<void> _tellStatus() async {
    if (_isClosed || !_statuses.hasListener) return;
    final status = await this.status();
    if (!_isClosed) _statuses.add(status);
  }

  void _countBytes(int bytes) => _advance(bytes: bytes);

  void _advance({int bytes = 0, int rows = 0}) => _showProgress(
    (progress) => Syncing(
      bytes: progress.bytes + bytes,
      rows: progress.rows + rows,
      totalRows: progress.totalRows,
    ),
  );

  /// A download begins, or goes on.
  void _expect(DownloadSize size) => _showProgress(
    (progress) => Syncing(
      bytes: progress.bytes,
      rows: size.stored,
      totalRows: size.total,
    ),
  );

  void _showProgress(Syncing Function(Syncing before) change) {
    final before = _progress;
    if (before == null) return;
    final next = _progress = change(before);
    if (_statuses.hasListener) _statuses.add(next);
  }

  /// Everything that there is to say about the device. Needs no network.
  Future<DeviceState> state() async {
    final state = await readState(_db);
    final counts = await outbox.countOutbox(_db);
    final scope = await readScope(_db);
    return DeviceState(
      learnerId: _context.learnerId,
      deviceId: _context.deviceId,
      url: Uri.parse(await _cells.url()),
      version: state.contentVersion,
      domains: _chosen(scope),
      standing: await readStanding(_context),
      isSuspect: state.isSuspect,
      outbox: counts,
      isOutboxFull: counts.pending >= (await readSteering(_db)).outboxCap,
      syncedAt: state.syncedAt,
      adoption: adoptionOf(state),
    );
  }

  static Set<Uuid>? _chosen(Scope scope) =>
      scope.kind == ScopeKind.some ? scope.cursors.keys.toSet() : null;

  // Content -----------------------------------------------------------------

  /// The cached domains, in their order.
  Future<List<DomainRow>> domains() => _read(study.readDomains(_db));

  /// A domain's skills, in their order.
  Future<List<SkillRow>> skills(Uuid domainId) =>
      _read(study.readSkills(_db, domainId));

  /// A skill's questions, in their order.
  Future<List<study.ShownQuestion>> questions(Uuid skillId) =>
      _read(study.readQuestions(_db, skillId));

  /// One question; null: the held release does not have it.
  Future<study.ShownQuestion?> question(Uuid id) =>
      _read(study.readQuestion(_db, id));

  Future<T> _read<T>(Future<T> rows) {
    if (_context.hasTelemetry) _context.reads++;
    return rows;
  }

  /// Chooses the domains to hold; null: all. Other domains are removed at once;
  /// new ones come with the next sync.
  Future<void> choose(Iterable<String>? domains) =>
      _write(() => setDomains(_db, domains));

  // Study -------------------------------------------------------------------

  Future<T> _write<T>(Future<T> Function() work) async {
    try {
      final result = await work();
      _isStorageFull = false;
      return result;
    } on StoreException catch (error) {
      if (error.isFull) _isStorageFull = true;
      rethrow;
    } finally {
      await _tellStatus();
    }
  }

  /// Starts a session, of one skill if it is given, and gives its id.
  Future<Ulid> startSession([Uuid? skillId]) =>
      _write(() => study.startSession(_context, skillId));

  /// Sessions that are still open, for example after a crash.
  Future<List<study.OpenSession>> openSessions() =>
      study.openSessions(_context);

  /// Grades an answer and stores it. [answer] is in the form of the question's
  /// type, such as `SingleChoiceAnswer(choice: 1).toJson()`.
  Future<study.Graded> answer({
    required Ulid sessionId,
    required study.ShownQuestion question,
    required Map<String, Object?> answer,
    int durationMs = 0,
  }) => _write(
    () => study.recordAnswer(
      _context,
      sessionId: sessionId,
      question: question,
      answer: answer,
      durationMs: durationMs,
    ),
  );

  /// Ends a session.
  Future<void> endSession(
    Ulid sessionId, [
    SessionEndReason reason = SessionEndReason.completed,
  ]) => _write(() => study.endSession(_context, sessionId, reason));

  /// Advances the progress in a skill, which never goes back.
  Future<Progress> advance(
    Uuid skillId, {
    required int mastery,
    List<Uuid> completed = const [],
  }) => _write(
    () => study.advanceProgress(
      _context,
      skillId,
      mastery: mastery,
      completed: completed,
    ),
  );

  /// Starts over in a skill, from nothing or from [base].
  Future<Progress> reset(Uuid skillId, {ResetBase? base}) =>
      _write(() => study.resetProgress(_context, skillId, base));

  /// Progress in a skill as the learner sees it.
  Future<Progress> progressIn(Uuid skillId) => own.progressIn(_db, skillId);

  /// The progress of every skill that the learner has begun.
  Future<Map<Uuid, Progress>> progress() => own.readProgress(_db);

  /// Days of practice in a row. Today is by the server's clock as far as it is
  /// known.
  Future<Streak> streak() => readStreak(_context);

  // Support -----------------------------------------------------------------

  /// Gives up a waiting event; the next sync hands it in as a dead letter.
  Future<void> giveUp(String eventId, String reason) => _write(
    () => _db.transaction(() => outbox.giveUp(_context, eventId, reason)),
  );

  /// Keeps a record of at most 256 KiB that could not become an event; the next
  /// sync hands it in as a dead letter.
  Future<void> deadLetter(String letter, String reason) =>
      _write(() => _db.transaction(() => keepLetter(_context, letter, reason)));

  /// Reports that something in the app went wrong. Call the result once, when
  /// the app works again. After a [fatal] failure the device reports the
  /// recovery itself when it is opened the next time.
  Future<Future<void> Function()> recordFailure(
    String code, {
    String? place,
    required bool fatal,
  }) => telemetry.recordFailure(
    _context,
    code: code,
    place: place,
    fatal: fatal,
  );

  /// Stores a report about the device for support, and syncs to send it. If the
  /// sync fails, the report waits. It has no texts.
  Future<SentDiagnostics> reportDiagnostics({
    String? osVersion,
    int? storageFreeMb,
  }) => sendDiagnostics(
    _context,
    () => readDiagnostics(
      _context,
      platform: _platform,
      appVersion: _appVersion,
      osVersion: osVersion,
      storageFreeMb: storageFreeMb,
    ),
    () async {
      try {
        // Not joined to a running sync, whose batches may have been read
        // already.
        await _inTurn((content) => _sync(content, null));
      } on CarrelException {
        // The report waits.
      }
    },
  );

  // Sync --------------------------------------------------------------------

  /// Work that changes the content takes turns, because it reads the cache, asks
  /// the server, and then writes.
  Future<T> _inTurn<T>(
    Future<T> Function(ContentOptions content) work, [
    Cancellation? given,
  ]) async {
    final before = _turn;
    final ended = Completer<void>();
    _turn = ended.future;
    await before;
    final cancellation = Cancellation();
    if (given != null) {
      unawaited(given.cancelled.then((_) => cancellation.cancel()));
      if (given.isCancelled) cancellation.cancel();
    }
    final content = ContentOptions(
      client: _client,
      retry: _retry,
      cancellation: cancellation,
      pageRows: _o.pageRows,
      checkRows: _o.checkRows,
      bundleMs: _o.bundleMs,
      onRows: (rows) => _advance(rows: rows),
      onTotal: _expect,
    );
    try {
      cancellation.throwIfCancelled();
      await _cells.forgetOld();
      _progress = const Syncing(bytes: 0, rows: 0);
      await _tellStatus();
      final lease = _lease;
      final result = lease == null
          ? await work(content)
          : await lease.hold(cancellation, () => work(content));
      _lastFailure = null;
      _isStorageFull = false;
      return result;
    } on CarrelException catch (error) {
      // A failure that a retry may mend is no news: events wait.
      final isNews = !error.retryable && error is! CancelledException;
      _lastFailure = isNews && error.code != DeviceErrorCode.busy.wire
          ? error.code
          : null;
      rethrow;
    } on StoreException catch (error) {
      if (error.isFull) _isStorageFull = true;
      rethrow;
    } finally {
      _progress = null;
      ended.complete();
      await _tellStatus();
    }
  }

  Future<SyncReport> _sync(ContentOptions content, ContentHint? hint) => SyncRun(
    _context,
    content,
    hint: hint,
    platform: _platform,
    appVersion: _appVersion,
    pullRows: _o.pullRows,
  ).run();

  /// Exchanges everything with the server. A call during a sync joins that sync.
  Future<SyncReport> sync({Cancellation? cancellation}) =>
      _running ??= _inTurn(
        (content) => _sync(content, null),
        cancellation,
      ).whenComplete(() => _running = null);

  /// Syncs now, whatever the schedule says: for a button, or a background task.
  /// Unlike [sync] it joins no running sync, which may have read the outbox
  /// already.
  Future<SyncReport> forceSync({Cancellation? cancellation}) =>
      _inTurn((content) => _sync(content, null), cancellation);

  /// Follows a hint: with nothing to send, it only fetches new content and
  /// leaves the rest to the next poll.
  Future<SyncReport> follow(ContentHint hint, {Cancellation? cancellation}) =>
      _inTurn((content) => _sync(content, hint), cancellation);

  /// Compares the cached content with what was published, row by row. Needs no
  /// network.
  Future<VerifyReport> verify() async {
    final since = _context.clock.time;
    final report = await verifyContent(_db);
    final damaged = report.damaged.isEmpty ? 1 : report.damaged.length;
    await telemetry.tellChecked(
      _context,
      report.rows,
      report.isIntact ? 0 : damaged,
      since,
    );
    return report;
  }

  /// Fetches the damaged part of the held version. [sync] does the same after
  /// [verify] has found damage.
  Future<RepairReport> repair({Cancellation? cancellation}) =>
      _inTurn((content) => repairContent(_context, content), cancellation);

  Future<Holdings> _holdings() async {
    final state = await readState(_db);
    final steering = await readSteering(_db);
    return Holdings(
      deviceId: _context.deviceId,
      history: state.contentHistory,
      version: state.contentVersion,
      domains: _chosen(await readScope(_db)),
      cursor: state.pullCursor,
      notBefore: await notBefore(_context),
      pollAfterS: (await readStanding(_context)).pollAfterS,
      listeningPollAfterS: steering.listeningPollAfterS,
    );
  }

  /// Says when to sync. Most apps call [run] instead.
  SyncSchedule schedule() => SyncSchedule(_holdings, _o.clock, _o.random);

  /// Syncs whenever a sync is due, until the loop is stopped.
  SyncLoop run() => SyncLoop(schedule(), _o.clock, (hint, cancellation) async {
    if (hint == null) {
      await sync(cancellation: cancellation);
    } else {
      await follow(hint, cancellation: cancellation);
    }
  });

  /// Closes the store and the transport. Stop the loop before.
  Future<void> close() async {
    if (_isClosed) return;
    _isClosed = true;
    await telemetry.keepReads(_context);
    await _statuses.close();
    _transport.close();
    await _db.close();
  }
}
