import 'dart:async';

import 'cancellation.dart';
import 'clock.dart';
import 'database.dart';
import 'event_line.dart';
import 'exceptions.dart';
import 'query.dart';

/// Lets one of several isolates sync, such as the app's own and a background
/// task: a row that its holder renews. If the holder is killed, the lease ends
/// by itself.
final class SyncLease {
  /// For the isolate that opens [db].
  SyncLease(this._db, this._clock, this._duration);

  final Database _db;
  final Clock _clock;
  final Duration _duration;
  final String _holder = randomUuid();

  /// The engine's own table: it is of no use to the app, nor to other devices.
  Future<void> open() => _db.run(
    const Query(
      'create table if not exists sync_lease ('
      'singleton int not null default 1 primary key check (singleton = 1), '
      'holder text not null, until integer not null) strict',
    ),
  );

  /// Takes or renews it. False: another isolate has it.
  Future<bool> _take() => _db.transaction(() async {
    final now = _clock.now();
    final until = now + _duration.inMilliseconds;
    final taken = await _db.run(
      Query(
        'insert into sync_lease (holder, until) values (?1, ?2) '
        'on conflict do update set holder = ?1, until = ?2 '
        // A lease that ends too late comes from a clock that was set back.
        'where holder = ?1 or until <= ?3 or until > ?2',
        [_holder, until, now],
      ),
    );
    return taken > 0;
  });

  Future<void> _drop() =>
      _db.run(Query('delete from sync_lease where holder = ?', [_holder]));

  /// Does the work while it holds the lease. Throws a [DeviceException] if
  /// another isolate has it. The work is cancelled if the lease is lost, as by a
  /// phone that slept.
  Future<T> hold<T>(Cancellation lost, Future<T> Function() work) async {
    if (!await _take()) {
      throw const DeviceException(
        DeviceErrorCode.busy,
        'Another isolate is syncing the same database.',
      );
    }
    final timer = Timer.periodic(_duration ~/ 3, (_) async {
      if (!await _take()) lost.cancel();
    });
    try {
      return await work();
    } finally {
      timer.cancel();
      await _drop();
    }
  }
}
