import '../content.gen.dart';
import '../hash_tree.dart';
import '../manifest.gen.dart';
import '../scalars.gen.dart';
import 'content_damage.dart';
import 'content_rows.dart';
import 'content_scope.dart';
import 'content_suspects.dart';
import 'context.dart';
import 'database.dart';
import 'query.dart';
import 'store.dart';

/// A domain of a tree, which a delta changes in place.
final class TreeDomain {
  /// A node and those below it.
  TreeDomain(this.hash, [Map<Uuid, Sha256>? skills]) : skills = skills ?? {};

  /// The domain's hash.
  Sha256 hash;

  /// The hashes of its skills.
  final Map<Uuid, Sha256> skills;
}

/// The hash tree of a version: its domains.
typedef Tree = Map<Uuid, TreeDomain>;

/// A manifest's tree.
Tree treeOf(Manifest manifest) => {
  for (final domain in manifest.domains)
    domain.id: TreeDomain(domain.hash, {
      for (final skill in domain.skills) skill.id: skill.hash,
    }),
};

/// Whether the domains' hashes come to a root.
bool hasRoot(Tree tree, String root) =>
    rootHash({
      for (final MapEntry(:key, :value) in tree.entries) key: value.hash,
    }) ==
    root;

/// The result of checking the cache.
final class VerifyReport {
  /// What was found.
  const VerifyReport({
    required this.isIntact,
    required this.version,
    this.root,
    this.rows = 0,
    this.damaged = const [],
    this.nodes = const [],
  });

  /// The cache is what the server published as this version.
  final bool isIntact;

  /// The held content version; 0: none.
  final int version;

  /// The published root hash of that version; null if none is held.
  final String? root;

  /// Checked rows.
  final int rows;

  /// Rows that have changed since they were written. Missing and surplus rows
  /// show in the nodes only.
  final List<(RowKind kind, Uuid id)> damaged;

  /// Skills and domains that differ from what was published. Empty if the file
  /// is damaged beyond its rows.
  final List<Uuid> nodes;
}

/// The published tree as it was stored. Columns are not checked: a damaged hash
/// simply differs from the published one.
Future<Tree> keptTree(Database db) async {
  final tree = <Uuid, TreeDomain>{};
  final rows = await db.all(
    const Query(
      'select kind, id, domain_id, hash from content_node order by kind',
    ),
  );
  for (final row in rows) {
    final (id, hash) = (Uuid('${row['id']}'), Sha256('${row['hash']}'));
    if (row['kind'] == 'domain') {
      tree[id] = TreeDomain(hash);
    } else {
      tree[Uuid('${row['domain_id']}')]?.skills[id] = hash;
    }
  }
  return tree;
}

/// The tree of a release, if the computed one is part of it. Of the domains that
/// the device does not hold, it has the published hashes alone. [wanted]: the
/// domains to hold; null: all. [published]: the hashes of all domains, needed
/// unless all are held.
Tree? matchedTree(
  Tree computed, {
  required Set<Uuid>? wanted,
  required String root,
  required Map<Uuid, Sha256>? published,
}) {
  if (wanted == null) return hasRoot(computed, root) ? computed : null;
  if (published == null) return null;
  // A wanted domain may be in neither: the release no longer has it.
  final isPart = wanted.every((id) => computed[id]?.hash == published[id]);
  if (!isPart) return null;
  return {
    for (final MapEntry(key: id, value: hash) in published.entries)
      id: TreeDomain(hash, wanted.contains(id) ? computed[id]?.skills : null),
  };
}

/// Whether SQLite finds the table and the indexes of the cache intact. Its check
/// constraints are left out: a scan compares the same columns with the body.
Future<bool> isInOrder(Database db) async {
  await db.run(const Query('pragma ignore_check_constraints = on'));
  try {
    final found = await db.all(
      const Query('pragma integrity_check(content_row)'),
    );
    return found.every((row) => row['integrity_check'] == 'ok');
  } on StoreException {
    // A body that is no longer JSON makes the check itself fail, in a column
    // that is read from it.
    return false;
  } finally {
    await db.run(const Query('pragma ignore_check_constraints = off'));
  }
}

/// Whether all damage is in rows of these nodes, so that no other row or index
/// needs to be read again.
bool _isConfined(Damage damage) =>
    damage.nodes.isNotEmpty &&
    damage.drop.every(
      (row) => switch (row.skillId) {
        final skill? => damage.skills.contains(skill),
        null => damage.domains.contains(row.id),
      },
    );

/// Hashes the whole cache and compares it with the tree: row, skill, domain,
/// release. Damage is marked, and the next sync fetches the damaged nodes, which
/// stay readable until then.
Future<VerifyReport> verifyContent(Database db) =>
    db.transaction(() => _verify(db));

Future<VerifyReport> _verify(Database db) async {
  final state = await readState(db);
  final (version, root) = (state.contentVersion, state.contentRoot);
  if (version == 0 || root == null) {
    return VerifyReport(isIntact: true, version: version, root: root);
  }
  final scope = await readScope(db);
  final tree = await readable(() => keptTree(db)) ?? {};
  final inOrder = await isInOrder(db);
  final scan = await readable(() => scanCache(db));
  if (scan == null) {
    await db.run(const Query('update sync_state set content_suspect = 1'));
    return VerifyReport(isIntact: false, version: version, root: root);
  }
  final wanted = scope.kind == ScopeKind.all
      ? null
      : {
          for (final MapEntry(:key, :value) in scope.cursors.entries)
            if (value > 0) key,
        };
  final damage = Damage.of(scan.rows, tree, wanted: wanted);
  final isSound = inOrder && hasRoot(tree, root) && scan.rubbish.isEmpty;
  final isIntact = isSound && damage.isNone;
  if (!isIntact) {
    await suspect(db, isSound && _isConfined(damage) ? damage.nodes : const []);
  }
  return VerifyReport(
    isIntact: isIntact,
    version: version,
    root: root,
    rows: scan.rows.length,
    damaged: [
      for (final row in scan.rows)
        if (!row.isSound) (row.kind, row.id),
    ],
    nodes: damage.nodes,
  );
}
