import 'limits.gen.dart';
import 'nfc.dart';
import 'unicode.gen.dart';

Map<int, String> _readFolds() => {
  for (final entry in folds.split(' '))
    if (_numbers(entry) case [final from, ...final to])
      from: String.fromCharCodes(to),
};

Map<int, int> _readLowerCase() {
  final lower = <int, int>{};
  for (final run in lowerCase.split(' ')) {
    final [from, to, step, distance] = _numbers(run);
    for (var point = from; point <= to; point += step) {
      lower[point] = point + distance;
    }
  }
  return lower;
}

List<int> _numbers(String entry) => [
  for (final number in entry.split('.')) int.parse(number, radix: 36),
];

final Map<int, String> _folds = _readFolds();
final Map<int, int> _lowerCase = _readLowerCase();

/// The parts of a text between younger characters, changed; the younger ones
/// as they are.
String _apart(String text, String Function(String part) change) =>
    text.splitMapJoin(younger, onNonMatch: change);

String _composed(String text) => _apart(text, nfc);

/// NFC, then the simple lower case of each character.
String _lowered(String text) => _apart(
  text,
  (part) => String.fromCharCodes([
    for (final point in nfc(part).runes) _lowerCase[point] ?? point,
  ]),
);

String _folded(String text) {
  final buffer = StringBuffer();
  for (final point in text.runes) {
    if (_folds[point] case final fold?) {
      buffer.write(fold);
    } else {
      buffer.writeCharCode(point);
    }
  }
  return _composed(buffer.toString().replaceAll(unseen, ''));
}

/// Each run of white space as one space, none at the ends.
String _spaced(String text) {
  final spaced = text.replaceAll(whiteSpace, ' ');
  final from = spaced.startsWith(' ') ? 1 : 0;
  final to = spaced.length > from && spaced.endsWith(' ') ? 1 : 0;
  return spaced.substring(from, spaced.length - to);
}

/// The form in which short texts are compared.
///
/// Rule 1: NFC, simple lower case of each character, runs of white space as one
/// space, none at the ends. Rule 2 also folds typographic quotes, dashes and
/// ellipses, ligatures, half- and full-width forms and the final sigma, and
/// leaves out what nobody sees. Accents and punctuation count in both. An
/// answer key says which rule grades it.
String normalText(String text, [int rule = Limits.normalisation]) =>
    _spaced(rule == 1 ? _lowered(text) : _folded(_lowered(text)));

/// A text as it looks: NFC, runs of white space as one space, none at the ends.
/// Choices that are equal in this form are the same choice.
String shownText(String text) => _spaced(_composed(text));
