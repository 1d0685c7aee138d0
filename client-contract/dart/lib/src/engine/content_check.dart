import 'dart:math';

import '../scalars.gen.dart';
import 'content_damage.dart';
import 'content_rows.dart';
import 'content_scope.dart';
import 'content_tree.dart';
import 'context.dart';
import 'database.dart';
import 'query.dart';

/// The least number of rows that one sync checks; the last node is checked to
/// its end.
const int _checkRows = 1000;

/// A node of the stored tree whose rows the device holds.
typedef _Node = ({String kind, Uuid id, Uuid domainId, TreeDomain domain});

/// The nodes whose rows the device holds, always in the same order.
List<_Node> _heldNodes(Tree tree, Scope scope) {
  final nodes = <_Node>[];
  for (final MapEntry(key: domainId, value: domain) in tree.entries) {
    if (scope.kind != ScopeKind.all && (scope.cursors[domainId] ?? 0) == 0) {
      continue;
    }
    nodes.add((kind: 'domain', id: domainId, domainId: domainId, domain: domain));
    for (final id in domain.skills.keys) {
      nodes.add((kind: 'skill', id: id, domainId: domainId, domain: domain));
    }
  }
  return nodes..sort((a, b) => a.id.compareTo(b.id));
}

/// The result of checking a part of the cache.
final class Checked {
  /// Counts.
  const Checked(this.rows, this.damaged);

  /// Checked rows of intact nodes.
  final int rows;

  /// Rows that are certainly damaged; at least 1 if anything is damaged.
  final int damaged;
}

Future<Checked> _checkNode(Database db, _Node node) async {
  final (:kind, :id, :domainId, :domain) = node;
  final scan = await readable(() => scanNode(db, kind, id));
  if (scan == null) return const Checked(0, 1);
  final RowScan(:rows, :rubbish) = scan;
  final held = Groups(rows);
  final isSound = kind == 'domain'
      ? held.hasOwnRow(domainId, domain)
      : held.isWhole(domainId, id, domain.skills[id]);
  if (isSound && rubbish.isEmpty) return Checked(rows.length, 0);
  final broken = rows.where((row) => !row.isSound).length + rubbish.length;
  return Checked(0, max(broken, 1));
}

/// Whether the rows of some nodes of the stored tree are the published ones.
/// Within a transaction.
Future<bool> areWhole(Database db, Set<Uuid> ids) async {
  final nodes = _heldNodes(await keptTree(db), await readScope(db));
  for (final node in nodes.where((node) => ids.contains(node.id))) {
    if ((await _checkNode(db, node)).damaged > 0) return false;
  }
  return true;
}

/// Checks rows of no node, and the indexes, after all nodes were checked.
Future<bool> _isTidy(Database db) async {
  final strays = await readable(
    () => db.all(
      const Query(
        'select 1 from content_row c where not exists ('
        'select 1 from content_node n '
        "where n.kind = case c.kind when 'domain' then 'domain' else 'skill' "
        "end and n.id = case c.kind when 'question' then c.skill_id "
        'else c.id end) limit 1',
      ),
    ),
  );
  return strays != null && strays.isEmpty && await isInOrder(db);
}

/// Checks the next part of the cache; the next sync continues there. So any
/// damage on the disk is found in the end. Damage marks the cache as suspect,
/// and the update that follows repairs it.
Future<Checked> checkContent(Database db, {int? checkRows}) =>
    db.transaction(() => _check(db, checkRows ?? _checkRows));

Future<Checked> _check(Database db, int checkRows) async {
  final state = await readState(db);
  final root = state.contentRoot;
  if (state.contentVersion == 0 || root == null || state.isSuspect) {
    return const Checked(0, 0);
  }
  final scope = await readScope(db);
  final tree = await readable(() => keptTree(db)) ?? {};
  final nodes = _heldNodes(tree, scope);
  var rows = 0;
  var damaged = hasRoot(tree, root) ? 0 : 1;
  final from = state.contentChecked ?? '';
  final start = nodes.indexWhere((node) => node.id.compareTo(from) > 0);
  Uuid? last;
  for (final node in nodes.skip(max(start, 0))) {
    if (damaged > 0 || rows >= checkRows) break;
    final checked = await _checkNode(db, node);
    rows += checked.rows;
    damaged = checked.damaged;
    last = node.id;
  }
  final isRound = last == nodes.lastOrNull?.id;
  if (damaged == 0 && isRound && !await _isTidy(db)) damaged = 1;
  await db.run(
    Query('update sync_state set content_checked = ?, content_suspect = ?', [
      isRound ? null : last,
      damaged == 0 ? 0 : 1,
    ]),
  );
  return Checked(rows, damaged);
}
