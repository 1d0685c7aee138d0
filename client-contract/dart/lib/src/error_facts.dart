/// A request that failed.
final class RequestFacts {
  /// Facts of the registry.
  const RequestFacts({
    required this.status,
    required this.retryable,
    required this.sqlstates,
  });

  /// The HTTP status.
  final int status;

  /// Whether the same request can succeed later.
  final bool retryable;

  /// The SQLSTATEs by which an RPC answers with this error.
  final List<String> sqlstates;
}

/// Who keeps an event that was not applied.
enum EventOutcome {
  /// The server keeps it.
  quarantined,

  /// The device keeps it, and sends it again.
  retry,
}

/// An event of a batch that was not applied.
final class EventFacts {
  /// Facts of the registry.
  const EventFacts({
    required this.outcome,
    required this.held,
    required this.retryable,
    this.retryAfterS,
  });

  /// Who keeps the event.
  final EventOutcome outcome;

  /// Whether the server applies a kept event once it knows more; otherwise the
  /// event waits for support.
  final bool held;

  /// Whether the device should send the same event again.
  final bool retryable;

  /// Seconds after which to send it again; null: not at all, or after what the
  /// server's setting says.
  final int? retryAfterS;
}
