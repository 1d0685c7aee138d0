import '../content.gen.dart';
import '../errors.gen.dart';
import '../limits.gen.dart';
import '../manifest.gen.dart';
import 'clock.dart';
import 'content_download.dart';
import 'content_fetch.dart';
import 'content_scope.dart';
import 'content_settle.dart';
import 'content_suspects.dart';
import 'content_tree.dart';
import 'context.dart';
import 'exceptions.dart';
import 'query.dart';
import 'telemetry.dart';

/// Times that one update may start over before the server is called unstable.
const int _maxRestarts = 3;

/// The result of an update.
final class UpdateReport {
  /// Rows written and removed.
  int rows = 0;

  /// Damage that was found and fetched.
  final List<Repair> repairs = [];
}

/// Codes by which the server can't continue from what the device holds.
final Set<String> _startsOver = {
  ErrorCode.historyChanged.wire,
  ErrorCode.cursorAhead.wire,
  ErrorCode.cursorTooOld.wire,
};

/// The manifests of releases, each requested once.
ManifestReader _manifests(ContentOptions o) {
  final asked = <int, Future<Manifest?>>{};
  return (release) async {
    final manifest = await (asked[release.version] ??= fetchManifest(
      release,
      o,
    ));
    if (manifest != null) return manifest;
    throw const ContractException('the manifest is not what was published');
  };
}

/// The head, at most a second old.
Future<Head> freshHead(ContentOptions o) =>
    o.ask(() => o.client.head(cancellation: o.cancellation));

/// Updates the cache to the head: fetches it in parts, verifies it, repairs
/// damage, and applies everything in one transaction. If it throws, the cache
/// keeps its release, and what was fetched is kept for the next attempt.
Future<UpdateReport> updateContent(
  DeviceContext context,
  Head newest,
  ContentOptions o,
) async {
  final db = context.db;
  final report = UpdateReport();
  // A head of another schema leads to rows that this contract can't read.
  var head = newest.schema == Limits.contentSchema ? newest : await freshHead(o);
  var fromZero = false;
  var restarts = 0;
  final since = context.clock.time;
  for (;;) {
    final download = await planDownload(
      db,
      head,
      fromZero: fromZero,
      manifest: _manifests(o),
    );
    if (download == null && !(await readState(db)).isSuspect) return report;
    if (download != null) o.onTotal?.call(await downloadSize(db, download, head));
    try {
      await fetchParts(db, o);
    } on ProblemException catch (error) {
      if (!_startsOver.contains(error.code)) rethrow;
      if (++restarts > _maxRestarts) {
        throw const DeviceException(
          DeviceErrorCode.unstableServer,
          "The content's history keeps changing.",
        );
      }
      await db.transaction(() => discardDownload(db));
      head = await freshHead(o);
      fromZero = true;
      continue;
    }
    final before = await readState(db);
    switch (await settle(context, o)) {
      case SettledVersion(:final rows, :final repair):
        final after = await readState(db);
        if (before.contentHistory != after.contentHistory ||
            before.contentVersion != after.contentVersion) {
          await tellRefreshed(context, before.contentVersion, rows, since);
        }
        // Repairs of single nodes were reported already.
        if (before.isSuspect && fromZero && repair == null) {
          await tellRepaired(context, rows, since, whole: true);
        }
        fromZero = false;
        report.rows += rows;
        if (repair != null) report.repairs.add(repair);
      case SettledStale():
        break;
      case SettledHopeless():
        if (fromZero) {
          throw DeviceException(
            DeviceErrorCode.contentMismatch,
            'Version ${head.version} is not what was published.',
          );
        }
        await db.transaction(() async {
          await discardDownload(db);
          await db.run(const Query('update sync_state set content_suspect = 1'));
        });
        fromZero = true;
    }
  }
}

/// The result of a repair on demand.
final class RepairReport {
  /// What was done.
  const RepairReport({
    required this.version,
    required this.wasSound,
    this.repairs = const [],
    this.isReplaced = false,
  });

  /// The version that the device holds now.
  final int version;

  /// The cache had no damage.
  final bool wasSound;

  /// The nodes that were fetched.
  final List<Repair> repairs;

  /// The damage was too large, and everything was fetched anew.
  final bool isReplaced;
}

/// Makes the held version equal to what was published, whether or not there is a
/// newer one. If a download has begun, or the damage is too large, the cache is
/// updated to the newest version instead.
Future<RepairReport> repairContent(
  DeviceContext context,
  ContentOptions o,
) async {
  final db = context.db;
  final version = (await readState(db)).contentVersion;
  final isKnown = (await suspectNodes(db)).isNotEmpty;
  if (!isKnown && (await verifyContent(db)).isIntact) {
    return RepairReport(version: version, wasSound: true);
  }
  if (await currentTarget(db) == null) {
    if (await settle(context, o) case SettledVersion(:final repair)) {
      return RepairReport(
        version: version,
        wasSound: false,
        repairs: [if (repair != null) repair],
      );
    }
  }
  final UpdateReport(:repairs) = await updateContent(
    context,
    await freshHead(o),
    o,
  );
  return RepairReport(
    version: (await readState(db)).contentVersion,
    wasSound: false,
    repairs: repairs,
    isReplaced: repairs.isEmpty,
  );
}
