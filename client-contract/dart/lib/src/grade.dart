import 'content.gen.dart';
import 'json_reader.dart';
import 'limits.gen.dart';
import 'normalise.dart';

/// Digits after the point that a decimal string can have.
const int _scale = 30;

/// A decimal string as a whole number of 10^-30: exact, as PostgreSQL's numeric
/// is.
BigInt _scaled(String decimal) {
  final parts = decimal.replaceFirst(RegExp('^[+-]'), '').split('.');
  final fraction = parts.length > 1 ? parts[1] : '';
  final size = BigInt.parse(parts[0] + fraction.padRight(_scale, '0'));
  return decimal.startsWith('-') ? -size : size;
}

/// The answer in its form, or null.
T? _answer<T>(Reader<T> reader, Object? json) {
  try {
    return reader(json);
  } on CarrelFormatException {
    return null;
  }
}

bool _sameSet(Iterable<num> a, Iterable<num> b) =>
    a.every(b.contains) && b.every(a.contains);

/// Whether an answer is right. False, never an exception, for an answer that is
/// not of its type's form; null for a question of a type that this version of
/// the package does not know.
///
/// A true_false question may be answered by `{"choice": 0}` (true) or
/// `{"choice": 1}`, as clients of content schema 1 do.
bool? gradeAnswer(QuestionRow question, Object? answer) => switch (question) {
  SingleChoiceQuestion(answer: final key) =>
    _answer(SingleChoiceAnswer.fromJson, answer)?.choice == key.choice,
  MultipleChoiceQuestion(answer: final key) => switch (_answer(
    MultipleChoiceAnswer.fromJson,
    answer,
  )) {
    final given? => _sameSet(given.choices, key.choices),
    null => false,
  },
  TrueFalseQuestion(answer: final key) => _gradeTrueFalse(key, answer),
  NumericQuestion(answer: final key) => switch (_answer(
    NumericAnswer.fromJson,
    answer,
  )) {
    final given? =>
      (_scaled(given.value) - _scaled(key.value)).abs() <=
          _scaled(key.tolerance ?? '0'),
    null => false,
  },
  ShortTextQuestion(answer: final key) => switch (_answer(
    ShortTextAnswer.fromJson,
    answer,
  )) {
    final given? => _gradeText(key, given.text),
    null => false,
  },
  UnknownQuestion() => null,
};

bool _gradeTrueFalse(TrueFalseKey key, Object? answer) {
  final given = _answer(TrueFalseAnswer.fromJson, answer);
  if (given != null) return given.value == key.value;
  final old = _answer(SingleChoiceAnswer.fromJson, answer);
  if (old == null || old.unknown.containsKey('value')) return false;
  return old.choice == (key.value ? 0 : 1);
}

bool _gradeText(ShortTextKey key, String given) {
  final rule = key.normalisation ?? 1;
  final text = normalText(given, rule);
  return key.accepted.any((one) => normalText(one, rule) == text);
}

/// Whether the app's own screen made an answer of the question's form that
/// names existing choices, each once. The server takes any answer, and grades
/// one of another form as wrong.
bool isAnswerTo(QuestionRow question, Object? answer) => switch (question) {
  SingleChoiceQuestion(:final choices) => switch (_answer(
    SingleChoiceAnswer.fromJson,
    answer,
  )) {
    final given? => _exist([given.choice], choices.length),
    null => false,
  },
  MultipleChoiceQuestion(:final choices) => switch (_answer(
    MultipleChoiceAnswer.fromJson,
    answer,
  )) {
    final given? => _exist(given.choices, choices.length),
    null => false,
  },
  TrueFalseQuestion() => _answer(TrueFalseAnswer.fromJson, answer) != null,
  NumericQuestion() => _answer(NumericAnswer.fromJson, answer) != null,
  ShortTextQuestion() => _answer(ShortTextAnswer.fromJson, answer) != null,
  UnknownQuestion() => false,
};

bool _exist(List<num> chosen, int count) =>
    chosen.toSet().length == chosen.length &&
    chosen.every(
      (choice) => choice == choice.truncate() && choice >= 0 && choice < count,
    );
