// Typed reads of a Drift database.
import 'package:carrel/drift.dart';
import 'package:carrel/engine.dart';
import 'package:carrel/ffi.dart';
import 'package:drift/drift.dart';
import 'package:test/test.dart';

const _skill = Uuid('00000000-0000-4000-8000-000000000002');

/// Answers every query with the same rows.
final class _Database extends DatabaseConnectionUser {
  _Database(this.bodies);

  final List<String> bodies;
  String query = '';
  List<Object?> parameters = [];

  @override
  Selectable<QueryRow> customSelect(
    String query, {
    List<Variable<Object>> variables = const [],
  }) {
    this.query = query;
    parameters = [for (final variable in variables) variable.value];
    return Selectable(
      () async => [for (final body in bodies) QueryRow({'body': body})],
    );
  }
}

/// What Drift's executor throws.
final class SqliteException implements Exception {
  const SqliteException(this.code);

  final int code;

  @override
  String toString() => 'SqliteException($code): while executing';
}

/// A database over real SQLite, with the names of Drift.
final class _Real extends DatabaseConnectionUser {
  final SqliteStore store = SqliteStore(openSqlite(':memory:'));
  final Set<String> updated = {};

  List<Object?> _values(List<Variable<Object>> variables) => [
    for (final variable in variables) variable.value,
  ];

  @override
  Selectable<QueryRow> customSelect(
    String query, {
    List<Variable<Object>> variables = const [],
  }) => Selectable(
    () async => [
      for (final row in await store.select(query, _values(variables)))
        QueryRow(row),
    ],
  );

  @override
  Future<int> customUpdate(
    String query, {
    List<Variable<Object>> variables = const [],
  }) async {
    try {
      return await store.execute(query, _values(variables));
    } on StoreException catch (error) {
      throw SqliteException(error.resultCode);
    }
  }

  @override
  Future<T> transaction<T>(Future<T> Function() action) =>
      store.transaction(action);

  @override
  void notifyUpdates(Set<TableUpdate> updates) =>
      updated.addAll(updates.map((update) => update.table));
}

void main() {
  test('K3: the Drift store writes, reads, and tells which table changed', () async {
    final database = _Real();
    await database.store.execute(
      'create table note (id integer primary key, text text)',
    );
    final store = DriftStore(database);
    await store.transaction(
      () => store.execute('insert into note (text) values (?)', ['a']),
    );
    expect(await store.select('select text from note'), [
      {'text': 'a'},
    ]);
    expect(database.updated.single, 'note');
  });

  test("K3: the Drift store finds SQLite's code in what Drift throws", () async {
    final database = _Real();
    await database.store.execute(
      'create table note (id integer primary key, text text not null)',
    );
    final store = DriftStore(database);
    try {
      await store.execute('insert into note (text) values (?)', [null]);
      expect(true, false, reason: 'the constraint holds');
    } on StoreException catch (error) {
      expect(error.isConstraint, isTrue);
    }
  });

  test('questions are read as models', () async {
    final database = _Database([
      '{"kind":"question","version":1,'
          '"id":"00000000-0000-4000-8000-000000000001",'
          '"skill_id":"$_skill","domain_id":"$_skill","key":"a/b",'
          '"prompt":"?","position":1,"type":"true_false",'
          '"answer":{"value":true}}',
    ]);
    final [question] = await database.carrelQuestions(_skill);
    expect(database.parameters, equals([_skill]));
    expect(gradeAnswer(question, {'value': true}), isTrue);
  });

  test('steering of before has the defaults of what it lacks', () async {
    expect(await _Database([]).carrelSteering(), defaultSteering);
    final stored = await _Database(['{"batch_events":7}']).carrelSteering();
    expect(stored.batchEvents, 7);
    expect(stored.retryCapMs, defaultSteering.retryCapMs);
  });
}
