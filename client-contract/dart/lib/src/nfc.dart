import 'unicode.gen.dart';

/// The tables of Unicode, read once.
final class _Tables {
  _Tables() {
    for (final entry in decompositions.split(' ')) {
      final isExcluded = entry.endsWith('!');
      final numbers = entry.replaceFirst('!', '').split('.');
      final [character, ...parts] = [
        for (final number in numbers) int.parse(number, radix: 36),
      ];
      _parts[character] = parts;
      if (!isExcluded) composites.add(character);
    }
    var order = 1;
    for (final marks in markClasses.split(', ')) {
      for (final range in marks.split(' ')) {
        final ends = range.split('-');
        final last = int.parse(ends.last, radix: 36);
        for (var at = int.parse(ends.first, radix: 36); at <= last; at++) {
          _order[at] = order;
        }
      }
      order++;
    }
    // Shorter decompositions first: the others build on what they compose to.
    composites.sort((a, b) => _parts[a]!.length - _parts[b]!.length);
    for (final character in composites) {
      final parts = _parts[character]!;
      final first = _compose(parts.sublist(0, parts.length - 1));
      if (first.length == 1) _pairs[(first[0], parts.last)] = character;
    }
  }

  final Map<int, List<int>> _parts = {};
  final Map<int, int> _order = {};
  final Map<(int, int), int> _pairs = {};
  final List<int> composites = [];

  /// The place of a mark's class among all classes; 0: no mark.
  int order(int point) => _order[point] ?? 0;

  static const int _syllables = 0xac00;
  static const int _lead = 0x1100;
  static const int _vowel = 0x1161;
  static const int _tail = 0x11a7;

  void decompose(int point, List<int> into) {
    final syllable = point - _syllables;
    if (syllable >= 0 && syllable < 11172) {
      into
        ..add(_lead + syllable ~/ 588)
        ..add(_vowel + syllable % 588 ~/ 28);
      if (syllable % 28 != 0) into.add(_tail + syllable % 28);
    } else if (_parts[point] case final parts?) {
      into.addAll(parts);
    } else {
      into.add(point);
    }
  }

  int? _pair(int first, int second) {
    final (lead, vowel) = (first - _lead, second - _vowel);
    if (lead >= 0 && lead < 19 && vowel >= 0 && vowel < 21) {
      return _syllables + (lead * 21 + vowel) * 28;
    }
    final (syllable, tail) = (first - _syllables, second - _tail);
    if (syllable >= 0 && syllable < 11172 && syllable % 28 == 0) {
      if (tail > 0 && tail < 28) return first + tail;
    }
    return _pairs[(first, second)];
  }

  /// Composes points that are decomposed and in canonical order.
  List<int> _compose(List<int> points) {
    final composed = <int>[];
    var starter = -1;
    var last = 0;
    for (final point in points) {
      final own = order(point);
      // A mark of the same class, or another starter, stands in between.
      final isBlocked = composed.length - 1 > starter && last >= own;
      if (starter >= 0 && !isBlocked) {
        if (_pair(composed[starter], point) case final pair?) {
          composed[starter] = pair;
          continue;
        }
      }
      if (own == 0) starter = composed.length;
      last = own;
      composed.add(point);
    }
    return composed;
  }

  /// Sorts marks that follow each other by their class; equal ones stay.
  void sortMarks(List<int> points) {
    for (var at = 1; at < points.length; at++) {
      final point = points[at];
      final own = order(point);
      if (own == 0) continue;
      var to = at;
      while (to > 0 && order(points[to - 1]) > own) {
        points[to] = points[to - 1];
        to--;
      }
      points[to] = point;
    }
  }
}

final _Tables _tables = _Tables();

/// A text in Unicode's Normalization Form C, by the tables of the server's
/// Unicode. Dart has no such function of its own.
String nfc(String text) {
  // Below U+0300 nothing is a mark, and no character there has others to join.
  if (text.codeUnits.every((unit) => unit < 0x300)) return text;
  final points = <int>[];
  for (final point in text.runes) {
    _tables.decompose(point, points);
  }
  _tables.sortMarks(points);
  return String.fromCharCodes(_tables._compose(points));
}
