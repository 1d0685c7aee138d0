import 'dart:async';

import 'database.dart';
import 'exceptions.dart';
import 'store.dart';

/// One connection to a SQLite file, whose calls are synchronous.
///
/// `package:carrel/ffi.dart` has one over the system's library. One over
/// `package:sqlite3` takes as few lines: docs/flutter.md shows it.
abstract interface class SqliteConnection {
  /// Runs statements without parameters. Throws a [StoreException].
  void script(String sql);

  /// Runs one statement, and gives the number of rows that it changed.
  int execute(String sql, List<Object?> parameters);

  /// All rows of a query.
  List<SqlRow> select(String sql, List<Object?> parameters);

  /// Whether a transaction is open.
  bool get isInTransaction;

  /// Closes the connection.
  void close();
}

/// The time in which statements belong to one caller.
final class _Turn {
  bool isOver = false;
}

/// A plain SQLite database. Several isolates may each have a store of the same
/// file: readers never wait, and writers wait for each other.
final class SqliteStore implements Store {
  /// Over a connection, which the store closes.
  SqliteStore(this._connection);

  final SqliteConnection _connection;

  /// Names the turn in the zone of its caller.
  final Object _key = Object();
  Future<void> _last = Future.value();

  /// Milliseconds to wait for another connection's lock.
  static const int _busyMs = 5000;

  bool get _hasTurn => switch (Zone.current[_key]) {
    _Turn(:final isOver) => !isOver,
    _ => false,
  };

  Future<T> _inTurn<T>(FutureOr<T> Function() work) async {
    if (_hasTurn) return work();
    final before = _last;
    final ended = Completer<void>();
    _last = ended.future;
    await before;
    final turn = _Turn();
    try {
      return await runZoned(work, zoneValues: {_key: turn});
    } finally {
      turn.isOver = true;
      ended.complete();
    }
  }

  @override
  Future<void> open({required String schema, required List<String> upgrades}) {
    return _inTurn(() {
      _connection.script('pragma busy_timeout = $_busyMs');
      // WAL: a reader never waits for a writer. FULL, because in WAL mode NORMAL
      // loses the newest commits in a power failure, and an answer of the
      // learner must not be lost.
      _connection.select('pragma journal_mode = wal', const []);
      _connection.script('pragma synchronous = full');
      return transaction(() async => _migrate(schema, upgrades));
    });
  }

  int _number(String sql) =>
      _connection.select(sql, const []).single.values.single! as int;

  void _migrate(String schema, List<String> upgrades) {
    final newest = upgrades.length + 1;
    final version = _number('pragma user_version');
    if (version > newest) {
      throw DeviceException(
        DeviceErrorCode.newerDatabase,
        'The file is of version $version; this is version $newest.',
      );
    }
    if (version == newest) return;
    if (version == 0) {
      _connection.script(schema);
    } else {
      final kept = _number(keptEvents.sql);
      upgrades.skip(version - 1).forEach(_connection.script);
      // Triggers do not see that a table is dropped.
      if (_number(keptEvents.sql) < kept) {
        throw StateError('this upgrade loses events of the outbox');
      }
    }
    _connection.script('pragma user_version = $newest');
  }

  @override
  Future<int> execute(String sql, [List<Object?> parameters = const []]) =>
      _inTurn(() => _connection.execute(sql, parameters));

  @override
  Future<List<SqlRow>> select(
    String sql, [
    List<Object?> parameters = const [],
  ]) => _inTurn(() => _connection.select(sql, parameters));

  @override
  Future<T> transaction<T>(Future<T> Function() work) {
    return _inTurn(() async {
      if (_connection.isInTransaction) return work();
      // Immediate, because a transaction that begins by reading may fail when it
      // comes to write.
      _connection.script('begin immediate');
      try {
        final result = await work();
        _connection.script('commit');
        return result;
      } catch (_) {
        // SQLite ends some transactions itself, such as that of a full disk.
        if (_connection.isInTransaction) _connection.script('rollback');
        rethrow;
      }
    });
  }

  @override
  Future<void> close() => _inTurn(_connection.close);
}
