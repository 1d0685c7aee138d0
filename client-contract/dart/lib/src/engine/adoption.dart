import '../errors.gen.dart';
import '../scalars.gen.dart';
import 'cancellation.dart';
import 'client.dart';
import 'context.dart';
import 'database.dart';
import 'exceptions.dart';
import 'pull.dart';
import 'queries.gen.dart';
import 'retry.dart';
import 'token.dart';

/// The anonymous learner that the database belonged to, and the proof that this
/// was the same person.
final class Adopts {
  /// Names both.
  const Adopts({required this.learnerId, required this.token});

  /// The anonymous token's `sub`.
  final Uuid learnerId;

  /// The last access token of the anonymous session. It may have expired, but do
  /// not sign the session out.
  final String token;
}

/// What has become of an adoption.
enum AdoptionState {
  /// The next sync asks the server.
  pending,

  /// The server has moved the data.
  done,

  /// The server has refused the proof.
  refused,
}

/// How an adoption stands.
final class AdoptionStatus {
  /// Says so.
  const AdoptionStatus(this.learnerId, this.state, this.code);

  /// The anonymous learner.
  final Uuid learnerId;

  /// How far it is.
  final AdoptionState state;

  /// The server's reason for a refusal.
  final String? code;
}

/// Refusals of the account itself, whose sync would fail as well. The adoption
/// waits until the account can sync.
final Set<String> _ofTheAccount = {
  ErrorCode.erased.wire,
  ErrorCode.learnerAdopted.wire,
  ErrorCode.deviceRevoked.wire,
};

/// Whether a refusal is about the adoption alone, and no later try with this
/// proof would change it.
bool _isFinal(ProblemException error) =>
    !error.retryable &&
    error.status != 401 &&
    !_ofTheAccount.contains(error.code);

/// Makes the database the account's, if it is the anonymous learner's. If the
/// server has refused the proof that it had, takes a better one. Within a
/// transaction, before the learner is compared.
Future<void> takeOver(Database db, Uuid learnerId, Adopts adopts) async {
  final Adopts(learnerId: anonymous, :token) = adopts;
  final taken = await db.run(
    Queries.adoptLearner(learnerId, token, anonymous),
  );
  // The rows of the anonymous learner stay until the next pull brings those of
  // the account, with the adopted ones in them.
  if (taken > 0) await pullAnew(db);
  await db.run(Queries.renewAdoption(token, learnerId, anonymous));
}

Future<(AdoptionState, String?)> _ask(
  Uuid learnerId,
  String token, {
  required CarrelClient client,
  required Retry retry,
  Cancellation? cancellation,
}) async {
  // With another learner's token the server would adopt that learner.
  if (learnerOf(token) != learnerId) {
    return (AdoptionState.refused, ErrorCode.adoptionProofInvalid.wire);
  }
  try {
    await retry.run(
      () => client.adopt(token, cancellation: cancellation),
      cancellation,
    );
    return (AdoptionState.done, null);
  } on ProblemException catch (error) {
    if (_isFinal(error)) return (AdoptionState.refused, error.code);
    if (error.code != ErrorCode.internal.wire) rethrow;
    return (AdoptionState.pending, null);
  }
}

/// Asks the server for a pending adoption, and keeps the answer. Whatever is
/// wrong with the adoption alone does not stop the account's own events. Throws
/// what would fail the account's sync as well.
Future<void> adoptPending(
  DeviceContext context, {
  required CarrelClient client,
  required Retry retry,
  Cancellation? cancellation,
}) async {
  final db = context.db;
  final state = await readState(db);
  final token = state.adoptionToken;
  final learner = state.adoptedLearner;
  if (state.adoption != AdoptionState.pending.name) return;
  if (token == null || learner == null) return;
  final (outcome, code) = await _ask(
    Uuid(learner),
    token,
    client: client,
    retry: retry,
    cancellation: cancellation,
  );
  if (outcome == AdoptionState.pending) return;
  await db.transaction(() async {
    await db.run(Queries.settleAdoption(outcome.name, code));
    // Events that the server refused as another learner's before.
    if (outcome == AdoptionState.done) await db.run(Queries.releaseHeldBack);
  });
}

/// How the adoption stands; null: there was none.
AdoptionStatus? adoptionOf(SyncState state) {
  final (learner, adoption) = (state.adoptedLearner, state.adoption);
  if (learner == null || adoption == null) return null;
  return AdoptionStatus(
    Uuid(learner),
    AdoptionState.values.byName(adoption),
    state.adoptionCode,
  );
}
