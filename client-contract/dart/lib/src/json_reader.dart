/// JSON that is not of the form that the contract demands.
final class CarrelFormatException implements FormatException {
  /// Says what is wrong with the value at [path].
  const CarrelFormatException(this.reason, {this.path = const [], this.source});

  /// What is wrong, without the place.
  final String reason;

  /// Names of fields and places in lists that lead to the value.
  final List<Object> path;

  @override
  final Object? source;

  @override
  int? get offset => null;

  @override
  String get message => path.isEmpty ? reason : '${path.join('.')}: $reason';

  /// The same for a value that stands under [name].
  CarrelFormatException under(Object name) =>
      CarrelFormatException(reason, path: [name, ...path], source: source);

  @override
  String toString() => 'CarrelFormatException: $message';
}

/// Reads a value of JSON, or throws a [CarrelFormatException].
typedef Reader<T> = T Function(Object? json);

/// The exception for a value of another form.
CarrelFormatException unexpected(String wanted, Object? json) =>
    CarrelFormatException('must be $wanted', source: json);

/// Reads an object field by field. Of several broken fields the first one that
/// is read is reported.
final class Fields {
  /// Begins with an object.
  factory Fields(Object? json) => Fields._(readObject(json));

  Fields._(this.json);

  /// The whole object.
  final Map<String, Object?> json;

  final Set<String> _known = {};
  final Map<String, Object?> _unknownValues = {};

  T _under<T>(String name, T Function() read) {
    try {
      return read();
    } on CarrelFormatException catch (error) {
      throw error.under(name);
    }
  }

  /// A field that must be there.
  T read<T>(String name, Reader<T> reader) {
    _known.add(name);
    return _under(name, () {
      if (json.containsKey(name)) return reader(json[name]);
      throw const CarrelFormatException('is missing');
    });
  }

  /// A field that must be there, and may be null.
  T? readNullable<T>(String name, Reader<T> reader) =>
      read(name, readOrNull(reader));

  /// A field that may be absent, and is not null.
  T? readOptional<T>(String name, Reader<T> reader) {
    _known.add(name);
    return json.containsKey(name) ? read(name, reader) : null;
  }

  /// A field that may be absent or null.
  T? readNullish<T>(String name, Reader<T> reader) {
    _known.add(name);
    return json[name] == null ? null : read(name, reader);
  }

  /// A field whose value may be one that only a newer server knows.
  T readKnown<T>(String name, Reader<T> reader, T unknown) =>
      read(name, (json) {
        try {
          return reader(json);
        } on CarrelFormatException {
          if (json is! String) rethrow;
          _unknownValues[name] = json;
          return unknown;
        }
      });

  /// A field that has always the same value.
  void constant(String name, Object value) => read(name, (json) {
    if (json != value) throw unexpected('$value', json);
  });

  /// Refuses all fields but these.
  void only(Set<String> names) {
    for (final name in json.keys) {
      if (!names.contains(name)) {
        throw const CarrelFormatException('is not known').under(name);
      }
    }
  }

  /// Fields that were not read, and values that are not known.
  Map<String, Object?> others() => _fixed({
    for (final MapEntry(:key, :value) in json.entries)
      if (!_known.contains(key)) key: value,
    ..._unknownValues,
  });

  /// Values that are not known.
  Map<String, Object?> unknownValues() => _fixed(_unknownValues);

  static Map<String, Object?> _fixed(Map<String, Object?> map) =>
      map.isEmpty ? const {} : Map.unmodifiable(map);
}

/// The text that tells a union's objects apart; an empty one if there is none.
String discriminator(Object? json, String name) {
  final value = readObject(json)[name];
  return value is String ? value : '';
}

/// Whether an object says that it is of this version.
bool hasVersion(Object? json, int version) =>
    json is Map && json['version'] == version;

/// An object.
Map<String, Object?> readObject(Object? json) => switch (json) {
  Map<String, Object?>() => json,
  Map() => json.cast<String, Object?>(),
  _ => throw unexpected('an object', json),
};

