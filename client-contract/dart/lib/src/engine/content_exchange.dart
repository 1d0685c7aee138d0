import '../content.gen.dart';
import '../hint.gen.dart';
import '../scalars.gen.dart';
import 'clock.dart';
import 'content_check.dart';
import 'content_settle.dart';
import 'content_update.dart';
import 'context.dart';
import 'dead_letter.dart';
import 'exceptions.dart';
import 'outbox.dart';
import 'standing.dart';
import 'sync_report.dart';
import 'telemetry.dart';

/// Checks a part of the cache, and then updates to the head. An app that is too
/// old for the head keeps its content, and everything else works.
Future<void> _bringContent(
  DeviceContext context,
  Future<Head> Function() askHead,
  ContentOptions o,
  SyncReport report,
) async {
  final since = context.clock.time;
  final Checked(:rows, :damaged) = await checkContent(
    context.db,
    checkRows: o.checkRows,
  );
  report.checked = rows;
  if (rows + damaged > 0) await tellChecked(context, rows, damaged, since);
  try {
    final updated = await updateContent(context, await askHead(), o);
    report.rows = updated.rows;
    report.repairs = updated.repairs;
    await rememberRefusal(context.db, isRefused: false);
  } on ProblemException catch (error) {
    if (!isUpgradeRequired(error)) rethrow;
    await rememberRefusal(context.db, isRefused: true);
  }
}

/// Whether a head does not have the release of the hint yet.
bool _isBehind(Head head, ContentHint hint) =>
    head.history == hint.history && head.version < hint.version;

/// The head with the release of a hint. A hint may overtake its release, on a
/// replica for some time. Then the head is asked for again, like after a
/// failure. If it stays behind, the older head counts until the next poll.
Future<Head> _hintedHead(
  DeviceContext context,
  ContentHint hint,
  int expected,
  ContentOptions o,
) async {
  final state = await readState(context.db);
  final held = state.contentHistory;
  final holds = (
    deviceId: context.deviceId,
    version: state.contentVersion,
    history: held == null ? null : History(held),
  );
  final attempts = await o.retry.attempts(o.cancellation);
  for (;;) {
    final head = await o.ask(
      () => o.client.head(
        history: hint.history,
        expected: expected,
        holds: holds,
        cancellation: o.cancellation,
      ),
    );
    if (!_isBehind(head, hint)) return head;
    try {
      await attempts.failed(
        const NetworkException('the head is older than the hint'),
      );
    } on NetworkException {
      return head;
    }
  }
}

/// Updates the content to the head of a sync's answer, or to the release of the
/// hint that caused the sync.
Future<void> exchangeContent(
  DeviceContext context,
  Head head,
  ContentHint? hint,
  ContentOptions o,
  SyncReport report,
) async {
  await rememberHead(context.db, head);
  Future<Head> askHead() async {
    if (hint == null || !_isBehind(head, hint)) return head;
    final hinted = await _hintedHead(context, hint, hint.version, o);
    await rememberHintedHead(context.db, hinted);
    return hinted;
  }

  await _bringContent(context, askHead, o, report);
}

/// Whether a hint needs only the content: nothing waits to be sent, and a sync
/// could not learn of a restore, or that the revocation of this device was
/// lifted.
Future<bool> concernsContentAlone(
  DeviceContext context,
  ContentHint hint,
) async {
  final state = await readState(context.db);
  return state.history == hint.history &&
      !state.isRevoked &&
      state.adoption != 'pending' &&
      await pendingEvents(context) == 0 &&
      (await takeLetters(context)).isEmpty;
}

/// Updates the content to the release of a hint, or to a newer one that the
/// device knows of. The server shares one head among all hinted devices.
Future<void> followHint(
  DeviceContext context,
  ContentHint hint,
  ContentOptions o,
  SyncReport report,
) async {
  final state = await readState(context.db);
  // A sync may have fetched the release after the hint came.
  if (state.contentHistory == hint.history &&
      state.contentVersion >= hint.version) {
    return;
  }
  final expected = hint.version > state.headVersion
      ? hint.version
      : state.headVersion;
  Future<Head> askHead() async {
    final head = await _hintedHead(context, hint, expected, o);
    await rememberHintedHead(context.db, head);
    return head;
  }

  await _bringContent(context, askHead, o, report);
}
