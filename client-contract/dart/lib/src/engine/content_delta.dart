import '../content.gen.dart';
import '../hash_tree.dart';
import '../scalars.gen.dart';
import 'content_apply.dart';
import 'content_candidate.dart';
import 'content_download.dart';
import 'content_rows.dart';
import 'content_scope.dart';
import 'content_tree.dart';
import 'context.dart';
import 'database.dart';
import 'query.dart';
import 'store.dart';

/// A cached row that a download replaces or removes. Columns are not checked:
/// what a damaged one says leads to another root.
final class _Cached {
  _Cached(SqlRow row)
    : rowid = row.whole('rowid'),
      kind = '${row['kind']}',
      id = Uuid('${row['id']}'),
      domainId = Uuid('${row['domain_id']}'),
      skillId = Uuid('${row['skill_id']}'),
      hash = Sha256('${row['sha256']}');

  final int rowid;
  final String kind;
  final Uuid id;
  final Uuid domainId;
  final Uuid skillId;
  final Sha256 hash;

  String get key => '$kind/$id';
}

Future<List<_Cached>> _cachedAt(Database db, String kind, String id) async => [
  for (final row in await db.all(
    Query(
      'select rowid, kind, id, domain_id, skill_id, sha256 from content_row '
      'where kind = ? and id = ?',
      [kind, id],
    ),
  ))
    _Cached(row),
];

/// The rows of a download, and the cached rows that they replace or remove.
final class _Change {
  _Change(this.incoming, this.leaving);

  final Map<String, HeldRow> incoming;
  final Map<String, _Cached> leaving;

  static Future<_Change?> read(Database db) async {
    final RowScan(:rows, :rubbish) = await scanStaged(db);
    if (rubbish.isNotEmpty || rows.any((row) => !row.isSound)) return null;
    final keys = await db.all(const Query('select kind, id from content_staged'));
    final cached = [
      for (final key in keys)
        ...await _cachedAt(db, '${key['kind']}', '${key['id']}'),
    ];
    return _Change(
      {for (final row in rows) row.key: row},
      {for (final row in cached) row.key: row},
    );
  }

  /// Hash and domain of a skill or domain itself after the change.
  Future<(Sha256 hash, Uuid? domainId)?> own(
    Database db,
    String kind,
    Uuid id,
  ) async {
    final key = '$kind/$id';
    final fetched = incoming[key];
    if (fetched != null) return (fetched.hash, fetched.domainId);
    if (leaving.containsKey(key)) return null;
    final cached = (await _cachedAt(db, kind, id)).firstOrNull;
    return cached == null ? null : (cached.hash, cached.domainId);
  }
}

/// Computes the nodes that the change touches. False: the rows do not make a
/// tree.
Future<bool> _updateTree(Database db, Tree tree, _Change change) async {
  final skills = <Uuid>{};
  final domains = <Uuid>{};
  final arrivals = <Uuid, List<HeldRow>>{};
  for (final row in change.incoming.values) {
    if (row.skillId case final id?) skills.add(id);
    if (row.domainId case final id?) domains.add(id);
    if (row.kind == RowKind.domain) {
      tree.putIfAbsent(row.id, () => TreeDomain(const Sha256('')));
    }
    if (row.kind == RowKind.question && row.parent != null) {
      (arrivals[row.parent!] ??= []).add(row);
    }
  }
  for (final row in change.leaving.values) {
    switch (row.kind) {
      case 'domain':
        domains.add(row.id);
      case 'skill':
        skills.add(row.id);
        domains.add(row.domainId);
      default:
        skills.add(row.skillId);
        domains.add(row.domainId);
    }
  }
  final domainOf = {
    for (final MapEntry(:key, :value) in tree.entries)
      for (final skill in value.skills.keys) skill: key,
  };
  for (final id in skills) {
    if (domainOf[id] case final before?) {
      domains.add(before);
      tree[before]?.skills.remove(id);
    }
    final held = await db.all(
      Query('select id, sha256 from content_row where skill_id = ?', [id]),
    );
    final questions = {
      for (final row in held)
        if (!change.leaving.containsKey('question/${row['id']}'))
          Uuid('${row['id']}'): Sha256('${row['sha256']}'),
      for (final row in arrivals[id] ?? const <HeldRow>[]) row.id: row.hash,
    };
    final own = await change.own(db, 'skill', id);
    if (own == null) {
      if (questions.isNotEmpty) return false;
      continue;
    }
    final domain = tree[own.$2];
    if (domain == null) return false;
    domain.skills[id] = nodeHash((id, own.$1), questions);
  }
  for (final id in domains) {
    final domain = tree[id];
    final own = await change.own(db, 'domain', id);
    if (domain != null && own != null) {
      domain.hash = nodeHash((id, own.$1), domain.skills);
    } else if (own != null || (domain?.skills.isNotEmpty ?? false)) {
      return false;
    } else {
      tree.remove(id);
    }
  }
  return true;
}

/// The changes of a download to what is held, and the tree that they give, which
/// is not compared with the published one yet.
Future<Verified?> _compute(Database db, Target target) async {
  final state = await readState(db);
  final scope = await readScope(db);
  final parts = await currentParts(db);
  final isDelta =
      state.contentHistory == target.history &&
      state.contentSchema == target.schema &&
      scope.kind != ScopeKind.growing &&
      parts.every((part) => part.since > 0);
  if (!isDelta || state.isSuspect) return null;
  final change = await _Change.read(db);
  if (change == null) return null;
  final tree = await keptTree(db);
  if (!await _updateTree(db, tree, change)) return null;
  final _Change(:incoming, :leaving) = change;
  return Verified(
    Candidate(
      target: target,
      scope: scope,
      isDownload: true,
      wanted: scope.wanted(isDownload: true),
      rows: incoming.values.toList(),
      gone: [for (final row in leaving.values) row.rowid],
      rewritten: leaving.keys.where(incoming.containsKey).length,
    ),
    tree,
  );
}

/// The verified changes of a download, computed by touching only the nodes that
/// it changes. The hashes of all other rows are those on the disk; if one of
/// them is damaged, the root is another one. Null: only reading all rows helps.
Future<Verified?> readDelta(
  Database db,
  Future<Map<Uuid, Sha256>?> Function(Candidate candidate) published,
) async {
  final target = await currentTarget(db);
  if (target == null) return null;
  final delta = await readable(
    () => db.transaction(() => _compute(db, target)),
  );
  if (delta == null) return null;
  final Verified(:candidate, tree: computed) = delta;
  final tree = matchedTree(
    computed,
    wanted: candidate.wanted,
    root: candidate.target.root,
    published: await published(candidate),
  );
  return tree == null ? null : Verified(candidate, tree);
}
