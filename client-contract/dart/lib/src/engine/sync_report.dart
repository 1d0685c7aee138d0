import 'content_settle.dart';

/// The result of a sync.
final class SyncReport {
  /// Answered batches, including empty ones; 0 if a hint needed only the
  /// content.
  int batches = 0;

  /// Events that the server has now.
  int delivered = 0;

  /// Events that the server keeps without applying them.
  int quarantined = 0;

  /// Events of another learner.
  int heldBack = 0;

  /// Events to be sent again later.
  int retried = 0;

  /// Dead letters that were handed in.
  int handedIn = 0;

  /// Pulled changes of the learner's rows.
  int pulled = 0;

  /// Whether the server had lost data, so that all kept events were sent again
  /// and all rows pulled again.
  bool isRestarted = false;

  /// The held content version.
  int version = 0;

  /// Content rows written and removed.
  int rows = 0;

  /// Cached rows that were checked: each sync checks the next part of the cache.
  int checked = 0;

  /// Damage that was found in the cache, and fetched.
  List<Repair> repairs = const [];
}
