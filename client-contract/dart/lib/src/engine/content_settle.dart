import 'dart:convert';

import '../content.gen.dart';
import '../hash_tree.dart';
import '../manifest.gen.dart';
import '../scalars.gen.dart';
import 'cancellation.dart';
import 'client.dart';
import 'clock.dart';
import 'content_apply.dart';
import 'content_candidate.dart';
import 'content_check.dart';
import 'content_damage.dart';
import 'content_delta.dart';
import 'content_download.dart';
import 'content_tree.dart';
import 'context.dart';
import 'database.dart';
import 'exceptions.dart';
import 'retry.dart';
import 'telemetry.dart';

/// The most nodes of a report.
const int _maxNodes = 200;

/// If more than this share of the rows is damaged, fetching everything is the
/// smaller download, because pages are large.
const double _maxDamagedShare = 0.5;

/// What the content's part of a sync needs besides the device.
final class ContentOptions {
  /// Options of an app.
  const ContentOptions({
    required this.client,
    required this.retry,
    this.cancellation,
    this.pageRows,
    this.checkRows,
    this.bundleMs,
    this.onRows,
    this.onTotal,
  });

  /// Asks the server.
  final CarrelClient client;

  /// Repeats requests.
  final Retry retry;

  /// Ends the sync.
  final Cancellation? cancellation;

  /// Rows a page; null: the server's choice.
  final int? pageRows;

  /// The least number of cached rows that a sync checks.
  final int? checkRows;

  /// Milliseconds after which a bundle is replaced by pages.
  final int? bundleMs;

  /// Is told of rows as they are stored.
  final void Function(int rows)? onRows;

  /// Is told of a download that begins or goes on.
  final void Function(DownloadSize size)? onTotal;

  /// The server's answer.
  Future<T> ask<T>(Future<T> Function() work) => retry.run(work, cancellation);
}

/// A repair.
final class Repair {
  /// What was fetched.
  const Repair({required this.nodes, required this.rows, required this.bytes});

  /// Skills and domains that were damaged.
  final List<Uuid> nodes;

  /// Fetched rows.
  final int rows;

  /// Bytes of those rows, before compression.
  final int bytes;
}

/// The result of settling.
sealed class Settled {
  const Settled();
}

/// The version is in effect.
final class SettledVersion extends Settled {
  /// With so many rows written and removed.
  const SettledVersion(this.rows, this.repair);

  /// Rows written and removed.
  final int rows;

  /// Damage that was fetched.
  final Repair? repair;
}

/// The learner has chosen other domains meanwhile.
final class SettledStale extends Settled {
  /// Says so.
  const SettledStale();
}

/// Nothing can be trusted: only a snapshot helps.
final class SettledHopeless extends Settled {
  /// Says so.
  const SettledHopeless();
}

/// Whether the server's answer is the problem, not the network.
bool _isAnswer(CarrelException error) => switch (error) {
  ContractException() => true,
  ProblemException(:final retryable, :final status) =>
    !retryable && (status == 404 || status == 410),
  NetworkException() || DeviceException() || CancelledException() => false,
};

/// The server's answer, or null if it is of no use.
Future<T?> _ask<T>(ContentOptions o, Future<T> Function() work) async {
  try {
    return await o.ask(work);
  } on CarrelException catch (error) {
    if (_isAnswer(error)) return null;
    rethrow;
  }
}

Version _versionOf(Target target) =>
    (history: target.history, version: target.version);

/// The target's manifest, if its hashes give the target's root.
Future<Manifest?> fetchManifest(Target target, ContentOptions o) async {
  final manifest = await _ask(
    o,
    () => o.client.manifest(
      _versionOf(target),
      cancellation: o.cancellation,
    ),
  );
  if (manifest == null) return null;
  return hasRoot(treeOf(manifest), target.root) ? manifest : null;
}

