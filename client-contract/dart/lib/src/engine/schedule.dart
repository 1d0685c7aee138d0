import 'dart:async';
import 'dart:math';

import '../hint.gen.dart';
import '../scalars.gen.dart';
import 'cancellation.dart';
import 'clock.dart';
import 'exceptions.dart';

/// A poll comes after the server's interval, and at most this share of it later.
const double _pollJitter = 0.25;

/// Milliseconds between two syncs that other devices of the learner cause. After
/// a rest a push is followed at once.
const int _learnerPaceMs = 250;

/// What a schedule needs to know of its device.
final class Holdings {
  /// What the device holds now.
  const Holdings({
    required this.deviceId,
    required this.history,
    required this.version,
    required this.domains,
    required this.cursor,
    required this.notBefore,
    required this.pollAfterS,
    required this.listeningPollAfterS,
  });

  /// The device.
  final Uuid deviceId;

  /// The history of its content.
  final String? history;

  /// The version of its content.
  final int version;

  /// The domains that it holds; null: all.
  final Set<Uuid>? domains;

  /// The cursor of the last complete pull.
  final String? cursor;

  /// Milliseconds since 1970 before which the server does not want to be asked.
  final int notBefore;

  /// Seconds until the next poll, before jitter.
  final int pollAfterS;

  /// The same while the device hears hints; the longer one counts.
  final int listeningPollAfterS;
}

/// A wait of some milliseconds. If the clock is set back, it begins again: it
/// never lasts longer than from its start.
final class _Wait {
  _Wait(this._clock, this._milliseconds) : _from = _clock.now();

  final Clock _clock;
  final double _milliseconds;
  int _from;

  double get dueAt {
    _from = min(_from, _clock.now());
    return _from + _milliseconds;
  }
}

/// When to sync: at the server's pace, spread by a random part, and sooner after
/// a hint. Polls alone keep a device up to date, because hints may get lost.
final class SyncSchedule {
  /// The first sync is due at once.
  SyncSchedule(this._holdings, this._clock, this._random)
    : _poll = _Wait(_clock, 0),
      _pace = _Wait(_clock, 0);

  final Future<Holdings> Function() _holdings;
  final Clock _clock;
  final double Function() _random;

  _Wait _poll;
  bool _isListening = false;

  // The newest hints that were taken: the same news again must not draw a sooner
  // time.
  ContentHint? _hinted;
  _Wait? _hintWait;
  String? _reported;
  _Wait? _reportedWait;
  _Wait _pace;

  _Wait _within(num seconds) => _Wait(_clock, _random() * seconds * 1000);

  _Wait _pollIn(int seconds) =>
      _Wait(_clock, seconds * 1000 * (1 + _random() * _pollJitter));

  /// The sooner one. What is left of the first is a wait that begins now: after
  /// the clock was set back it must not last longer than the other one.
  _Wait _sooner(_Wait? a, _Wait b) {
    if (a == null || a.dueAt > b.dueAt) return b;
    return _Wait(_clock, max(a.dueAt - _clock.now(), 0));
  }

  static double _due(_Wait? wait) => wait?.dueAt ?? double.infinity;

  /// Milliseconds until the next sync; 0: now.
  Future<double> delay() async {
    final now = _clock.now();
    final left = (await _holdings()).notBefore - _clock.time;
    // The end of a pause by the clock as it is, which may be before 1970. It
    // holds for hints and polls alike.
    final pausedUntil = left > 0 ? (now + left).toDouble() : double.negativeInfinity;
    final next = min(_due(_poll), min(_due(_hintWait), _due(_reportedWait)));
    return max(max(next, pausedUntil) - now, 0);
  }

  /// Takes a hint, and tells whether it is news, which may have brought the next
  /// sync forward.
  Future<bool> onHint(ContentHint hint) async {
    final held = await _holdings();
    bool isIn(String? history, int version) =>
        hint.history == history && hint.version <= version;
    final domains = held.domains;
    final concerns = domains == null || hint.domains.any(domains.contains);
    final hinted = _hinted;
    final isKnown =
        isIn(held.history, held.version) ||
        (hinted != null && isIn(hinted.history, hinted.version));
    // A release that changes nothing of what the device holds can wait for the
    // next poll.
    if (isKnown || !concerns) return false;
    _hinted = hint;
    _hintWait = _sooner(_hintWait, _within(hint.spreadS));
    return true;
  }

