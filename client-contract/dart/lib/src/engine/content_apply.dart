import 'dart:convert';
import 'dart:math';

import '../hash_tree.dart';
import '../scalars.gen.dart';
import 'content_candidate.dart';
import 'content_download.dart';
import 'content_rows.dart';
import 'content_scope.dart';
import 'content_tree.dart';
import 'context.dart';
import 'database.dart';
import 'delta_page.dart';
import 'query.dart';
import 'store.dart';

/// A row that was fetched to replace a damaged one, with its hash.
typedef FetchedRow = ({ContentChange change, TreeRow place});

/// The changes that put a version into effect.
final class Verified {
  /// A candidate whose rows make the version's tree.
  const Verified(
    this.candidate,
    this.tree, {
    this.drop = const [],
    this.fetched = const [],
  });

  /// The rows.
  final Candidate candidate;

  /// The version's tree, without the skills of domains that the device does not
  /// hold.
  final Tree tree;

  /// Rows to remove, because they are damaged or not part of the version.
  final List<HeldRow> drop;

  /// Rows to add.
  final List<FetchedRow> fetched;
}

Future<void> _writeTree(Database db, Verified verified) async {
  final wanted = verified.candidate.wanted;
  await db.run(const Query('delete from content_node'));
  for (final MapEntry(:key, :value) in verified.tree.entries) {
    await db.run(
      Query("insert into content_node (kind, id, hash) values ('domain', ?, ?)", [
        key,
        value.hash,
      ]),
    );
    if (wanted != null && !wanted.contains(key)) continue;
    for (final MapEntry(key: id, value: hash) in value.skills.entries) {
      await db.run(
        Query(
          'insert into content_node (kind, id, domain_id, hash) '
          "values ('skill', ?, ?, ?)",
          [id, key, hash],
        ),
      );
    }
  }
}

/// Empties the table, which reads no index, and writes all rows again except
/// some, with their old numbers.
Future<void> _rewriteWithout(Database db, List<int> rowids) async {
  await db.run(
    Query(
      'create temporary table kept as '
      'select rowid as place, kind, id, version, body, sha256 from content_row '
      'where rowid not in (select value from json_each(?))',
      [jsonEncode(rowids)],
    ),
  );
  await db.run(const Query('delete from content_row'));
  await db.run(
    const Query(
      'insert into content_row (rowid, kind, id, version, body, sha256) '
      'select place, kind, id, version, body, sha256 from kept',
    ),
  );
  await db.run(const Query('drop table kept'));
}

Future<int> _delete(Database db, String table, Iterable<int> rowids) async {
  var deleted = 0;
  for (final rowid in rowids) {
    deleted += await db.run(Query('delete from $table where rowid = ?', [rowid]));
  }
  return deleted;
}

/// Removes damaged rows and their index entries.
Future<void> _dropDamaged(Database db, List<int> rowids) async {
  try {
    // If a key was damaged, the index still has the old key, and SQLite would
    // refuse to delete the row.
    await db.run(const Query('reindex content_row'));
    await _delete(db, 'content_row', rowids);
  } on StoreException catch (error) {
    if (!error.isConstraint) rethrow;
    // The damaged key equals that of another row: no index can be built while
    // both rows exist.
    await _rewriteWithout(db, rowids);
  }
}

Future<int> _dropRows(Database db, Verified verified) async {
  final Verified(:candidate, :drop) = verified;
  final numbers = [
    for (final row in drop) (place: row.place, rowid: row.rowid),
    ...candidate.rubbish,
  ];
  List<int> rowsOf(RowPlace place) => [
    for (final number in numbers)
      if (number.place == place) number.rowid,
  ];
  await _delete(db, 'content_staged', rowsOf(RowPlace.staged));
  if (candidate.isReplacement) {
    await db.run(const Query('delete from content_row'));
    return 0;
  }
  final damaged = rowsOf(RowPlace.cache);
  final isWide = damaged.isNotEmpty || !candidate.isDownload;
  // Where only some nodes are suspect, the indexes were found intact.
  if (candidate.suspects == null && isWide) {
    await _dropDamaged(db, damaged);
  } else {
    await _delete(db, 'content_row', damaged);
  }
  return _delete(db, 'content_row', candidate.gone);
}

const String _insert =
    'insert or replace into content_row (kind, id, version, body, sha256)';

/// Copies the rows of the download, and those that replace damaged ones.
Future<int> _writeRows(Database db, Verified verified) async {
  final dropped = verified.drop.toSet();
  final staged = [
    for (final row in verified.candidate.rows)
      if (row.place == RowPlace.staged && !dropped.contains(row))
        [row.rowid, row.hash],
  ];
  // One statement for all rows. `cross join` keeps this order of the tables.
  var written = await db.run(
    Query(
      "$_insert select s.kind, s.id, json_extract(s.body, '\$.version'), s.body, "
      "json_extract(r.value, '\$[1]') from json_each(?) r "
      "cross join content_staged s on s.rowid = json_extract(r.value, '\$[0]')",
      [jsonEncode(staged)],
    ),
  );
  for (final (:change, :place) in verified.fetched) {
    written += await db.run(
      Query('$_insert values (?, ?, ?, ?, ?)', [
        change.row.kind,
        change.row.id,
        change.row.version,
        change.line,
        place.hash,
      ]),
    );
  }
  return written;
}

/// Whether the learner has chosen other domains since then, which discards the
/// download.
Future<bool> _isStale(Database db, Candidate candidate) async =>
    !candidate.scope.isSameAs(await readScope(db)) ||
    candidate.isDownload != (await currentTarget(db) != null);

/// Applies verified changes and gives the number of rows written and removed.
/// Null, and nothing is changed: the learner has chosen other domains meanwhile.
Future<int?> applyVerified(Database db, Verified verified) {
  final candidate = verified.candidate;
  final Candidate(:target, :scope, :isDownload) = candidate;
  return db.transaction(() async {
    if (await _isStale(db, candidate)) return null;
    final removed = await _dropRows(db, verified);
    final written = await _writeRows(db, verified);
    await _writeTree(db, verified);
    if (isDownload && scope.kind == ScopeKind.some) {
      await db.run(
        Query('update content_domain set version = ?', [target.version]),
      );
    } else if (isDownload) {
      await db.run(const Query('delete from content_domain'));
    }
    final grown = scope.kind == ScopeKind.growing && isDownload;
    await db.run(
      Query(
        'update sync_state set content_history = ?, content_version = ?, '
        'content_root = ?, content_schema = ?, content_scope = ?, '
        'content_suspect = 0',
        [
          target.history,
          target.version,
          target.root,
          target.schema,
          (grown ? ScopeKind.all : scope.kind).name,
        ],
      ),
    );
    if (isDownload) await discardDownload(db);
    return written + max(removed - candidate.rewritten, 0);
  });
}

/// The tree of a whole release, as the device computed it.
Tree computedTree(HashTree tree, List<HeldRow> rows) {
  final domains = {
    for (final MapEntry(:key, :value) in tree.domains.entries)
      key: TreeDomain(value),
  };
  for (final row in rows) {
    final hash = tree.skills[row.id];
    if (row.skillId == row.id && hash != null) {
      domains[row.parent]?.skills[row.id] = hash;
    }
  }
  return domains;
}

/// A row's place in the tree; its hash is known.
TreeRow treeRowOf(HeldRow row) => TreeRow(
  kind: row.kind,
  id: row.id,
  parent: row.parent,
  hash: row.hash,
);