/// The hashes of the target's domains, if they give its root. A device that
/// holds all domains needs none.
Future<Map<Uuid, Sha256>?> _fetchDomains(
  Candidate candidate,
  ContentOptions o,
) async {
  if (candidate.wanted == null) return null;
  final nodes = await _ask(
    o,
    () => o.client.domainNodes(
      _versionOf(candidate.target),
      cancellation: o.cancellation,
    ),
  );
  if (nodes == null) return null;
  final hashes = {for (final node in nodes.domains) node.id: node.hash};
  return rootHash(hashes) == candidate.target.root ? hashes : null;
}

/// Reports to the server. The report is only for its statistics, so a failure
/// has no effect.
Future<void> _report(
  ContentOptions o,
  ReportKind kind,
  Target target,
  int rows,
  List<Uuid> nodes,
) async {
  final report = ContentReport(
    kind: kind,
    version: target.version,
    rows: rows,
    nodes: nodes.take(_maxNodes).toList(),
  );
  try {
    await o.client.report(report, cancellation: o.cancellation);
  } on ProblemException {
    // Statistics only.
  } on NetworkException {
    // Statistics only.
  }
}

/// The share of all rows that a repair would fetch.
double _damagedShare(Manifest manifest, Damage damage, Set<Uuid>? wanted) {
  var (held, broken) = (0, damage.domains.length);
  for (final domain in manifest.domains) {
    if (wanted != null && !wanted.contains(domain.id)) continue;
    held += domain.rows;
    for (final skill in domain.skills) {
      if (damage.skills.contains(skill.id)) broken += skill.rows;
    }
  }
  return broken / (held == 0 ? 1 : held);
}

/// Damaged, surplus and missing rows, as far as the device can know without the
/// right ones.
int _wrongRows(Manifest manifest, Damage damage, Candidate candidate) {
  var wrong =
      candidate.rubbish.length +
      damage.drop.where((row) => !row.isSound).length;
  for (final domain in manifest.domains) {
    for (final skill in domain.skills) {
      if (!damage.skills.contains(skill.id)) continue;
      final held = damage.drop.where((row) => row.skillId == skill.id).length;
      if (skill.rows > held) wrong += skill.rows - held;
    }
  }
  return wrong;
}

/// Fetches the rows of one node and checks them against its hash; null if they
/// are not the published ones.
Future<List<FetchedRow>?> _fetchNode(
  Uuid id,
  Target target,
  Tree tree,
  ContentOptions o,
) async {
  final changes = await _ask(
    o,
    () => o.client.node(
      _versionOf(target),
      id,
      cancellation: o.cancellation,
    ),
  );
  if (changes == null) return null;
  if (changes.any(
    (change) => change.row is Tombstone || change.row is SameRow,
  )) {
    return null;
  }
  final rows = [
    for (final change in changes)
      (change: change, place: TreeRow.fromLine(change.line)),
  ];
  final own = rows.where((row) => row.place.id == id).firstOrNull?.place;
  if (own == null) return null;
  final others = [
    for (final row in rows)
      if (!identical(row.place, own)) row.place,
  ];
  final domain = tree[id];
  if (domain != null) {
    final isOwn = own.kind == RowKind.domain && others.isEmpty;
    final hash = nodeHash((id, own.hash), domain.skills);
    return isOwn && hash == domain.hash ? rows : null;
  }
  final published = tree.values
      .map((domain) => domain.skills[id])
      .nonNulls
      .firstOrNull;
  final isOfNode =
      own.kind == RowKind.skill &&
      others.every(
        (row) => row.kind == RowKind.question && row.parent == id,
      );
  final children = {for (final row in others) row.id: row.hash};
  if (!isOfNode || children.length < others.length) return null;
  return nodeHash((id, own.hash), children) == published ? rows : null;
}

