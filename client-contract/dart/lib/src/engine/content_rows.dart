import 'dart:typed_data';

import '../content.gen.dart';
import '../scalars.gen.dart';
import '../sha256.dart';
import 'database.dart';
import 'query.dart';
import 'store.dart';

/// The table of a row.
enum RowPlace {
  /// The cache.
  cache,

  /// A download.
  staged,
}

/// A row's number in its table.
typedef RowNumber = ({RowPlace place, int rowid});

/// A row of the cache or of a download as it is on the disk, damaged or not.
final class HeldRow {
  /// What was read.
  const HeldRow({
    required this.place,
    required this.rowid,
    required this.kind,
    required this.id,
    required this.parent,
    required this.domainId,
    required this.hash,
    required this.isSound,
  });

  /// Its table.
  final RowPlace place;

  /// Its number there.
  final int rowid;

  /// Domain, skill or question.
  final RowKind kind;

  /// The row's id.
  final Uuid id;

  /// Of a skill its domain, of a question its skill.
  final Uuid? parent;

  /// For a domain, its own id.
  final Uuid? domainId;

  /// The SHA-256 of its bytes.
  final Sha256 hash;

  /// Hash and columns agree with the body.
  final bool isSound;

  /// Kind and id.
  String get key => '${kind.wire}/$id';

  /// The skill that it belongs to, if it is not a domain.
  Uuid? get skillId => switch (kind) {
    RowKind.skill => id,
    RowKind.question => parent,
    RowKind.domain || RowKind.unknown => null,
  };
}

/// The rows that were read.
final class RowScan {
  /// Those that can be read.
  final List<HeldRow> rows = [];

  /// Rows whose kind can't be read.
  final List<RowNumber> rubbish = [];
}

/// Rows that are read at a time. Their texts are in memory only until they are
/// hashed.
const int _chunkRows = 1000;

/// SQLite compares the columns with the body, which is faster than parsing each
/// body.
String _fits(List<String> columns) {
  final same = columns
      .map((column) => "json_extract(body, '\$.$column') is $column")
      .join(' and ');
  return "case when typeof(body) = 'text' and json_valid(body) "
      'then $same else 0 end as fits';
}

final String _cache =
    'select rowid, kind, id, domain_id, skill_id, sha256, '
    'cast(body as blob) as line, '
    '${_fits(['kind', 'id', 'version', 'domain_id', 'skill_id', 'position'])} '
    'from content_row';

/// Rows of a download have no such columns; the values are read from the body.
final String _staged =
    'select rowid, kind, id, null as sha256, cast(body as blob) as line, '
    '${_fits(['kind', 'id'])}, '
    "case when json_valid(body) then json_extract(body, '\$.domain_id') end "
    'as domain_id, '
    "case when json_valid(body) then json_extract(body, '\$.skill_id') end "
    'as skill_id '
    'from content_staged';

Uuid? _idOf(Object? value) => value is String ? Uuid(value) : null;

/// Reads one row; null if it is unreadable. The columns of a cached row decide
/// its place in the tree.
HeldRow? _readRow(RowPlace place, SqlRow raw) {
  final kind = switch (raw['kind']) {
    'domain' => RowKind.domain,
    'skill' => RowKind.skill,
    'question' => RowKind.question,
    _ => null,
  };
  final (id, line) = (raw['id'], raw['line']);
  if (kind == null || id is! String || line is! Uint8List) return null;
  final hash = sha256OfBytes(line);
  final domainId = _idOf(raw['domain_id']);
  return HeldRow(
    place: place,
    rowid: raw.whole('rowid'),
    kind: kind,
    id: Uuid(id),
    parent: switch (kind) {
      RowKind.skill => domainId,
      RowKind.question => _idOf(raw['skill_id']),
      RowKind.domain || RowKind.unknown => null,
    },
    domainId: kind == RowKind.domain ? Uuid(id) : domainId,
    hash: hash,
    isSound:
        raw['fits'] == 1 && (place == RowPlace.staged || raw['sha256'] == hash),
  );
}

void _read(RowPlace place, List<SqlRow> raws, RowScan into) {
  for (final raw in raws) {
    if (_readRow(place, raw) case final row?) {
      into.rows.add(row);
    } else {
      into.rubbish.add((place: place, rowid: raw.whole('rowid')));
    }
  }
}

/// Reads a table in the order of its numbers. Within a transaction, so that the
/// rows are one consistent state.
Future<RowScan> _scan(Database db, RowPlace place, String sql) async {
  final scan = RowScan();
  int? last;
  for (;;) {
    final raws = await db.all(
      Query('$sql (?1 is null or rowid > ?1) order by rowid limit $_chunkRows', [
        last,
      ]),
    );
    for (final raw in raws) {
      final rowid = raw.whole('rowid');
      // SQLite does not notice, and the next chunk would begin at the wrong row.
      if (last != null && rowid <= last) {
        throw const StoreException.corruption(
          'the rows of a table are not in order',
        );
      }
      last = rowid;
    }
    _read(place, raws, scan);
    if (raws.length < _chunkRows) return scan;
  }
}

/// The cached rows. Throws if SQLite can't read them.
Future<RowScan> scanCache(Database db) =>
    _scan(db, RowPlace.cache, '$_cache where');

/// The downloaded rows, without tombstones.
Future<RowScan> scanStaged(Database db) =>
    _scan(db, RowPlace.staged, '$_staged where body is not null and');

/// The cached rows of a node: a skill and its questions, or a domain's own row.
Future<RowScan> scanNode(Database db, String kind, Uuid id) async {
  final scan = RowScan();
  final own = await db.all(Query('$_cache where kind = ? and id = ?', [kind, id]));
  _read(RowPlace.cache, own, scan);
  if (kind == 'skill') {
    final children = await db.all(Query('$_cache where skill_id = ?', [id]));
    _read(RowPlace.cache, children, scan);
  }
  return scan;
}
