import 'dart:async';

import 'exceptions.dart';

/// Lets an app end a call. One cancellation may be given to several calls.
final class Cancellation {
  final Completer<void> _completer = Completer();

  /// Whether it was cancelled.
  bool get isCancelled => _completer.isCompleted;

  /// Completes when it is cancelled, otherwise never.
  Future<void> get cancelled => _completer.future;

  /// Ends the calls, which throw a [CancelledException].
  void cancel() {
    if (!isCancelled) _completer.complete();
  }

  /// Throws a [CancelledException] if it was cancelled.
  void throwIfCancelled() {
    if (isCancelled) throw const CancelledException();
  }

  /// The result of [work], unless this is cancelled first.
  Future<T> guard<T>(Future<T> work) {
    final result = Completer<T>();
    work.then(
      (value) {
        if (!result.isCompleted) result.complete(value);
      },
      onError: (Object error, StackTrace trace) {
        if (!result.isCompleted) result.completeError(error, trace);
      },
    );
    cancelled.then((_) {
      if (!result.isCompleted) {
        result.completeError(const CancelledException(), StackTrace.current);
      }
    });
    return result.future;
  }
}
