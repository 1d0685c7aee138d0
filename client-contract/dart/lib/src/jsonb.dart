import 'dart:convert';

import 'limits.gen.dart';

/// numeric's greatest decimal exponent of a first digit: 9e131071 is valid,
/// 1e131072 is not.
const int _maxMagnitude = 131071;

/// numeric's most digits after the point, zeros included.
const int _maxScale = 16383;

/// Greater exponents are refused even of zero: the server writes numbers out.
const int _maxExponent = 99;

/// What all exponents from 10 on of a text may add up to.
const int _maxExponents = 4096;

final RegExp _token = RegExp(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*');
final RegExp _string = RegExp(r'"(?:[^"\\]|\\.)*"', dotAll: true);
final RegExp _number = RegExp(r'^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$');
final RegExp _exponent = RegExp(r'[eE](.*)$');
final RegExp _surrogate = RegExp(r'\p{Surrogate}', unicode: true);
final RegExp _notStorable = RegExp(r'[\0\p{Surrogate}]', unicode: true);

/// The server's database can't store this JSON.
final class NotStorableException extends FormatException {
  /// Says so.
  const NotStorableException() : super('PostgreSQL could not store this JSON.');
}

bool _isTooDeep(String text) {
  var level = 0;
  var deepest = 0;
  for (final unit in text.replaceAll(_string, '').codeUnits) {
    if (unit == 0x5b || unit == 0x7b) {
      if (++level > deepest) deepest = level;
    } else if (unit == 0x5d || unit == 0x7d) {
      level--;
    }
  }
  return deepest > Limits.maxJsonLevels;
}

String _checkString(String token) {
  if (token.contains(r'\u') &&
      _notStorable.hasMatch(jsonDecode(token) as String)) {
    throw const NotStorableException();
  }
  return token;
}

/// A number of any size; one that no int can hold is beyond every limit.
int _int(String digits) => int.tryParse(digits) ?? 0x7fffffff;

/// The number, unless a double would round a fraction away: then the closest
/// double that is not whole.
String _checkNumber(String token) {
  final parts = _number.firstMatch(token)!;
  final [whole, fraction, exponentText] = [
    parts[1]!,
    parts[2] ?? '',
    parts[3] ?? '0',
  ];
  final exponent = _int(exponentText);
  final digits = whole + fraction;
  final significant = digits.replaceFirst(RegExp('^0+'), '');
  final magnitude =
      whole.length - 1 + exponent - (digits.length - significant.length);
  final scale = fraction.length - exponent;
  if (exponent.abs() > _maxExponent || scale > _maxScale) {
    throw const NotStorableException();
  }
  if (significant.isNotEmpty && magnitude > _maxMagnitude) {
    throw const NotStorableException();
  }
  final trailingZeros =
      digits.length - digits.replaceFirst(RegExp(r'0+$'), '').length;
  if (significant.isEmpty || scale <= trailingZeros) return token;
  final value = double.parse(token);
  if (!value.isFinite || value != value.truncateToDouble()) return token;
  // From 2^52 on doubles are whole, and beyond every range of the contract.
  return value == 0 ? '5e-324' : '${value * (1 + 2.220446049250313e-16)}';
}

/// Parses JSON text if the server's database would take it, and throws a
/// [FormatException] otherwise.
///
/// PostgreSQL's jsonb refuses some of what [jsonDecode] takes, such as NUL
/// escapes, escaped surrogates without their partner, and numbers that numeric
/// can't hold. A number that only rounding would make whole
/// (`5.0000000000000000001`, `1e-400`) stays a fraction, so that it fails where
/// the server fails it.
Object? parseJsonb(String text) {
  // In UTF-8 a surrogate without its partner becomes U+FFFD, which is what the
  // server will see.
  final sent = text.replaceAll(_surrogate, '\ufffd');
  if (_isTooDeep(sent)) throw const NotStorableException();
  // First for its grammar: in text that is valid, the pattern finds exactly the
  // strings and numbers.
  jsonDecode(sent);
  var exponents = 0;
  final checked = sent.replaceAllMapped(_token, (match) {
    final token = match[0]!;
    if (token.startsWith('"')) return _checkString(token);
    final exponent = _int(_exponent.firstMatch(token)?[1] ?? '0').abs();
    if (exponent >= 10) exponents += exponent;
    return _checkNumber(token);
  });
  if (exponents > _maxExponents) throw const NotStorableException();
  return jsonDecode(checked);
}

/// The value as one line of JSON that the server can store. Throws a
/// [FormatException] where it can't, and where [value] is no JSON.
String toJsonLine(Object? value) {
  final String line;
  try {
    line = jsonEncode(value);
  } on JsonUnsupportedObjectError {
    throw const NotStorableException();
  }
  parseJsonb(line);
  return line;
}
