import '../scalars.gen.dart';
import 'context.dart';
import 'database.dart';
import 'event_line.dart';
import 'exceptions.dart';
import 'queries.gen.dart';

/// Binds the database to its learner and this installation, and gives the
/// device's id. Within a transaction.
///
/// [marker] is a text of the app that no backup holds. If the database has
/// another one, it was restored from a backup and gets a new device id, so that
/// the phone and the one that the backup came from are two devices.
Future<Uuid> bindInstallation(
  Database db, {
  required Uuid learnerId,
  String? deviceId,
  String? marker,
}) async {
  requireUuid(learnerId);
  if (deviceId != null) requireUuid(deviceId);
  await db.run(
    Queries.bindDevice(learnerId, deviceId ?? randomUuid(), marker),
  );
  final state = await readState(db);
  final isOtherDevice = deviceId != null && deviceId != state.deviceId;
  final usesMarker = marker != null || state.installationMarker != null;
  if (state.learnerId != learnerId || (isOtherDevice && !usesMarker)) {
    throw const DeviceException(
      DeviceErrorCode.wrongLearner,
      'The database belongs to another learner or to another device.',
    );
  }
  if (marker == null || marker == state.installationMarker) {
    return Uuid(state.deviceId);
  }
  if (state.installationMarker == null) {
    // The app begins to pass a marker: nothing says that the database was
    // restored.
    await db.run(Queries.rememberMarker(marker));
    return Uuid(state.deviceId);
  }
  await db.run(Queries.rememberFormerDevice);
  // An app that keeps its device id outside of the backup has made a new one
  // already. One that was used before is another phone's.
  final isNew =
      isOtherDevice &&
      await db.first(Queries.readFormerDevice(deviceId)) == null;
  final id = isNew ? Uuid(deviceId) : randomUuid();
  // Another clock: what the former one measured says nothing of it.
  await db.run(Queries.renameDevice(id, marker));
  await db.run(Queries.forgetEventWaits);
  await db.run(Queries.forgetLetterWaits);
  return id;
}
