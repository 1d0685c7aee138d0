import 'dart:math';

import 'limits.gen.dart';
import 'steering.gen.dart';

/// How often and how long to retry.
final class RetryPolicy {
  /// By default as long as a device waits that no server has steered.
  const RetryPolicy({
    this.attempts = 6,
    required this.baseMs,
    required this.capMs,
    this.patienceMs = 60000,
  });

  /// The policy that the server asks for.
  factory RetryPolicy.steered([Steering steering = defaultSteering]) =>
      RetryPolicy(baseMs: steering.retryBaseMs, capMs: steering.retryCapMs);

  /// Failures in a row after which the request waits for the next sync.
  final int attempts;

  /// The first delay is random between 0 and this. The bound doubles with each
  /// further one.
  final int baseMs;

  /// The greatest bound of a random delay.
  final int capMs;

  /// If the server asks for a longer delay, the sync ends at once.
  final int patienceMs;
}

/// Milliseconds to wait after a number of [failures] in a row.
///
/// With full jitter, a thousand devices that lost the server at the same moment
/// return spread over the whole interval, even if the server gave all of them
/// the same Retry-After. [random] gives a number from 0 to below 1.
double backoff(
  int failures,
  RetryPolicy policy,
  double Function() random, {
  int retryAfterS = 0,
}) {
  final bound = min(
    policy.capMs.toDouble(),
    policy.baseMs * pow(2.0, failures - 1),
  );
  return retryAfterS * 1000 + random() * bound;
}
