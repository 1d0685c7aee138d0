/// Waiting in tests, on a machine of any speed: for what will happen, and never
/// for how long that takes.
library;

import 'dart:async';

/// Who has waited so long has found a fault, and not a slow machine.
const _patience = Duration(minutes: 3);

/// Waits until something holds.
Future<void> until(FutureOr<bool> Function() holds) async {
  final waited = Stopwatch()..start();
  while (!await holds()) {
    if (waited.elapsed > _patience) throw StateError('waited in vain');
    await Future<void>.delayed(const Duration(milliseconds: 20));
  }
}
