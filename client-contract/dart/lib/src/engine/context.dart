import '../scalars.gen.dart';
import 'clock.dart';
import 'database.dart';
import 'queries.gen.dart';
import 'store.dart';

/// What every part of a device needs.
final class DeviceContext {
  /// One device of one learner.
  DeviceContext({
    required this.db,
    required this.clock,
    required this.random,
    required this.learnerId,
    required this.deviceId,
    required this.hasTelemetry,
  });

  /// The device's database.
  final Database db;

  /// The device's clock.
  final Clock clock;

  /// From 0 to below 1. It spreads waits; ids are made of the system's
  /// randomness.
  final double Function() random;

  /// Whose device it is.
  final Uuid learnerId;

  /// The device.
  final Uuid deviceId;

  /// False: the app has turned telemetry off.
  final bool hasTelemetry;

  /// Reads of content that are not stored yet.
  int reads = 0;
}

/// Which domains a device holds.
enum ScopeKind {
  /// All.
  all,

  /// Some.
  some,

  /// All are chosen, and so far only those with a cursor are held.
  growing,
}

/// The row of `sync_state`; its columns are described in `carrel.drift`.
extension type SyncState(SqlRow _row) {
  /// The learner whose database it is.
  String get learnerId => _row.text('learner_id');

  /// The device's id.
  String get deviceId => _row.text('device_id');

  /// The app's marker of this installation.
  String? get installationMarker => _row.textOrNull('installation_marker');

  /// The greatest id that the device has made.
  String? get lastUlid => _row.textOrNull('last_ulid');

  /// Server time minus device time.
  int? get clockOffsetMs => _row.wholeOrNull('clock_offset_ms');

  /// The server's time of its last answer.
  String? get answeredAt => _row.textOrNull('answered_at');

  /// The latest time that the clock has shown.
  String? get clockSeenAt => _row.textOrNull('clock_seen_at');

  /// The server's history.
  String? get history => _row.textOrNull('history');

  /// The history of the held content.
  String? get contentHistory => _row.textOrNull('content_history');

  /// The held content version; 0: none.
  int get contentVersion => _row.whole('content_version');

  /// Its published root.
  String? get contentRoot => _row.textOrNull('content_root');

  /// Its content schema.
  int? get contentSchema => _row.wholeOrNull('content_schema');

  /// Which domains are held.
  ScopeKind get contentScope =>
      ScopeKind.values.byName(_row.text('content_scope'));

  /// Whether the cache was found damaged.
  bool get isSuspect => _row.flag('content_suspect');

  /// The node that was checked last.
  String? get contentChecked => _row.textOrNull('content_checked');

  /// The newest version that the device knows of.
  int get headVersion => _row.whole('head_version');

  /// The version below which nobody should study.
  int get minimumVersion => _row.whole('minimum_version');

  /// Seconds between two polls, as the head says.
  int? get pollAfterS => _row.wholeOrNull('poll_after_s');

  /// When the server stops serving the app's content schema.
  String? get schemaEndsAt => _row.textOrNull('schema_ends_at');

  /// The content schema that the server has refused.
  int? get refusedSchema => _row.wholeOrNull('refused_schema');

  /// The cursor of the last complete pull.
  String? get pullCursor => _row.textOrNull('pull_cursor');

  /// Where a pull that has begun goes on.
  String? get pullNext => _row.textOrNull('pull_next');

  /// When a sync last succeeded.
  String? get syncedAt => _row.textOrNull('synced_at');

  /// The server's steering, as JSON.
  String? get steering => _row.textOrNull('steering');

  /// Whether the device was revoked.
  bool get isRevoked => _row.flag('revoked');

  /// When the server wants to be asked again.
  String? get retryAt => _row.textOrNull('retry_at');

  /// Why the server has paused syncing.
  String? get pausedReason => _row.textOrNull('paused_reason');

  /// The anonymous learner that the account takes over.
  String? get adoptedLearner => _row.textOrNull('adopted_learner');

  /// The proof of that.
  String? get adoptionToken => _row.textOrNull('adoption_token');

  /// `pending`, `done` or `refused`.
  String? get adoption => _row.textOrNull('adoption');

  /// Why it was refused.
  String? get adoptionCode => _row.textOrNull('adoption_code');

  /// The URL of the learner's cell; null: the home cell.
  String? get cellUrl => _row.textOrNull('cell_url');
}

/// Reads the sync state of a database that is bound to a device.
Future<SyncState> readState(Database db) async {
  final row = await db.first(Queries.readSyncState);
  if (row == null) throw StateError("the device's file has no sync state");
  return SyncState(row);
}
