import '../scalars.gen.dart';
import 'context.dart';
import 'database.dart';
import 'exceptions.dart';
import 'query.dart';

/// The chosen domains, and what the device holds of them.
final class Scope {
  /// What was read.
  const Scope(this.kind, this.cursors);

  /// Which domains are chosen.
  final ScopeKind kind;

  /// The held version of each domain; 0: nothing yet. Empty if all domains are
  /// held.
  final Map<Uuid, int> cursors;

  /// Whether a scope is still the same. The learner may choose other domains
  /// during a sync.
  bool isSameAs(Scope other) =>
      kind == other.kind &&
      cursors.length == other.cursors.length &&
      cursors.entries.every(
        (entry) => other.cursors[entry.key] == entry.value,
      );

  /// The domains that the device holds; null: all. With a download the chosen
  /// ones, otherwise those that were fetched before.
  Set<Uuid>? wanted({required bool isDownload}) {
    if (kind == ScopeKind.all) return null;
    if (kind == ScopeKind.growing && isDownload) return null;
    return {
      for (final MapEntry(:key, :value) in cursors.entries)
        if (isDownload || value > 0) key,
    };
  }
}

/// Reads the scope.
Future<Scope> readScope(Database db) async {
  final rows = await db.all(
    const Query(
      'select domain_id, version from content_domain order by domain_id',
    ),
  );
  return Scope((await readState(db)).contentScope, {
    for (final row in rows) Uuid(row.text('domain_id')): row.whole('version'),
  });
}

/// Deletes the rows of domains that are not chosen, and their part of the tree.
/// Within a transaction.
Future<void> _dropOthers(Database db) async {
  const chosen = '(select domain_id from content_domain where version > 0)';
  await db.run(
    const Query(
      'delete from content_row '
      'where coalesce(domain_id, id) not in $chosen',
    ),
  );
  await db.run(
    const Query(
      "delete from content_node where kind = 'skill' "
      'and domain_id not in $chosen',
    ),
  );
}

/// Discards the download. Within a transaction.
Future<void> discardDownload(Database db) async {
  for (final table in ['content_staged', 'content_part', 'content_download']) {
    await db.run(Query('delete from $table'));
  }
}

/// Chooses the domains to hold; null: all. Other domains are removed at once,
/// new ones come with the next sync. A download for the old choice is discarded.
Future<void> setDomains(Database db, Iterable<String>? domains) {
  final ids = domains?.map(requireUuid).toSet();
  return db.transaction(() async {
    final version = (await readState(db)).contentVersion;
    final Scope(:kind, :cursors) = await readScope(db);
    final isSame = ids == null
        ? kind != ScopeKind.some
        : kind == ScopeKind.some &&
              ids.length == cursors.length &&
              ids.every(cursors.containsKey);
    if (isSame) return;
    await discardDownload(db);
    if (ids == null) {
      // A domain that is not held yet needs no cursor.
      await db.run(const Query('delete from content_domain where version = 0'));
      final scope = version == 0 ? ScopeKind.all : ScopeKind.growing;
      await db.run(
        Query('update sync_state set content_scope = ?', [scope.name]),
      );
      return;
    }
    await db.run(const Query('delete from content_domain'));
    for (final id in ids) {
      final held = kind == ScopeKind.all ? version : cursors[id] ?? 0;
      await db.run(
        Query('insert into content_domain (domain_id, version) values (?, ?)', [
          id,
          held,
        ]),
      );
    }
    await db.run(const Query("update sync_state set content_scope = 'some'"));
    await _dropOthers(db);
  });
}