  /// The same for a hint that another device of the learner has pushed.
  Future<bool> onLearnerHint(LearnerHint hint) async {
    final held = await _holdings();
    final isOwn = hint.devices.every((id) => id == held.deviceId);
    // A token and a cursor of the same place are the same text. After any other
    // token the device asks.
    if (isOwn || hint.token == held.cursor || hint.token == _reported) {
      return false;
    }
    _reported = hint.token;
    final spread = _within(hint.spreadS);
    final wait = _pace.dueAt > spread.dueAt ? _pace : spread;
    _reportedWait = _sooner(_reportedWait, wait);
    return true;
  }

  /// Whether both Realtime channels are joined. While they are, polls are rarer.
  /// After a join one poll still comes at the usual interval, because earlier
  /// hints were not heard. After a loss the next poll comes within the usual
  /// interval.
  Future<void> onListening({required bool isListening}) async {
    if (_isListening && !isListening) {
      _poll = _sooner(_poll, _pollIn((await _holdings()).pollAfterS));
    }
    _isListening = isListening;
  }

  /// A sync begins: gives the hint if a hint about content alone has caused it.
  /// Earlier hints are done with.
  ContentHint? begin() {
    final now = _clock.now();
    final isHint =
        _due(_hintWait) <= now && min(_due(_poll), _due(_reportedWait)) > now;
    _hintWait = null;
    if (isHint) return _hinted;
    if (_reportedWait != null) _pace = _Wait(_clock, _learnerPaceMs.toDouble());
    _reportedWait = null;
    return null;
  }

  /// A sync of everything has succeeded: the next one is a poll.
  Future<void> synced() async {
    final Holdings(:pollAfterS, :listeningPollAfterS) = await _holdings();
    final seconds = _isListening
        ? max(pollAfterS, listeningPollAfterS)
        : pollAfterS;
    _poll = _pollIn(seconds);
  }

  /// A sync has failed: the next poll comes within the usual interval, also if
  /// the device hears hints.
  Future<void> failed() async {
    final next = _pollIn((await _holdings()).pollAfterS);
    _poll = _due(_poll) > _clock.now() ? _sooner(_poll, next) : next;
  }
}

/// Keeps a device in sync until it is stopped.
final class SyncLoop {
  /// Begins. [sync] is the device's.
  SyncLoop(this._schedule, this._clock, this._sync) {
    done = _run();
  }

  final SyncSchedule _schedule;
  final Clock _clock;
  final Future<void> Function(ContentHint? hint, Cancellation cancellation) _sync;
  final Cancellation _stopped = Cancellation();
  Cancellation _wake = Cancellation();

  /// Completes when it was stopped, and the last sync has ended.
  late final Future<void> done;

  Future<void> _run() async {
    while (!_stopped.isCancelled) {
      final wake = _wake = Cancellation();
      try {
        await _clock.sleep(await _schedule.delay(), wake);
      } on CancelledException {
        // Woken by a hint, or at the end.
        continue;
      }
      if (_stopped.isCancelled) return;
      final hint = _schedule.begin();
      try {
        await _sync(hint, _stopped);
        // A sync that follows a hint does not move the next poll.
        if (hint == null) await _schedule.synced();
      } on CarrelException {
        await _schedule.failed();
      }
    }
  }

  /// For the listener of the Realtime channel `content`.
  Future<void> onHint(ContentHint hint) async {
    if (await _schedule.onHint(hint)) _wake.cancel();
  }

  /// For the listener of the learner's private channel.
  Future<void> onLearnerHint(LearnerHint hint) async {
    if (await _schedule.onLearnerHint(hint)) _wake.cancel();
  }

  /// Whether both channels are joined: call it after each join, and after each
  /// loss.
  Future<void> onListening({required bool isListening}) async {
    await _schedule.onListening(isListening: isListening);
    // The delay is measured anew: if the clock has jumped ahead, the sleep would
    // last longer than what is left of the wait.
    _wake.cancel();
  }

  /// Ends it.
  Future<void> stop() {
    _stopped.cancel();
    _wake.cancel();
    return done;
  }
}
