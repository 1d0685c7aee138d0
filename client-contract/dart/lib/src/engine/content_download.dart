import 'dart:convert';
import 'dart:math';

import '../content.gen.dart';
import '../hash_tree.dart';
import '../limits.gen.dart';
import '../manifest.gen.dart';
import '../scalars.gen.dart';
import 'content_scope.dart';
import 'context.dart';
import 'database.dart';
import 'delta_page.dart';
import 'exceptions.dart';
import 'query.dart';

/// The most domains of one request. The server allows 200; 100 ids are 3.7 KB of
/// URL.
const int _maxDomains = 100;

/// The version that a download leads to.
final class Target {
  /// A release in a content schema.
  const Target({
    required this.history,
    required this.schema,
    required this.version,
    required this.root,
  });

  /// Its history.
  final History history;

  /// The content schema of the rows.
  final int schema;

  /// The release's number.
  final int version;

  /// What the content must hash to.
  final String root;
}

/// Domains that are fetched together.
final class Part {
  /// What is stored of it.
  const Part({
    required this.number,
    required this.domains,
    required this.since,
    required this.bundle,
    required this.nextPage,
    required this.isComplete,
  });

  /// Its number.
  final int number;

  /// Null: all.
  final List<Uuid>? domains;

  /// The version that the device holds of them; 0: a snapshot is fetched.
  final int since;

  /// A file to try before the pages.
  final Bundle? bundle;

  /// The cursor of the page to fetch next; null before the first page and after
  /// the last.
  final String? nextPage;

  /// Everything is here.
  final bool isComplete;
}

/// A part before its first page.
typedef _NewPart = ({List<Uuid>? domains, int since, Bundle? bundle});

/// The current download; null: there is none. It is kept in the database, so
/// that a device that was killed continues it.
Future<Target?> currentTarget(Database db) async {
  final row = await db.first(const Query('select * from content_download'));
  if (row == null) return null;
  return Target(
    history: History(row.text('history')),
    schema: row.whole('row_schema'),
    version: row.whole('until_version'),
    root: row.text('root'),
  );
}

Bundle? _bundleOf(String? text) {
  if (text == null) return null;
  try {
    return Bundle.fromJson(jsonDecode(text));
  } on FormatException {
    return null;
  }
}

/// Its parts.
Future<List<Part>> currentParts(Database db) async => [
  for (final row in await db.all(
    const Query('select * from content_part order by part'),
  ))
    Part(
      number: row.whole('part'),
      domains: row.textOrNull('domains')?.split(',').map(Uuid.new).toList(),
      since: row.whole('since_version'),
      bundle: _bundleOf(row.textOrNull('bundle')),
      nextPage: row.textOrNull('next_page'),
      isComplete: row.flag('complete'),
    ),
];

Iterable<List<Uuid>> _chunks(List<Uuid> ids) sync* {
  for (var from = 0; from < ids.length; from += _maxDomains) {
    yield ids.sublist(from, min(from + _maxDomains, ids.length));
  }
}

/// Reads the manifest of a release, once.
typedef ManifestReader = Future<Manifest> Function(Target release);

/// The parts to fetch so that the device holds the head.
Future<List<_NewPart>> _partsTo(
  Database db,
  Head head, {
  required bool isUsable,
  required Future<Manifest> Function() manifest,
}) async {
  // 0, a snapshot, if the server can no longer compare with a version.
  int cursorAt(int version) =>
      isUsable && version <= head.version && version >= head.horizon
      ? version
      : 0;
  final Scope(:kind, :cursors) = await readScope(db);
  if (kind == ScopeKind.all) {
    final since = cursorAt((await readState(db)).contentVersion);
    return [(domains: null, since: since, bundle: null)];
  }
  final since = {
    for (final MapEntry(:key, :value) in cursors.entries) key: cursorAt(value),
  };
  if (kind == ScopeKind.growing) {
    if (since.values.every((version) => version == 0)) {
      return const [(domains: null, since: 0, bundle: null)];
    }
    for (final domain in (await manifest()).domains) {
      since.putIfAbsent(domain.id, () => 0);
    }
  }
  final groups = <int, List<Uuid>>{};
  for (final MapEntry(:key, :value) in since.entries) {
    (groups[value] ??= []).add(key);
  }
  return [
    for (final MapEntry(key: since, value: ids) in groups.entries)
      for (final domains in _chunks(ids))
        (domains: domains, since: since, bundle: null),
  ];
}

