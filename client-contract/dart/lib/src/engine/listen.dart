import 'dart:async';

import '../hint.gen.dart';
import '../scalars.gen.dart';
import 'clock.dart';
import 'exceptions.dart';
import 'schedule.dart';
import 'cancellation.dart';

/// Milliseconds before a channel that was closed is joined again: at least half
/// of this, at most three halves.
const int _rejoinMs = 10000;

/// What a private Realtime channel says.
sealed class ChannelEvent {
  const ChannelEvent();
}

/// Broadcasts arrive from now on, or no longer.
final class ChannelReady extends ChannelEvent {
  /// Says which.
  const ChannelReady({required this.isReady});

  /// Whether they arrive.
  final bool isReady;
}

/// A broadcast.
final class ChannelMessage extends ChannelEvent {
  /// With its payload.
  const ChannelMessage(this.payload);

  /// JSON.
  final Object? payload;
}

/// Joins Realtime channels: an adapter over the app's Supabase client, which
/// docs/flutter.md shows.
abstract interface class HintChannels {
  /// Joins the private channel [topic] with a fresh token, and hears the
  /// broadcasts of the name [event]. The stream ends when the channel is closed;
  /// a cancelled subscription leaves it.
  Stream<ChannelEvent> join(String topic, {required String event});
}

/// Hands the hints of a learner's channels to a loop, and joins them again when
/// they were closed. Throws nothing: without Realtime the device polls.
final class HintListener {
  /// Begins.
  HintListener(
    this._channels,
    this._loop, {
    required Uuid learnerId,
    Clock clock = const SystemClock(),
    double Function()? random,
  }) : _clock = clock,
       _random = random ?? (() => 0.5) {
    done = Future.wait([
      _stay('content', 'release_published', (json) {
        return _loop.onHint(ContentHint.fromJson(json));
      }),
      _stay('learner:$learnerId', 'learner_changed', (json) {
        return _loop.onLearnerHint(LearnerHint.fromJson(json));
      }),
    ]);
  }

  final HintChannels _channels;
  final SyncLoop _loop;
  final Clock _clock;
  final double Function() _random;
  final Cancellation _stopped = Cancellation();
  final Set<String> _heard = {};
  bool _isListening = false;

  /// Completes when both channels are left.
  late final Future<void> done;

  Future<void> _note(String topic, {required bool isHeard}) async {
    isHeard ? _heard.add(topic) : _heard.remove(topic);
    final hearsBoth = _heard.length == 2;
    if (hearsBoth == _isListening) return;
    _isListening = hearsBoth;
    await _loop.onListening(isListening: hearsBoth);
  }

  Future<void> _join(
    String topic,
    String event,
    Future<void> Function(Object? json) take,
  ) async {
    final ended = Completer<void>();
    final subscription = _channels
        .join(topic, event: event)
        .listen(
          (said) async {
            switch (said) {
              case ChannelReady(:final isReady):
                await _note(topic, isHeard: isReady);
              case ChannelMessage(:final payload):
                try {
                  await take(payload);
                } on FormatException {
                  // A payload of a later contract is ignored.
                }
            }
          },
          onError: (Object _) {
            // There is no token without a network.
            if (!ended.isCompleted) ended.complete();
          },
          onDone: () {
            if (!ended.isCompleted) ended.complete();
          },
        );
    await Future.any([ended.future, _stopped.cancelled]);
    await subscription.cancel();
    await _note(topic, isHeard: false);
  }

  Future<void> _stay(
    String topic,
    String event,
    Future<void> Function(Object? json) take,
  ) async {
    while (!_stopped.isCancelled) {
      await _join(topic, event, take);
      try {
        await _clock.sleep(_rejoinMs * (0.5 + _random()), _stopped);
      } on CancelledException {
        // The end.
      }
    }
  }

  /// Leaves both channels.
  Future<void> stop() {
    _stopped.cancel();
    return done;
  }
}
