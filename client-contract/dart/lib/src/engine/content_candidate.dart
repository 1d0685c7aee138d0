import '../limits.gen.dart';
import '../scalars.gen.dart';
import 'content_download.dart';
import 'content_rows.dart';
import 'content_scope.dart';
import 'content_suspects.dart';
import 'context.dart';
import 'database.dart';
import 'query.dart';

/// The rows that a version will consist of: the cached rows with the changes of
/// the download. Without a download they are the cached rows alone, which may
/// need a repair.
final class Candidate {
  /// What was read.
  const Candidate({
    required this.target,
    required this.scope,
    required this.isDownload,
    required this.wanted,
    this.isReplacement = false,
    required this.rows,
    this.gone = const [],
    this.rewritten = 0,
    this.rubbish = const [],
    this.suspects,
  });

  /// The version.
  final Target target;

  /// The choice of domains that the rows are for.
  final Scope scope;

  /// Whether there is a download to apply.
  final bool isDownload;

  /// The domains that the device holds afterwards; null: all.
  final Set<Uuid>? wanted;

  /// The download replaces the whole cache.
  final bool isReplacement;

  /// The rows.
  final List<HeldRow> rows;

  /// Numbers of cached rows that the download removes or replaces.
  final List<int> gone;

  /// How many of these the download replaces with another form.
  final int rewritten;

  /// Rows whose kind can't be read.
  final List<RowNumber> rubbish;

  /// The nodes that the rows are of, where only some are suspect; null: all.
  final Set<Uuid>? suspects;
}

/// The held version, as a target.
Future<Target?> _heldTarget(Database db) async {
  final state = await readState(db);
  final (history, root) = (state.contentHistory, state.contentRoot);
  if (history == null || root == null) return null;
  if (state.contentSchema != Limits.contentSchema) return null;
  return Target(
    history: History(history),
    schema: Limits.contentSchema,
    version: state.contentVersion,
    root: root,
  );
}

/// The domains whose cached rows the download replaces as a whole; null: all.
Set<Uuid>? _replacedDomains(List<Part> parts, Scope scope) {
  final snapshots = parts.where((part) => part.since == 0).toList();
  if (snapshots.any((part) => part.domains == null)) return null;
  final ids = {for (final part in snapshots) ...?part.domains};
  // A snapshot of everything may have been split into bundles, and no bundle
  // names a domain that the release no longer has.
  final isAll = scope.kind == ScopeKind.all
      ? snapshots.length == parts.length
      : scope.cursors.keys.every(ids.contains);
  return ids.isNotEmpty && isAll ? null : ids;
}

/// The rows of the suspect nodes alone; null if others may be damaged, or have
/// to change, too. Within a transaction.
Future<Candidate?> readSuspects(Database db) async {
  final nodes = await suspectNodes(db);
  final target = await _heldTarget(db);
  if (nodes.isEmpty || target == null) return null;
  if (await currentTarget(db) != null) return null;
  final scope = await readScope(db);
  return Candidate(
    target: target,
    scope: scope,
    isDownload: false,
    wanted: scope.wanted(isDownload: false),
    rows: [
      for (final (:kind, :id) in nodes) ...(await scanNode(db, kind, id)).rows,
    ],
    suspects: {for (final node in nodes) node.id},
  );
}

/// Reads the rows that the download results in, or, without one, those of the
/// cache; null if the device holds nothing. Within a transaction.
Future<Candidate?> readCandidate(Database db) async {
  final download = await currentTarget(db);
  final target = download ?? await _heldTarget(db);
  if (target == null) return null;
  final isDownload = download != null;
  final scope = await readScope(db);
  final replaced = _replacedDomains(await currentParts(db), scope);
  final tombstones = await db.all(
    const Query(
      "select kind || '/' || id as key from content_staged "
      "where body is null and kind || '/' || id is not null",
    ),
  );
  // Rows that the download replaces as a whole need not be readable.
  final cached = replaced == null ? RowScan() : await scanCache(db);
  final staged = await scanStaged(db);

  final incoming = {for (final row in staged.rows) row.key};
  final leaving = {for (final row in tombstones) row.text('key')};
  bool isKept(HeldRow row) =>
      replaced != null &&
      !replaced.contains(row.domainId) &&
      !incoming.contains(row.key) &&
      !leaving.contains(row.key);
  final gone = cached.rows.where((row) => !isKept(row)).toList();
  return Candidate(
    target: target,
    scope: scope,
    isDownload: isDownload,
    wanted: scope.wanted(isDownload: isDownload),
    isReplacement: replaced == null,
    rows: [...cached.rows.where(isKept), ...staged.rows],
    gone: [for (final row in gone) row.rowid],
    rewritten: gone.where((row) => incoming.contains(row.key)).length,
    rubbish: [...cached.rubbish, ...staged.rubbish],
  );
}
