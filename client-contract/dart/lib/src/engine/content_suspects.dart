import '../scalars.gen.dart';
import 'database.dart';
import 'query.dart';

/// A node of the stored tree.
typedef SuspectNode = ({String kind, Uuid id});

/// Marks nodes as suspect, or, without any, the whole cache. The mark lives on
/// the disk, so that a restarted device repairs no more than it must. Within a
/// transaction.
Future<void> suspect(Database db, Iterable<Uuid> nodes) async {
  await db.run(const Query('update sync_state set content_suspect = 1'));
  await db.run(
    const Query('update content_node set suspect = 0 where suspect = 1'),
  );
  for (final id in nodes) {
    await db.run(
      Query('update content_node set suspect = 1 where id = ?', [id]),
    );
  }
}

/// The suspect nodes; empty: everything or nothing is suspect.
Future<List<SuspectNode>> suspectNodes(Database db) async => [
  for (final row in await db.all(
    const Query('select kind, id from content_node where suspect = 1'),
  ))
    (kind: row.text('kind'), id: Uuid(row.text('id'))),
];
