import '../backoff.dart';
import '../errors.gen.dart';
import 'cancellation.dart';
import 'clock.dart';
import 'exceptions.dart';

/// Retries failed requests with exponential backoff and full jitter.
final class Retry {
  /// By a policy that is read before each piece of work. [tokenExpired] is
  /// called before a request is repeated with a fresh token.
  const Retry({
    required this.clock,
    required this.random,
    required this.policy,
    required this.tokenExpired,
  });

  /// Waits.
  final Clock clock;

  /// Spreads the waits.
  final double Function() random;

  /// The policy of the moment.
  final Future<RetryPolicy> Function() policy;

  /// Lets the app refresh its token.
  final void Function() tokenExpired;

  /// The attempts at one piece of work, which may succeed in parts.
  Future<Attempts> attempts([Cancellation? cancellation]) async =>
      Attempts._(this, await policy(), cancellation);

  /// Runs the work until it succeeds or its failure is final.
  Future<T> run<T>(
    Future<T> Function() work, [
    Cancellation? cancellation,
  ]) async {
    final tries = await attempts(cancellation);
    for (;;) {
      try {
        return await work();
      } on CarrelException catch (error) {
        await tries.failed(error);
      }
    }
  }
}

/// The attempts at one piece of work.
final class Attempts {
  Attempts._(this._retry, this._policy, this._cancellation);

  final Retry _retry;
  final RetryPolicy _policy;
  final Cancellation? _cancellation;
  int _failures = 0;
  bool _hasRefreshed = false;

  /// Waits until the next attempt, or throws the error if there is none.
  Future<void> failed(CarrelException error) async {
    // The next attempt asks the app for a fresh token. A second refusal is
    // final.
    if (error.code == ErrorCode.tokenExpired.wire && !_hasRefreshed) {
      _hasRefreshed = true;
      _retry.tokenExpired();
      return;
    }
    _failures++;
    if (!error.retryable || _failures >= _policy.attempts) throw error;
    final retryAfterS = switch (error) {
      ProblemException(:final retryAfterS?) => retryAfterS,
      _ => 0,
    };
    final delay = backoff(
      _failures,
      _policy,
      _retry.random,
      retryAfterS: retryAfterS,
    );
    if (delay > _policy.patienceMs) throw error;
    await _retry.clock.sleep(delay, _cancellation);
  }

  /// A part succeeded: failures are counted from 0 again.
  void succeeded() {
    _failures = 0;
    _hasRefreshed = false;
  }
}