/// The files of the domains that have all of theirs: a domain without one of
/// them comes as pages.
List<Bundle> _wholeBundles(Manifest manifest) {
  final files = <Uuid, List<Bundle>>{};
  for (final bundle in manifest.bundles) {
    (files[bundle.domainId] ??= []).add(bundle);
  }
  return [
    for (final domain in manifest.domains)
      if (files[domain.id] case final own?
          when own.fold(0, (sum, file) => sum + file.rows) == domain.rows)
        ...own,
  ];
}

/// Splits snapshots into bundles, and pages for the rest. [held]: the domains
/// with a cursor. If the release no longer has one of them, no bundle says so;
/// an empty page does.
List<_NewPart> _withBundles(
  List<_NewPart> parts,
  Manifest manifest,
  Iterable<Uuid> held,
) {
  final all = {for (final domain in manifest.domains) domain.id, ...held};
  final bundles = _wholeBundles(manifest);
  return [
    for (final part in parts)
      if (part.since > 0) part else ..._split(part, all, bundles),
  ];
}

List<_NewPart> _split(_NewPart part, Set<Uuid> all, List<Bundle> bundles) {
  final wanted = part.domains ?? all.toList();
  final own = [
    for (final bundle in bundles)
      if (wanted.contains(bundle.domainId)) bundle,
  ];
  if (own.isEmpty) return [part];
  final bundled = {for (final bundle in own) bundle.domainId};
  final rest = wanted.where((id) => !bundled.contains(id)).toList();
  return [
    for (final bundle in own)
      (domains: [bundle.domainId], since: 0, bundle: bundle),
    for (final domains in _chunks(rest))
      (domains: domains, since: 0, bundle: null),
  ];
}

/// The release whose bundles are of use. Right after a publish it is an older
/// one: a device that holds nothing newer fetches that one, and then the delta
/// to the head.
Target? _bundledRelease(
  SyncState state,
  Head head,
  List<_NewPart> parts, {
  required bool fromZero,
}) {
  final bundled = head.bundled;
  if (bundled == null || parts.every((part) => part.since > 0)) return null;
  final isOlder = bundled.version < head.version;
  final holdsNewer =
      state.contentHistory == head.history &&
      state.contentVersion > bundled.version;
  final isUseful =
      !isOlder ||
      (!fromZero && !holdsNewer && parts.every((part) => part.since == 0));
  if (!isUseful) return null;
  return Target(
    history: head.history,
    schema: Limits.contentSchema,
    version: bundled.version,
    root: bundled.root,
  );
}

/// The download that leads to the head, or towards it: the current one if it
/// still does, otherwise a new one; null if nothing is missing. [fromZero]:
/// fetch everything anew, because the server can't continue from what the device
/// holds.
Future<Target?> planDownload(
  Database db,
  Head head, {
  required bool fromZero,
  required ManifestReader manifest,
}) async {
  final state = await readState(db);
  final root = head.root;
  // A server without a release has nothing newer than the cache.
  if (head.version == 0 || root == null) return null;
  final current = await currentTarget(db);
  // An older target is fine: the server still serves its pages, and the next
  // round continues from it.
  if (!fromZero &&
      current != null &&
      current.history == head.history &&
      current.schema == Limits.contentSchema &&
      current.version <= head.version &&
      current.version >= head.horizon) {
    return current;
  }
  final isUsable =
      !fromZero &&
      state.contentHistory == head.history &&
      state.contentSchema == Limits.contentSchema &&
      state.contentVersion <= head.version;
  var release = Target(
    history: head.history,
    schema: Limits.contentSchema,
    version: head.version,
    root: root,
  );
  final all = await _partsTo(
    db,
    head,
    isUsable: isUsable,
    manifest: () => manifest(release),
  );
  final scope = await readScope(db);
  final isDue =
      all.any((part) => part.since < head.version) ||
      state.contentVersion < head.version ||
      scope.kind == ScopeKind.growing;
  if (!isDue) return null;
  var parts = all.where((part) => part.since < head.version).toList();
  final bundled = _bundledRelease(state, head, parts, fromZero: fromZero);
  if (bundled != null) {
    // Bundles only save time. Without a manifest, or without files in it, the
    // device fetches pages.
    try {
      final published = await manifest(bundled);
      final split = _withBundles(parts, published, scope.cursors.keys);
      if (split.any((part) => part.bundle != null)) {
        parts = split;
        release = bundled;
      }
    } on CancelledException {
      rethrow;
    } on CarrelException {
      // Pages.
    }
  }
  return _begin(db, release, parts);
}

