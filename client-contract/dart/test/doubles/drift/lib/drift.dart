// What package:carrel/drift.dart calls, with the names of package:drift.

final class Variable<T extends Object> {
  const Variable(this.value);

  static Variable<String> withString(String value) => Variable(value);

  final T? value;
}

final class QueryRow {
  const QueryRow(this.data);

  final Map<String, Object?> data;

  T read<T>(String column) => data[column] as T;
}

final class Selectable<T> {
  const Selectable(this._rows);

  final Future<List<T>> Function() _rows;

  Future<List<T>> get() => _rows();
}

final class TableUpdate {
  const TableUpdate(this.table);

  final String table;
}

abstract class DatabaseConnectionUser {
  Future<int> customUpdate(
    String query, {
    List<Variable> variables = const [],
  }) => throw UnimplementedError();

  Future<T> transaction<T>(Future<T> Function() action) =>
      throw UnimplementedError();

  void notifyUpdates(Set<TableUpdate> updates) {}

  Selectable<QueryRow> customSelect(
    String query, {
    List<Variable> variables = const [],
  });
}
