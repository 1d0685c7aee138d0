import 'query.dart';
import 'queries.gen.dart';
import 'schema.gen.dart';
import 'store.dart';

/// The device's database: a store that runs queries.
final class Database {
  /// Over a store that is open.
  const Database(this._store);

  /// Opens a store with the schema of this version.
  static Future<Database> open(Store store) async {
    await store.open(schema: carrelSchema, upgrades: carrelUpgrades);
    return Database(store);
  }

  final Store _store;

  /// Runs a statement that writes, and gives the number of rows that it changed.
  Future<int> run(Query query) => _store.execute(query.sql, query.parameters);

  /// All rows of a query.
  Future<List<SqlRow>> all(Query query) =>
      _store.select(query.sql, query.parameters);

  /// The first row of a query.
  Future<SqlRow?> first(Query query) async => (await all(query)).firstOrNull;

  /// Runs the work in one transaction: all of it, or nothing.
  Future<T> transaction<T>(Future<T> Function() work) =>
      _store.transaction(work);

  /// Closes the store.
  Future<void> close() => _store.close();
}

/// How many events and letters a database keeps, which no upgrade may lose.
const Query keptEvents = Queries.countKept;

/// Reads columns of a row in their types.
extension Columns on SqlRow {
  /// A text.
  String text(String column) => this[column]! as String;

  /// A text, or null.
  String? textOrNull(String column) => this[column] as String?;

  /// A whole number.
  int whole(String column) => this[column]! as int;

  /// A whole number, or null.
  int? wholeOrNull(String column) => this[column] as int?;

  /// A flag.
  bool flag(String column) => this[column] == 1;
}

/// The rows that can be read; null: SQLite can't read the table any more.
Future<T?> readable<T>(Future<T> Function() read) async {
  try {
    return await read();
  } on StoreException catch (error) {
    if (error.isCorruption) return null;
    rethrow;
  }
}
