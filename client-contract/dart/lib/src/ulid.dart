import 'dart:math';

import 'scalars.gen.dart';

const String _digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const int _timeDigits = 10;
const int _freshDigits = 16;

/// Digits after the time that count ids of one millisecond: 15 bits. The 13
/// digits after them are 65 random bits.
const int _counterDigits = 3;
const int _randomDigits = 13;

String _time(int milliseconds) {
  var rest = milliseconds;
  final digits = List.filled(_timeDigits, '0');
  for (var place = _timeDigits - 1; place >= 0; place--) {
    digits[place] = _digits[rest % 32];
    rest ~/= 32;
  }
  return digits.join();
}

String _increment(String digits) {
  for (var place = digits.length - 1; place >= 0; place--) {
    final digit = _digits.indexOf(digits[place]);
    if (digit < 31) {
      final tail = '0' * (digits.length - place - 1);
      return digits.substring(0, place) + _digits[digit + 1] + tail;
    }
  }
  throw RangeError('$digits is the greatest number of its length');
}

/// A ULID of this time (milliseconds since 1970), with 80 fresh random bits.
/// [random] gives a number from 0 to below 1.
Ulid freshUlid(int now, double Function() random) {
  // The time 0 is that of a phone without a clock.
  final digits = [
    for (var n = 0; n < _freshDigits; n++)
      _digits[(random() * 32).floor() % 32],
  ];
  return Ulid(_time(max(now, 1)) + digits.reversed.join());
}

/// A ULID greater than [last], of the time [now] or later.
///
/// It always has at least 65 fresh random bits. So two phones that were
/// restored from one backup, and therefore have the same [last], make different
/// ids, also while their clocks stand or run back.
Ulid nextUlid(Ulid? last, int now, double Function() random) {
  final fresh = freshUlid(now, random);
  if (last == null) return fresh;
  final time = last.substring(0, _timeDigits);
  if (fresh.substring(0, _timeDigits).compareTo(time) > 0) return fresh;
  final counter = last.substring(_timeDigits, _timeDigits + _counterDigits);
  // All counters of this millisecond are used: the next one is as good.
  if (counter == 'ZZZ') {
    return Ulid(_increment(time) + fresh.substring(_timeDigits));
  }
  final tail = fresh.substring(fresh.length - _randomDigits);
  return Ulid(time + _increment(counter) + tail);
}

final Random _secure = Random.secure();

/// A number from 0 to below 1, of 32 bits, from the system's cryptographic
/// generator. Ids need it: a generator of the app's own may begin with the same
/// seed on two phones that were restored from one backup.
double systemRandom() => _secure.nextInt(0x100000000) / 0x100000000;