Future<Target?> _begin(Database db, Target release, List<_NewPart> parts) {
  return db.transaction(() async {
    await discardDownload(db);
    await db.run(
      Query(
        'insert into content_download (history, row_schema, until_version, root)'
        ' values (?, ?, ?, ?)',
        [release.history, release.schema, release.version, release.root],
      ),
    );
    for (final (index, (:domains, :since, :bundle)) in parts.indexed) {
      await db.run(
        Query(
          'insert into content_part (part, domains, since_version, bundle) '
          'values (?, ?, ?, ?)',
          [
            index + 1,
            domains?.join(','),
            since,
            if (bundle == null) null else jsonEncode(bundle.toJson()),
          ],
        ),
      );
    }
    return currentTarget(db);
  });
}

/// How far a download is: rows that are stored, and all of its rows; null: no
/// number is known.
typedef DownloadSize = ({int stored, int? total});

/// The size of a download. Bundles say how many rows they have, and the head how
/// many the release has; pages of changes say it only at their end.
Future<DownloadSize> downloadSize(Database db, Target target, Head head) async {
  final stored = await db.first(
    const Query('select count(*) as count from content_staged'),
  );
  final parts = await currentParts(db);
  final isAll = (await readScope(db)).kind != ScopeKind.some;
  final isHead = isAll && target.version == head.version;
  return (
    stored: stored?.whole('count') ?? 0,
    total: parts.any((part) => part.since > 0)
        ? null
        : parts.every((part) => part.bundle != null)
        ? parts.fold<int>(0, (sum, part) => sum + part.bundle!.rows)
        : isHead
        ? head.domains + head.skills + head.questions
        : null,
  );
}

/// A row may move from the domains of one part to those of another. Then its
/// tombstone must not win.
Future<void> _stageRow(Database db, RowKind kind, Uuid id, String? body) =>
    db.run(
      Query(
        'insert into content_staged (kind, id, body) values (?, ?, ?) '
        'on conflict (kind, id) do update set body = excluded.body '
        'where excluded.body is not null',
        [kind.wire, id, body],
      ),
    );

/// The cached line with another version; null if it can't be read. Then the row
/// is missing, and settling fetches its node.
Future<String?> _heldLine(Database db, SameRow row) async {
  final held = await readable(
    () => db.first(
      Query('select body from content_row where kind = ? and id = ?', [
        row.of.wire,
        row.id,
      ]),
    ),
  );
  return held == null ? null : withVersion(held.text('body'), row.version);
}

Future<void> _stage(Database db, List<ContentChange> changes) async {
  for (final ContentChange(:line, :row) in changes) {
    switch (row) {
      case DomainRow(:final id):
        await _stageRow(db, RowKind.domain, id, line);
      case SkillRow(:final id):
        await _stageRow(db, RowKind.skill, id, line);
      case QuestionRow(:final id):
        await _stageRow(db, RowKind.question, id, line);
      case Tombstone(:final of, :final id):
        await _stageRow(db, of, id, null);
      case SameRow(:final of, :final id):
        final held = await _heldLine(db, row);
        if (held != null) await _stageRow(db, of, id, held);
      case UnknownContentLine():
        // Reading the page has refused it.
        throw StateError('an unknown line was kept');
    }
  }
}

/// Stores a page of a part. False: the download was discarded meanwhile.
Future<bool> stagePage(Database db, Part part, DeltaPage page) {
  return db.transaction(() async {
    final next = page.end.next;
    final kept = await db.run(
      Query(
        'update content_part set since_version = ?, next_page = ?, '
        'complete = ?, bundle = null where part = ?',
        [page.page.since, next, if (next == null) 1 else 0, part.number],
      ),
    );
    if (kept > 0) await _stage(db, page.changes);
    return kept > 0;
  });
}

/// Stores a bundle, which is the whole of its part.
Future<void> stageBundle(Database db, Part part, List<ContentChange> changes) {
  return db.transaction(() async {
    final kept = await db.run(
      Query('update content_part set complete = 1 where part = ?', [
        part.number,
      ]),
    );
    if (kept > 0) await _stage(db, changes);
  });
}

/// Gives up a bundle: its domain is fetched as pages, once, however many files
/// it has.
Future<void> dropBundle(Database db, Part part) {
  return db.transaction(() async {
    await db.run(
      Query(
        'delete from content_part where bundle is not null and part <> ?1 and '
        'domains = (select domains from content_part where part = ?1)',
        [part.number],
      ),
    );
    await db.run(
      Query('update content_part set bundle = null where part = ?', [
        part.number,
      ]),
    );
  });
}
