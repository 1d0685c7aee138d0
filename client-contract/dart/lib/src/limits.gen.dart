// Generated from client-contract/contract/limits.ts by
// `npm run generate`; do not edit.

import 'steering.gen.dart';

/// The protocol's numbers.
abstract final class Limits {
  /// The content schema that this contract's clients read. They name it in
  /// every request and every header.
  static const int contentSchema = 2;

  /// The version of this contract that a batch's header names.
  static const int contractVersion = 1;

  /// The content schema of a request that names none: the first one, which apps
  /// older than the parameter read. It never changes, or those apps would get
  /// rows that they can't read.
  static const int defaultContentSchema = 1;

  /// Rows of a list for instructors, support and admins, or of a learner's
  /// quarantine, where the request does not say.
  static const int defaultListRows = 100;

  /// Rows of a content page where the request does not say.
  static const int defaultPageRows = 1000;

  /// Changes of a pull where the request does not say.
  static const int defaultPullChanges = 500;

  /// Most events of an anonymous learner whom an account adopts.
  static const int maxAdoptedEvents = 20000;

  /// Most bytes of a batch, inflated.
  static const int maxBatchBytes = 524288;

  /// Most events of a batch.
  static const int maxBatchEvents = 500;

  /// Most lines of a batch, blank ones included.
  static const int maxBatchLines = 1000;

  /// Most milliseconds between two clocks: the protocol's times are from 1970
  /// to 2999.
  static const int maxClockOffsetMs = 32503680000000;

  /// Most question ids of one progress event.
  static const int maxCompleted = 1000;

  /// Most domains that a request for content names.
  static const int maxDomains = 200;

  /// Most milliseconds of an attempt, and of most other stretches that a device
  /// measures: a day.
  static const int maxDurationMs = 86400000;

  /// Most bytes of one event's line in UTF-8.
  static const int maxEventBytes = 16384;

  /// Most levels of a JSON text, its outermost object counted. The readers of
  /// clients refuse deeper ones (Apple's 512 levels, SQLite's 1,000), and a
  /// pulled row has an answer five levels deep.
  static const int maxJsonLevels = 500;

  /// Most rows of such a list.
  static const int maxListRows = 500;

  /// Most bytes of a content page or of a bundle's file, inflated, unless a
  /// single row has more.
  static const int maxPageBytes = 1048576;

  /// Most rows of a content page.
  static const int maxPageRows = 2000;

  /// Seconds since its expiry for which an access token still proves an
  /// anonymous session: 30 days.
  static const int maxProofAgeS = 2592000;

  /// Most changes of a pull.
  static const int maxPullChanges = 1000;

  /// Reset counts of a range: a device's are from 0 to 1,000,000. Each
  /// correction by support starts a new range.
  static const int resetRange = 1000001;

  /// The newest rule for comparing short texts.
  static const int normalisation = 2;
}

/// What a client does before it has heard of its server.
const Steering defaultSteering = Steering(
  batchEvents: 500,
  retryBaseMs: 1000,
  retryCapMs: 30000,
  outboxCap: 50000,
  keepSentDays: 14,
  pollAfterS: 900,
  listeningPollAfterS: 14400,
);
