import '../content.gen.dart';
import '../errors.gen.dart';
import '../limits.gen.dart';
import '../steering.gen.dart';
import 'clock.dart';
import 'content_scope.dart';
import 'context.dart';
import 'database.dart';
import 'exceptions.dart';
import 'queries.gen.dart';
import 'steering_state.dart';

/// What must be updated before the learner studies.
enum MustUpdate {
  /// The app, from its store.
  app,

  /// The content, by a sync.
  content,
}

/// How the device's content compares with the server's, as of the last contact.
final class Standing {
  /// What an app may show.
  const Standing({
    required this.isCurrent,
    required this.mustUpdate,
    required this.newest,
    required this.schemaEndsAt,
    required this.pollAfterS,
    required this.upgrade,
    required this.isRevoked,
    required this.pausedReason,
    required this.pausedUntil,
  });

  /// Whether the device holds the newest release that it knows of.
  final bool isCurrent;

  /// What must be updated first; null: the learner may study.
  final MustUpdate? mustUpdate;

  /// The newest version that the device knows of.
  final int newest;

  /// When the server stops serving this app's content schema; null: no end is
  /// known.
  final String? schemaEndsAt;

  /// Seconds until the next poll, before jitter.
  final int pollAfterS;

  /// The server's advice to update the app.
  final Upgrade? upgrade;

  /// The learner or support has revoked this device: sign out, and delete
  /// nothing.
  final bool isRevoked;

  /// Why the server has paused syncing; null: it has not.
  final String? pausedReason;

  /// Until when it is paused.
  final String? pausedUntil;
}

/// Reads the standing.
Future<Standing> readStanding(DeviceContext context) async {
  final DeviceContext(:db, :clock) = context;
  final state = await readState(db);
  final steering = await readSteering(db);
  final scope = await readScope(db);
  final isOverdue = switch (steering.upgrade?.requiredFrom) {
    final from? => millisecondsOf(from) <= clock.time,
    null => false,
  };
  final isRefused = state.refusedSchema == Limits.contentSchema;
  final version = state.contentVersion;
  final isWhole =
      scope.kind != ScopeKind.growing &&
      scope.cursors.values.every((cursor) => cursor > 0);
  final reason = state.retryAt == null ? null : state.pausedReason;
  return Standing(
    isCurrent:
        version >= state.headVersion &&
        isWhole &&
        (version == 0 || state.contentSchema == Limits.contentSchema),
    mustUpdate: isRefused || isOverdue
        ? MustUpdate.app
        : version < state.minimumVersion
        ? MustUpdate.content
        : null,
    newest: state.headVersion,
    schemaEndsAt: state.schemaEndsAt,
    pollAfterS: state.steering == null
        ? state.pollAfterS ?? steering.pollAfterS
        : steering.pollAfterS,
    upgrade: steering.upgrade,
    isRevoked: state.isRevoked,
    pausedReason: reason,
    pausedUntil: reason == null ? null : state.retryAt,
  );
}

/// Stores what a head says.
Future<void> rememberHead(Database db, Head head) => db.run(
  Queries.rememberHead(
    head.version,
    head.minimumVersion,
    head.pollAfterS,
    head.schemaEndsAt,
  ),
);

/// Stores what the head after a hint says. Only its version is fresh; its other
/// fields may be minutes old, so they overwrite nothing that a sync has brought.
Future<void> rememberHintedHead(Database db, Head head) => db.run(
  Queries.rememberHintedHead(
    head.version,
    head.minimumVersion,
    head.schemaEndsAt,
  ),
);

/// Stores whether the server still serves this app's content schema.
Future<void> rememberRefusal(Database db, {required bool isRefused}) => db.run(
  Queries.rememberRefusedSchema(isRefused ? Limits.contentSchema : null),
);

/// Whether the server no longer serves this app's content schema. Only an update
/// of the app helps.
bool isUpgradeRequired(CarrelException error) =>
    error.code == ErrorCode.upgradeRequired.wire;
