import '../scalars.gen.dart';
import 'adoption.dart';
import 'outbox.dart';
import 'standing.dart';

/// How the device stands with the server, in one word for a banner.
sealed class SyncStatus {
  const SyncStatus();
}

/// Everything is sent and fetched, as far as the device knows.
final class Current extends SyncStatus {
  /// Says so.
  const Current();
}

/// A sync is running.
final class Syncing extends SyncStatus {
  /// With what it has fetched so far.
  const Syncing({required this.bytes, required this.rows, this.totalRows});

  /// Received bytes, as they came out of the transport.
  final int bytes;

  /// Content rows of the current download that are stored.
  final int rows;

  /// Content rows of the current download; null: nobody knows yet, or the server
  /// sends what changed and says no number.
  final int? totalRows;
}

/// Events wait for the next sync.
final class Pending extends SyncStatus {
  /// Counts them.
  const Pending(this.count);

  /// Waiting events.
  final int count;
}

/// Something can't go on by itself.
final class Stuck extends SyncStatus {
  /// With the reasons.
  const Stuck(this.codes);

  /// Codes of the error registry, or of the device: of the last sync, and of
  /// events that the server keeps without applying them.
  final Set<String> codes;
}

/// There is newer content than the device holds.
final class OutOfDate extends SyncStatus {
  /// Says so.
  const OutOfDate();
}

/// The learner must not study before this is updated.
final class MustBeUpdated extends SyncStatus {
  /// Names it.
  const MustBeUpdated(this.what);

  /// The app, or the content.
  final MustUpdate what;
}

/// Why nothing more can be recorded for the server.
enum ReadOnlyReason {
  /// The learner or support has revoked this device.
  revoked,

  /// The disk is full.
  storageFull,
}

/// What the learner does reaches the server no more.
final class ReadOnly extends SyncStatus {
  /// Says why.
  const ReadOnly(this.reason);

  /// Why.
  final ReadOnlyReason reason;
}

/// The state of a device.
final class DeviceState {
  /// What was read.
  const DeviceState({
    required this.learnerId,
    required this.deviceId,
    required this.url,
    required this.version,
    required this.domains,
    required this.standing,
    required this.isSuspect,
    required this.outbox,
    required this.isOutboxFull,
    required this.syncedAt,
    required this.adoption,
  });

  /// Whose device it is.
  final Uuid learnerId;

  /// The device.
  final Uuid deviceId;

  /// The URL of the learner's cell, for Realtime and for RPCs.
  final Uri url;

  /// The held content version; 0: none yet.
  final int version;

  /// The chosen domains; null: all.
  final Set<Uuid>? domains;

  /// How the content compares with the server's.
  final Standing standing;

  /// The cache was found damaged, and the next sync fetches the damaged part.
  final bool isSuspect;

  /// The events by state.
  final OutboxCounts outbox;

  /// So many events wait that the app should ask the learner to go online.
  /// Nothing is dropped.
  final bool isOutboxFull;

  /// When a sync last succeeded, by the device's clock.
  final String? syncedAt;

  /// Whether the server has moved what the anonymous learner did to this
  /// account; null: there was none.
  final AdoptionStatus? adoption;
}
