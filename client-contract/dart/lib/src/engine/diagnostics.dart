import 'clock.dart';
import 'context.dart';
import 'database.dart';
import 'outbox.dart';
import 'query.dart';
import 'telemetry.dart';

/// A report about the device that was stored for support.
final class SentDiagnostics {
  /// What was stored.
  const SentDiagnostics(this.reportId, {required this.isSent});

  /// The report's id: the learner tells it to support, which finds the learner
  /// by it.
  final String reportId;

  /// The server has the report. False: the report goes with the next sync that
  /// succeeds.
  final bool isSent;
}

const int _megabyte = 1024 * 1024;
const int _maxCodes = 10;

final RegExp _label = RegExp(r'^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$');

String? _labelOf(String? text) =>
    text != null && _label.hasMatch(text) ? text : null;

/// The codes of the last failures: of refused events, and of what the device was
/// to report. Each once, newest first.
Future<List<String>> _lastCodes(Database db) async {
  final rows = await db.all(
    const Query(
      'select code from ('
      'select event_id as id, code from outbox where code is not null '
      'union all '
      'select letter_id, code from dead_letter where code is not null '
      'union all '
      "select event_id, json_extract(line, '\$.body.code') from telemetry "
      "where json_extract(line, '\$.body.code') is not null) "
      'group by code order by max(id) desc',
    ),
  );
  return rows
      .map((row) => row.text('code'))
      .where(isCode)
      .take(_maxCodes)
      .toList();
}

/// The body of a report: numbers and codes, no texts.
Future<Map<String, Object?>> readDiagnostics(
  DeviceContext context, {
  String? platform,
  String? appVersion,
  String? osVersion,
  int? storageFreeMb,
}) async {
  final DeviceContext(:db, :clock) = context;
  final state = await readState(db);
  final counts = await countOutbox(db);
  int? since(String? time) => time == null
      ? null
      : ((clock.time - millisecondsOf(time)) ~/ 1000).clamp(0, maxInteger);
  final oldest = await db.first(
    const Query(
      'select min(created_at) as created_at from outbox '
      "where state = 'pending'",
    ),
  );
  final checked = await db.first(
    const Query('select checked_at from telemetry_state'),
  );
  final size = await db.first(
    const Query(
      'select page_count * page_size as bytes '
      'from pragma_page_count(), pragma_page_size()',
    ),
  );
  final body = <String, Object?>{
    'platform': _labelOf(platform) ?? 'unknown',
    'app_version': _labelOf(appVersion),
    'os_version': _labelOf(osVersion),
    'waiting': counts.pending.clamp(0, maxCount),
    'quarantined': counts.quarantined.clamp(0, maxCount),
    'held_back': counts.heldBack.clamp(0, maxCount),
    'dead': counts.dead.clamp(0, maxCount),
    'oldest_waiting_s': since(oldest?.textOrNull('created_at')),
    'synced_s': since(state.syncedAt),
    'content_version': state.contentVersion,
    'damaged': state.isSuspect,
    'intact_s': since(checked?.textOrNull('checked_at')),
    'clock_offset_ms': state.clockOffsetMs,
    'storage_used_mb': size == null
        ? null
        : (size.whole('bytes') / _megabyte).ceil().clamp(0, maxCount),
    'storage_free_mb': storageFreeMb?.clamp(0, maxInteger),
    'codes': await _lastCodes(db),
  };
  return {
    for (final MapEntry(:key, :value) in body.entries)
      if (value != null) key: value,
  };
}

/// Stores a report, and syncs to send it. The learner asks for it, so telemetry
/// that is turned off does not prevent it. A sync that fails does not matter:
/// the report waits.
Future<SentDiagnostics> sendDiagnostics(
  DeviceContext context,
  Future<Map<String, Object?>> Function() facts,
  Future<void> Function() sync,
) async {
  final db = context.db;
  final id = await db.transaction(
    () async => keepTelemetry(context, 'app.reported', await facts()),
  );
  await sync();
  final waiting = await db.first(
    Query('select count(*) as count from telemetry where event_id = ?', [id]),
  );
  return SentDiagnostics(id, isSent: waiting?.whole('count') == 0);
}
