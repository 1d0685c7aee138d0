/// Carrel's tables in a Drift database: typed reads of what the tables of
/// `package:carrel/carrel.drift` hold as JSON.
///
/// A database includes the tables with
/// `@DriftDatabase(include: {'package:carrel/carrel.drift'})`.
library;

import 'dart:convert';

import 'package:drift/drift.dart';

import 'carrel.dart';
import 'src/engine/store.dart';

/// Reads rows of the cache as the models of this package.
extension CarrelReads on DatabaseConnectionUser {
  Future<List<T>> _rows<T>(
    String query,
    T Function(Object? json) reader, [
    String? parameter,
  ]) async {
    final rows = await customSelect(
      query,
      variables: [if (parameter != null) Variable.withString(parameter)],
    ).get();
    return [for (final row in rows) reader(jsonDecode(row.read('body')))];
  }

  /// All domains that the device holds, in the instructors' order.
  Future<List<DomainRow>> carrelDomains() => _rows(
    "select body from content_row where kind = 'domain' order by position, id",
    DomainRow.fromJson,
  );

  /// The skills of a domain, in the instructors' order.
  Future<List<SkillRow>> carrelSkills(Uuid domain) => _rows(
    "select body from content_row where kind = 'skill' and domain_id = ? "
    'order by position, id',
    SkillRow.fromJson,
    domain,
  );

  /// The questions of a skill, in the instructors' order.
  Future<List<QuestionRow>> carrelQuestions(Uuid skill) => _rows(
    "select body from content_row where kind = 'question' and skill_id = ? "
    'order by position, id',
    QuestionRow.fromJson,
    skill,
  );

  /// The steering that the server sent last, before that the defaults.
  Future<Steering> carrelSteering() async {
    final stored = await _rows(
      'select steering as body from sync_state where steering is not null',
      (json) => json! as Map<String, Object?>,
    );
    // An app of before may have stored fewer fields.
    return stored.isEmpty
        ? defaultSteering
        : Steering.fromJson({...defaultSteering.toJson(), ...stored.single});
  }
}

final RegExp _sqliteCode = RegExp(r'SqliteException\((\d+)\)');
final RegExp _written = RegExp(
  r'^\s*(?:insert(?: or replace)? into|update|delete from)\s+(\w+)',
);

/// The engine's store over an app's own Drift database, which includes
/// `carrel.drift`. Drift makes and migrates the tables, and its streams hear of
/// what the engine writes. The app opens and closes the database; it may be the
/// same one as Drift shares between isolates.
final class DriftStore implements Store {
  /// Over a database. [resultCodeOf] finds SQLite's result code in an error of
  /// Drift's executor; by default in the text of `package:sqlite3`'s exception,
  /// which also crosses isolates.
  const DriftStore(this._database, {int? Function(Object error)? resultCodeOf})
    : _resultCodeOf = resultCodeOf ?? _codeIn;

  final DatabaseConnectionUser _database;
  final int? Function(Object error) _resultCodeOf;

  static int? _codeIn(Object error) =>
      int.tryParse(_sqliteCode.firstMatch('$error')?[1] ?? '');

  @override
  Future<void> open({
    required String schema,
    required List<String> upgrades,
  }) async {
    // Fails where the app forgot to include the tables.
    await select('select 1 from sync_state');
  }

  Future<T> _translated<T>(Future<T> Function() work) async {
    try {
      return await work();
    } on Exception catch (error) {
      if (_resultCodeOf(error) case final code?) {
        throw StoreException('$error', code);
      }
      rethrow;
    }
  }

  static List<Variable> _variables(List<Object?> parameters) => [
    for (final parameter in parameters) Variable<Object>(parameter),
  ];

  @override
  Future<int> execute(String sql, [List<Object?> parameters = const []]) {
    return _translated(() async {
      final changed = await _database.customUpdate(
        sql,
        variables: _variables(parameters),
      );
      if (_written.firstMatch(sql)?[1] case final table? when changed > 0) {
        _database.notifyUpdates({TableUpdate(table)});
      }
      return changed;
    });
  }

  @override
  Future<List<SqlRow>> select(
    String sql, [
    List<Object?> parameters = const [],
  ]) {
    return _translated(() async {
      final query = _database.customSelect(
        sql,
        variables: _variables(parameters),
      );
      return [for (final row in await query.get()) row.data];
    });
  }

  @override
  Future<T> transaction<T>(Future<T> Function() work) =>
      _database.transaction(work);

  @override
  Future<void> close() async {
    // The app's database outlives the device.
  }
}
