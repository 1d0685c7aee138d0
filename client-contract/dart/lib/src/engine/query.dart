/// A text of SQL with its parameters, in their order.
final class Query {
  /// A statement; [parameters] are texts, whole numbers, doubles, bytes or null.
  const Query(this.sql, [this.parameters = const []]);

  /// With positional parameters: `?` or `?1`.
  final String sql;

  /// One for each position.
  final List<Object?> parameters;
}
