/// The engine: a device's cache, outbox, sync and study over a `Store` and a
/// `Transport`.
///
/// `package:carrel/http.dart` has a transport, `package:carrel/ffi.dart` and
/// `package:carrel/drift.dart` have stores.
library;

export 'carrel.dart';
export 'src/engine/adoption.dart' show AdoptionState, AdoptionStatus, Adopts;
export 'src/engine/cancellation.dart';
export 'src/engine/clock.dart' show Clock, SystemClock;
export 'src/engine/content_settle.dart' show Repair;
export 'src/engine/content_tree.dart' show VerifyReport;
export 'src/engine/content_update.dart' show RepairReport;
export 'src/engine/device.dart';
export 'src/engine/diagnostics.dart' show SentDiagnostics;
export 'src/engine/exceptions.dart'
    show
        CancelledException,
        CarrelException,
        ContractException,
        DeviceErrorCode,
        DeviceException,
        NetworkException,
        ProblemException;
export 'src/engine/listen.dart';
export 'src/engine/outbox.dart' show OutboxCounts;
export 'src/engine/schedule.dart' show Holdings, SyncLoop, SyncSchedule;
export 'src/engine/sqlite_store.dart';
export 'src/engine/standing.dart' show MustUpdate, Standing;
export 'src/engine/status.dart';
export 'src/engine/store.dart';
export 'src/engine/streak.dart' show Streak;
export 'src/engine/study.dart' show Graded, OpenSession, ShownQuestion;
export 'src/engine/sync_report.dart';
export 'src/engine/token.dart' show TokenProvider;
export 'src/engine/transport.dart'
    show Transport, TransportRequest, TransportResponse;
