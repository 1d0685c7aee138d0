import 'dart:convert';

import 'json_reader.dart';

/// A value of the contract: it is equal to another one of the same JSON.
abstract class CarrelModel {
  /// For the classes of this package. Their `fromJson` throws a
  /// [CarrelFormatException] for JSON of another form.
  const CarrelModel();

  /// The value as it travels.
  Map<String, Object?> toJson();

  @override
  bool operator ==(Object other) =>
      identical(this, other) ||
      other is CarrelModel &&
          other.runtimeType == runtimeType &&
          jsonEquals(toJson(), other.toJson());

  @override
  int get hashCode => jsonHash(toJson());

  @override
  String toString() => '$runtimeType ${jsonEncode(toJson())}';
}

/// Whether two JSON values are the same; the order of an object's fields does
/// not matter.
bool jsonEquals(Object? a, Object? b) {
  if (a is Map && b is Map) {
    return a.length == b.length &&
        a.entries.every(
          (entry) =>
              b.containsKey(entry.key) && jsonEquals(entry.value, b[entry.key]),
        );
  }
  if (a is List && b is List) {
    if (a.length != b.length) return false;
    for (var place = 0; place < a.length; place++) {
      if (!jsonEquals(a[place], b[place])) return false;
    }
    return true;
  }
  return a == b;
}

/// A hash code that fits [jsonEquals].
int jsonHash(Object? json) => switch (json) {
  Map() => Object.hashAllUnordered(
    json.entries.map((entry) => Object.hash(entry.key, jsonHash(entry.value))),
  ),
  List() => Object.hashAll(json.map(jsonHash)),
  _ => json.hashCode,
};
