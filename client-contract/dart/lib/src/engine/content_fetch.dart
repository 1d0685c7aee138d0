import 'dart:async';

import 'cancellation.dart';
import 'client.dart';
import 'content_download.dart';
import 'content_settle.dart';
import 'database.dart';
import 'exceptions.dart';

/// Milliseconds after which a bundle is too slow. Pages are small answers, so a
/// broken one costs little.
const int _bundleMs = 30000;

/// Tries the bundle of a part, once. If anything is wrong with it, its rows are
/// fetched as pages.
Future<void> _fetchBundle(Database db, Part part, ContentOptions o) async {
  final bundle = part.bundle;
  if (bundle == null) return;
  final slow = Cancellation();
  final timer = Timer(Duration(milliseconds: o.bundleMs ?? _bundleMs), slow.cancel);
  if (o.cancellation case final given?) {
    unawaited(given.cancelled.then((_) => slow.cancel()));
  }
  try {
    final changes = await o.client.bundle(bundle, cancellation: slow);
    await stageBundle(db, part, changes);
    o.onRows?.call(changes.length);
  } on CarrelException {
    o.cancellation?.throwIfCancelled();
    await dropBundle(db, part);
  } finally {
    timer.cancel();
  }
}

Future<void> _fetchPages(
  Database db,
  Target target,
  Part part,
  ContentOptions o,
  void Function() succeeded,
) async {
  final query = DeltaQuery(
    since: part.since,
    history: target.history,
    until: target.version,
    domains: part.domains,
    after: part.nextPage,
    limit: o.pageRows,
  );
  await for (final page in o.client.delta(query, cancellation: o.cancellation)) {
    final line = page.page;
    // The request of a snapshot names no history that the server could refuse.
    // For a second after a restore, a function may still answer for the old one.
    if (line.history != target.history) {
      throw const NetworkException('the page is of another history');
    }
    // The server answers with a snapshot where that is smaller.
    final isSnapshotInstead = line.since == 0 && part.nextPage == null;
    if (line.until != target.version ||
        (line.since != part.since && !isSnapshotInstead)) {
      throw const ContractException(
        'the page is between other versions than were asked for',
      );
    }
    if (!await stagePage(db, part, page)) return;
    o.onRows?.call(page.changes.length);
    succeeded();
  }
}

/// Fetches the incomplete parts: bundles where there are any, pages for the
/// rest. Each of them is stored as soon as it is complete.
Future<void> fetchParts(Database db, ContentOptions o) async {
  final attempts = await o.retry.attempts(o.cancellation);
  for (;;) {
    final target = await currentTarget(db);
    final parts = await currentParts(db);
    final part = parts.where((part) => !part.isComplete).firstOrNull;
    if (target == null || part == null) return;
    if (part.bundle != null) {
      await _fetchBundle(db, part, o);
      continue;
    }
    try {
      await _fetchPages(db, target, part, o, attempts.succeeded);
    } on CarrelException catch (error) {
      await attempts.failed(error);
    }
  }
}