/// Any text.
String readString(Object? json) =>
    json is String ? json : throw unexpected('a text', json);

/// A truth value.
bool readBool(Object? json) =>
    json is bool ? json : throw unexpected('true or false', json);

/// What every runtime holds exactly: 2^53 - 1.
const int _maxSafe = 9007199254740991;

/// A whole number; `5.0` and `1e2` are whole.
Reader<int> readWhole({int min = -_maxSafe, int max = _maxSafe}) => (json) {
  final value = switch (json) {
    int() => json,
    double(isFinite: true) when json == json.truncateToDouble() => json.toInt(),
    _ => throw unexpected('a whole number', json),
  };
  if (value >= min && value <= max) return value;
  throw unexpected('a whole number from $min to $max', json);
};

/// Any finite number.
Reader<num> readNumber({num? min, num? max}) => (json) {
  if (json is! num || !json.isFinite) throw unexpected('a number', json);
  if ((min != null && json < min) || (max != null && json > max)) {
    throw unexpected('a number from ${min ?? 'any'} to ${max ?? 'any'}', json);
  }
  return json;
};

/// One of some whole numbers.
Reader<int> readOneOf(List<int> values) => (json) {
  final value = readWhole()(json);
  return values.contains(value)
      ? value
      : throw unexpected('one of ${values.join(', ')}', json);
};

/// One of an enum's values by its wire name. An empty name is no value.
T readEnum<T extends Enum>(
  Object? json,
  List<T> values,
  String Function(T value) wireOf,
) {
  for (final value in values) {
    if (json != '' && wireOf(value) == json) return value;
  }
  final names = values.map(wireOf).where((name) => name.isNotEmpty);
  throw unexpected('one of ${names.join(', ')}', json);
}

final Map<String, RegExp> _patterns = {};

/// A text that matches a pattern as a whole.
Reader<String> readMatching(String pattern, {int? max}) {
  final regExp = _patterns[pattern] ??= RegExp(pattern, unicode: true);
  return (json) {
    final value = readString(json);
    if ((max == null || value.length <= max) && regExp.hasMatch(value)) {
      return value;
    }
    throw unexpected('a text of the form $pattern', json);
  };
}

/// A text of 1 to [max] characters.
Reader<String> readText(int max) => (json) {
  final value = readString(json);
  if (value.isEmpty || (value.length > max && value.runes.length > max)) {
    throw unexpected('a text of 1 to $max characters', json);
  }
  return value;
};

/// A text whose length in UTF-16 units is in a range.
Reader<String> readTextBetween(int min, int? max) => (json) {
  final value = readString(json);
  if (value.length >= min && (max == null || value.length <= max)) return value;
  throw unexpected('a text of $min to ${max ?? 'any number of'} units', json);
};

/// A list whose elements one reader reads.
Reader<List<T>> readList<T>(Reader<T> reader, {int min = 0, int? max}) {
  return (json) {
    if (json is! List) throw unexpected('a list', json);
    if (json.length < min || (max != null && json.length > max)) {
      throw unexpected('a list of $min to ${max ?? 'any number of'}', json);
    }
    return List.unmodifiable([
      for (final (place, element) in json.indexed)
        _element(place, element, reader),
    ]);
  };
}

T _element<T>(int place, Object? element, Reader<T> reader) {
  try {
    return reader(element);
  } on CarrelFormatException catch (error) {
    throw error.under(place);
  }
}

/// The same for a value that may be null.
Reader<T?> readOrNull<T>(Reader<T> reader) =>
    (json) => json == null ? null : reader(json);

/// A time whose day is in the calendar: not 2026-02-30.
String inCalendar(String instant) {
  final [year, month, day] = instant
      .substring(0, 10)
      .split('-')
      .map(int.parse)
      .toList();
  if (DateTime.utc(year, month, day).day == day) return instant;
  throw unexpected('a date of the calendar', instant);
}