/// Applies the changes. After a repair it checks again, because a damaged disk
/// may return something else than was written.
Future<Settled> _apply(Database db, Verified verified, Repair? repair) async {
  // Null: damage prevents it. Only clearing the whole table avoids the damage.
  final settled = await readable<Settled>(() async {
    final rows = await applyVerified(db, verified);
    return rows == null ? const SettledStale() : SettledVersion(rows, repair);
  });
  if (settled == null) return const SettledHopeless();
  final Candidate(:isDownload, :suspects) = verified.candidate;
  if (settled is! SettledVersion || (isDownload && repair == null)) {
    return settled;
  }
  final isIntact = suspects == null
      ? (await verifyContent(db)).isIntact
      : await db.transaction(() => areWhole(db, suspects));
  return isIntact ? settled : const SettledHopeless();
}

Future<Settled> _repair(
  DeviceContext context,
  Candidate candidate,
  Damage damage,
  Tree tree,
  ContentOptions o,
) async {
  final target = candidate.target;
  final since = context.clock.time;
  final fetched = <FetchedRow>[];
  for (final id in damage.nodes) {
    final rows = await _fetchNode(id, target, tree, o);
    if (rows == null) return const SettledHopeless();
    fetched.addAll(rows);
  }
  final repair = Repair(
    nodes: damage.nodes,
    rows: fetched.length,
    bytes: fetched.fold(
      0,
      (sum, row) => sum + utf8.encode(row.change.line).length,
    ),
  );
  final settled = await _apply(
    context.db,
    Verified(candidate, tree, drop: damage.drop, fetched: fetched),
    repair,
  );
  if (settled is SettledVersion) {
    await tellRepaired(context, fetched.length, since, whole: false);
    await _report(o, ReportKind.repair, target, fetched.length, damage.nodes);
  }
  return settled;
}

/// The tree of rows that are exactly those of the release, or of the wanted
/// domains. Neither needs the manifest.
Future<Tree?> _wholeTree(Candidate candidate, ContentOptions o) async {
  final Candidate(:rows, :rubbish, :wanted, :suspects) = candidate;
  if (suspects != null || rubbish.isNotEmpty) return null;
  if (rows.any((row) => !row.isSound)) return null;
  final tree = HashTree.of(rows.map(treeRowOf));
  if (tree.orphans.isNotEmpty || tree.rows.length < rows.length) return null;
  return matchedTree(
    computedTree(tree, rows),
    wanted: wanted,
    root: candidate.target.root,
    published: await _fetchDomains(candidate, o),
  );
}

/// Makes the download's version, or without a download the held version, equal
/// to what was published, and puts it into effect. If it throws, nothing was
/// changed.
Future<Settled> settle(DeviceContext context, ContentOptions o) async {
  final db = context.db;
  final delta = await readDelta(
    db,
    (candidate) => _fetchDomains(candidate, o),
  );
  if (delta != null) return _apply(db, delta, null);
  final candidate = await readable(
    () => db.transaction(
      () async => await readSuspects(db) ?? await readCandidate(db),
    ),
  );
  if (candidate == null) return const SettledHopeless();
  final target = candidate.target;
  final whole = await _wholeTree(candidate, o);
  final manifest = whole == null ? await fetchManifest(target, o) : null;
  final tree = whole ?? (manifest == null ? null : treeOf(manifest));
  if (tree == null) {
    if (!candidate.isDownload) {
      await _report(o, ReportKind.mismatch, target, 0, const []);
    }
    return const SettledHopeless();
  }
  final damage = Damage.of(
    candidate.rows,
    tree,
    wanted: candidate.wanted,
    suspects: candidate.suspects,
  );
  if (damage.isNone && candidate.rubbish.isEmpty) {
    return _apply(db, Verified(candidate, tree), null);
  }
  final rows = manifest == null
      ? candidate.rubbish.length
      : _wrongRows(manifest, damage, candidate);
  await _report(o, ReportKind.mismatch, target, rows, damage.nodes);
  if (manifest == null) return const SettledHopeless();
  if (_damagedShare(manifest, damage, candidate.wanted) > _maxDamagedShare) {
    return const SettledHopeless();
  }
  return _repair(context, candidate, damage, tree, o);
}
