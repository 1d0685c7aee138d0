// What tabs and the leader's worker say to each other. Tabs call over a BroadcastChannel that all of them share, so that a call from the leader's
// own tab takes the same way as one from another tab. The worker talks to its own tab besides, over its port.
import type { ContentHint, LearnerHint } from "../contract/hint.ts";
import type {
  Device,
  DeviceOptions,
  DeviceStatus,
  SqlValue,
  SyncReport,
  TokenRequest,
} from "../device/mod.ts";

/** Reads. They need no network, and may be repeated. */
export const READS = [
  "domains",
  "skills",
  "questions",
  "question",
  "openSessions",
  "progressIn",
  "progress",
  "streak",
] as const;

/** Writes. Each is one transaction, and is carried out once, however often a tab asks for it. */
export const WRITES = [
  "startSession",
  "answer",
  "endSession",
  "advance",
  "reset",
  "giveUp",
  "deadLetter",
  "setDomains",
] as const;

/** A method of the device as another thread calls it. */
type Remote<F> = F extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;

/** Why a call was refused. */
export interface Refusal {
  /** The class of the error: DeviceError, ProblemError, NetworkError, ContractError, StorageError, or another one. */
  kind: string;
  /** The code of the device or the server, `storage_full`, `storage_failed`, `storage_unavailable`, `network`, `invalid_answer` or `unknown`. */
  code: string;
  message: string;
  /** Whether the same call may succeed later. */
  retryable: boolean;
}

/** A loss that the browser has caused: it had deleted the database. */
export interface Loss {
  /** Events that waited when the number was last written down. The server never had them. */
  events: number;
  /** When the loss was noticed, in milliseconds since 1970. */
  noticedAt: number;
}

/** The state of a device in a browser. */
export interface WebStatus extends DeviceStatus {
  /** `failed`: the last sync has failed. */
  sync: "idle" | "syncing" | "failed";
  /** Why it has failed. */
  failure: Refusal | null;
  /** The origin's quota is used up: the last write was refused. What was stored before is safe. */
  isStorageFull: boolean;
  /** Whether the browser has promised not to delete the database by itself. */
  isPersistent: boolean;
  /** The browser has deleted the database; null: it has not, or the app has called `dismissLoss`. */
  loss: Loss | null;
}

/** The calls of all tabs. */
export interface Calls {
  domains: Remote<Device["domains"]>;
  skills: Remote<Device["skills"]>;
  questions: Remote<Device["questions"]>;
  question: Remote<Device["question"]>;
  openSessions: Remote<Device["openSessions"]>;
  progressIn: Remote<Device["progressIn"]>;
  progress: Remote<Device["progress"]>;
  streak: Remote<Device["streak"]>;
  startSession: Remote<Device["startSession"]>;
  answer: Remote<Device["answer"]>;
  endSession: Remote<Device["endSession"]>;
  advance: Remote<Device["advance"]>;
  reset: Remote<Device["reset"]>;
  giveUp: Remote<Device["giveUp"]>;
  deadLetter: Remote<Device["deadLetter"]>;
  setDomains: Remote<Device["setDomains"]>;
  verify: Remote<Device["verify"]>;
  sendDiagnostics: Remote<Device["sendDiagnostics"]>;
  sync(): Promise<SyncReport>;
  repair: () => ReturnType<Device["repair"]>;
  status(): Promise<WebStatus>;
  /** Runs a query of the app's own; carrel.drift describes the tables. It can't write. */
  query(sql: string, ...parameters: SqlValue[]): Promise<Record<string, SqlValue>[]>;
  /** Reports a failure in the app, and its end. */
  recordFailure(failure: Parameters<Device["recordFailure"]>[0]): Promise<void>;
  recordRecovery(code: string): Promise<void>;
  /** The app has told the learner of the loss. */
  dismissLoss(): Promise<void>;
}

export type Method = keyof Calls;

/** A call; `id` is the same when it is sent again. */
export interface Call {
  to: "leader";
  from: string;
  id: string;
  method: Method;
  args: unknown[];
}

/** What the leader says, to one tab or to all. */
export type Said =
  | { to: string; id: string; ok: true; value: unknown }
  | { to: string; id: string; ok: false; refusal: Refusal }
  /** A new leader: whoever waits for a reply sends the call again. */
  | { to: "all"; is: "leading" }
  | { to: "all"; is: "status"; status: WebStatus };

/** Everything on the channel. */
export type Heard = Call | Said;

/** Options that a worker is given. */
export interface WorkerOptions extends
  Pick<
    DeviceOptions,
    | "learnerId"
    | "url"
    | "publishableKey"
    | "platform"
    | "appVersion"
    | "domains"
    | "telemetry"
    | "adopts"
    | "pageRows"
    | "pullRows"
    | "retry"
  > {
  /** Milliseconds after a write until a sync, so that a learner's burst becomes one batch; by default 2000. */
  pushAfterMs?: number | undefined;
}

/** From a tab to its own worker. */
export type ToWorker =
  | { is: "start"; options: WorkerOptions; before: Marker | null; isPersistent: boolean }
  | { is: "token"; id: number; token: string | null }
  | { is: "no token"; id: number; message: string }
  | { is: "online" }
  | { is: "persistent" }
  | { is: "content hint"; hint: ContentHint }
  | { is: "learner hint"; hint: LearnerHint }
  | { is: "listening"; isListening: boolean }
  | { is: "stop" };

/** From a worker to its own tab. */
export type FromWorker =
  | { is: "token"; id: number; request: TokenRequest }
  | { is: "open" }
  | { is: "marker"; marker: Marker }
  | { is: "stopped" };

/** What stays outside of the database, to notice that the browser has deleted it. */
export interface Marker {
  /** Events that wait. */
  pending: number;
  loss: Loss | null;
}

/** The name of the channel and of the lock: one for each learner, as there is one database for each. */
export const nameOf = (learnerId: string): string => `carrel:${learnerId}`;
