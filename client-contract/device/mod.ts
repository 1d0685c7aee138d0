// The reference device: content cache, outbox, sync and study on a SQLite database, without an app's screens. It needs a storage adapter, such as
// node_sqlite.ts.
export type { AdoptionStatus, Adopts } from "./adoption.ts";
export type { Question } from "./content.ts";
export {
  type Clock,
  DEFAULT_RETRY,
  type GetToken,
  type HintChannel,
  type HintClient,
  listenForHints,
  listenInCell,
  type ListenOptions,
  type RetryPolicy,
  systemClock,
  type TokenRequest,
  type WatchedCell,
} from "../client/mod.ts";
export type { Repair } from "./content_settle.ts";
export type { RepairReport } from "./content_repair.ts";
export type { VerifyReport } from "./content_tree.ts";
export type { Database } from "./database.ts";
export { type Device, type DeviceOptions, type DeviceStatus, openDevice } from "./device.ts";
export type { DiagnosticFacts, SentDiagnostics } from "./diagnostics.ts";
export { DeviceError, type DeviceErrorCode } from "./device_error.ts";
export { mediaFiles, type MediaOptions, type MediaReport, type MediaStore, syncMedia } from "./media.ts";
export type { OutboxCounts } from "./outbox.ts";
export type { Progress } from "./progress.ts";
export { runSchedule, type Schedule, type SyncLoop } from "./schedule.ts";
export type { Standing } from "./standing.ts";
export { type DeviceStorage, type SqlValue, StorageError, type StorageStatement } from "./storage.ts";
export type { Streak } from "./streak.ts";
export type { Advance, Answer, Graded, OpenSession } from "./study.ts";
export type { SyncReport } from "./sync.ts";
export type { Failure } from "./telemetry.ts";
