/// A row of SQLite: values by the names of their columns.
typedef SqlRow = Map<String, Object?>;

/// A SQLite database (3.37 or later, with JSON) of one learner on one
/// installation. `SqliteStore` is the plain one; `package:carrel/drift.dart`
/// adapts a Drift database.
abstract interface class Store {
  /// Makes the database ready: [schema] is for an empty one, and [upgrades] lead
  /// from version 1 to 2, and so on. The version is `pragma user_version`.
  Future<void> open({required String schema, required List<String> upgrades});

  /// Runs a statement that writes, and gives the number of rows that it changed.
  /// Throws a [StoreException].
  Future<int> execute(String sql, [List<Object?> parameters]);

  /// All rows of a query. Throws a [StoreException].
  Future<List<SqlRow>> select(String sql, [List<Object?> parameters]);

  /// Runs [work] in one transaction, which begins by writing: afterwards all of
  /// it is on the disk, or nothing. Statements that [work] awaits belong to it;
  /// those of other callers wait until it has ended. A transaction in a
  /// transaction is a part of it.
  Future<T> transaction<T>(Future<T> Function() work);

  /// Closes the connection.
  Future<void> close();
}

/// A failed statement. By the result code the engine tells damage on the disk
/// from mistakes.
final class StoreException implements Exception {
  /// Says what SQLite has said.
  const StoreException(this.message, this.resultCode);

  /// A table that can be read, and whose rows are not what SQLite wrote.
  const StoreException.corruption(this.message) : resultCode = _corrupt;

  /// For people.
  final String message;

  /// SQLite's result code, extended or not: https://sqlite.org/rescode.html.
  final int resultCode;

  static const int _error = 1;
  static const int _corrupt = 11;
  static const int _full = 13;
  static const int _tooBig = 18;
  static const int _constraint = 19;
  static const int _mismatch = 20;

  /// The primary codes are the lower eight bits.
  bool _isOne(List<int> codes) => codes.contains(resultCode & 0xff);

  /// Whether a constraint has refused the statement. The transaction is still
  /// open.
  bool get isConstraint => _isOne(const [_constraint]);

  /// Whether the statement was refused for the values that it was to write,
  /// such as JSON that nests too deep. The transaction is still open, and the
  /// statement has written nothing.
  bool get isRefusedValue =>
      _isOne(const [_error, _tooBig, _constraint, _mismatch]);

  /// Whether the disk does not return what was written.
  bool get isCorruption => _isOne(const [_corrupt, _constraint]);

  /// Whether the disk is full.
  bool get isFull => _isOne(const [_full]);

  @override
  String toString() => 'StoreException: $message (code $resultCode)';
}
