// The reference device: everything that an offline-first app does with Carrel, without its screens. It keeps all state in a SQLite database
// (client-contract/drift/carrel.drift), and may be killed at any moment.
import { createRetry, type GetToken, type RetryPolicy, type WatchedCell } from "../client/mod.ts";
import { adoptionOf, type AdoptionStatus, type Adopts } from "./adoption.ts";
import type { DomainRow, SkillRow } from "../contract/content.ts";
import type { SessionEnded } from "../contract/event.ts";
import type { ContentHint } from "../contract/hint.ts";
import { clientOf, urlOf, watchedCell } from "./cell.ts";
import type { Clock } from "./clock.ts";
import { type Question, readDomains, readQuestion, readQuestions, readSkills } from "./content.ts";
import { verifyContent, type VerifyReport } from "./content_tree.ts";
import { heldDomains, setDomains } from "./content_scope.ts";
import { repairContent, type RepairReport } from "./content_repair.ts";
import { type DeviceContext, readState } from "./context.ts";
import type { Database } from "./database.ts";
import { keepLetter } from "./dead_letter.ts";
import { type DiagnosticFacts, sendDiagnostics, type SentDiagnostics } from "./diagnostics.ts";
import { supportText } from "./json_line.ts";
import { countOutbox, giveUp, type OutboxCounts } from "./outbox.ts";
import { openContext } from "./open_context.ts";
import { type Progress, progressIn, readProgress } from "./progress.ts";
import { createSchedule, type Schedule, type Scheduled } from "./schedule.ts";
import type { DeviceStorage } from "./storage.ts";
import { readStanding, type Standing } from "./standing.ts";
import { readStreak, type Streak } from "./streak.ts";
import {
  type Advance,
  advanceProgress,
  type Answer,
  endSession,
  type Graded,
  type OpenSession,
  openSessions,
  recordAnswer,
  resetProgress,
  startSession,
} from "./study.ts";
import { forgetForeignSteering, notBefore, readRetryPolicy, readSteering } from "./steering.ts";
import { syncDevice, type SyncReport } from "./sync.ts";
import { tokensOf } from "./token.ts";
import { type Failure, keepReads, openTelemetry, recordFailure, tellChecked } from "./telemetry.ts";

/** The options of a device. */
export interface DeviceOptions {
  /**
   * The connection to the device's SQLite database, which is empty at first. It belongs to one learner on one installation. The device
   * closes the connection, also if `openDevice` throws.
   */
  storage: DeviceStorage;
  /** UUID, lower case: the access token's `sub`. */
  learnerId: string;
  /** UUID, lower case: made once per installation. By default the device makes one and keeps it in its database. */
  deviceId?: string | undefined;
  /**
   * Any text that names this installation and that no backup holds (docs/write-a-client.md says where to keep it). If the database has
   * another marker, it was restored from a backup: the device takes a new id and keeps everything else. With a marker, the database's id
   * counts, and `deviceId` is only for a new one. Without a marker, a restored phone and the one it was copied from are the same device.
   */
  installationMarker?: string | undefined;
  /**
   * The learner has signed in to an account that exists, and this is the database of the anonymous learner that they were before. It
   * becomes the account's at once. The next sync lets the server move what it has.
   */
  adopts?: Adopts | undefined;
  /** The Supabase project's URL; where there are several cells, the default cell's. The device follows the learner to other cells. */
  url: string;
  /** URLs of further cells that the app trusts with its token. By default those that the default cell names over TLS. */
  trustedCells?: readonly string[] | undefined;
  /**
   * The learner's access token, asked for before every request. Null: nobody is signed in. If it rejects, as a refresh without a network
   * does, the sync fails like one without a network.
   */
  getToken: GetToken;
  /** The project's publishable key. */
  publishableKey?: string | undefined;
  /** By default the global one. */
  fetch?: typeof globalThis.fetch | undefined;
  /** By default the system's. */
  clock?: Clock | undefined;
  /** From 0 to below 1. It spreads waits; ids are always made of the system's cryptographic randomness. */
  random?: (() => number) | undefined;
  /** By default the server's steering. */
  retry?: RetryPolicy | undefined;
  /** For support, which sees the first 60 characters. */
  platform?: string | undefined;
  appVersion?: string | undefined;
  /** Rows a content page, and changes a pull; by default the server's choice. */
  pageRows?: number | undefined;
  pullRows?: number | undefined;
  /** The least number of cached rows that each sync checks; by default 1000. */
  checkRows?: number | undefined;
  /** Milliseconds after which a bundle is replaced by pages. */
  bundleMs?: number | undefined;
  /** The domains to hold; null: all. By default the last choice, and at first all. */
  domains?: readonly string[] | null | undefined;
  /** False: the device makes no telemetry (docs/protocol.md, "Tracking plan"), and deletes what waits. */
  telemetry?: boolean | undefined;
}

/** The state of a device. */
export interface DeviceStatus extends Standing {
  learnerId: string;
  deviceId: string;
  /** The URL of the learner's cell, for Realtime and for RPCs. */
  url: string;
  /** The held content version; 0: none yet. */
  version: number;
  /** The chosen domains; null: all. */
  domains: string[] | null;
  /** The cache was found damaged, and the next sync fetches the damaged part. */
  isSuspect: boolean;
  outbox: OutboxCounts;
  /** So many events wait that the app should ask the learner to go online. Nothing is dropped. */
  isOutboxFull: boolean;
  /** When a sync last succeeded, by the device's clock. */
  syncedAt: string | null;
  /** Whether the server has moved what the anonymous learner did to this account; null: there was none. */
  adoption: AdoptionStatus | null;
}

/** A device. All methods except `sync`, `verify` and `repair` have written to disk when they return. */
export interface Device extends Disposable {
  /** For the app's own queries; carrel.drift describes the tables. */
  readonly db: Database;
  /** The learner's cell, for `listenInCell`: it tells when the learner has moved. */
  readonly cell: WatchedCell;
  /** The cached domains, in their order. */
  domains(): DomainRow[];
  /** A domain's skills, in their order. */
  skills(domainId: string): SkillRow[];
  /** A skill's questions, in their order. */
  questions(skillId: string): Question[];
  /** One question, if the held release has it. */
  question(questionId: string): Question | undefined;

  /** Starts a session, of one skill if it is given, and returns its id. */
  startSession(skillId?: string): string;
  /** Sessions that are still open, for example after a crash. */
  openSessions(): OpenSession[];
  /** Grades an answer and stores it. Throws DeviceError `unknown_session`, `invalid_answer`, `undeliverable` or `event_too_large`. */
  answer(answer: Answer): Graded;
  /** Ends a session, by default as completed. Throws DeviceError `unknown_session`. */
  endSession(sessionId: string, reason?: SessionEnded["body"]["reason"]): void;
  /** Advances the progress in a skill, which never goes back. */
  advance(advance: Advance): Progress;
  /** Starts over in a skill, from nothing or from a base. */
  reset(skillId: string, base?: { mastery: number; completed?: string[] | undefined }): Progress;

  /** Gives up a waiting event; the next sync hands it in as a dead letter. Support sees the first 200 characters of the reason. */
  giveUp(eventId: string, reason: string): void;
  /** Keeps a record of at most 256 KiB that could not become an event; the next sync hands it in as a dead letter. */
  deadLetter(letter: string, reason: string): void;

  /**
   * Reports that something in the app went wrong. Call the returned function once, when the app works again. After a fatal failure the
   * device reports the recovery itself when it is opened the next time. Throws DeviceError `invalid_code`.
   */
  recordFailure(failure: Failure): () => void;
  /** Stores a report about the device for support, and syncs to send it. If the sync fails, the report waits. It has no texts. */
  sendDiagnostics(facts?: DiagnosticFacts): Promise<SentDiagnostics>;

  /** Progress in a skill as the learner sees it; all zero before the learner has begun. */
  progressIn(skillId: string): Progress;
  /** The progress of every skill that the learner has begun, by skill. */
  progress(): Map<string, Progress>;
  /** Days of practice in a row up to today or yesterday, and the longest run so far. Today is by the server's clock as far as it is known. */
  streak(): Streak;

  /**
   * Exchanges everything with the server. A call during a sync joins that sync. With a hint, and nothing to send, it only fetches new content
   * and leaves the rest to the next poll. Only one process may sync a database. `syncDevice` describes the errors.
   */
  sync(o?: { hint?: ContentHint | undefined; signal?: AbortSignal | undefined }): Promise<SyncReport>;
  /** Compares the cached content with what was published, row by row. Needs no network. */
  verify(): Promise<VerifyReport>;
  /** Fetches the damaged part of the held version. `sync` does the same after `verify` has found damage. */
  repair(o?: { signal?: AbortSignal | undefined }): Promise<RepairReport>;
  /** Chooses the domains to hold; null: all. Other domains are removed at once; new ones come with the next sync. */
  setDomains(ids: readonly string[] | null): void;
  /** Says when to sync. Give it hints, and run it with `runSchedule`. */
  schedule(): Schedule;
  /** The state of the device. Needs no network. */
  status(): DeviceStatus;
}

/** Characters of a platform or an app version. */
const MAX_VERSION = 60;

function scheduledOf(context: DeviceContext): Scheduled {
  return {
    holds() {
      const { content_history: history, content_version: version, pull_cursor: cursor } = readState(
        context.db,
      );
      const domains = heldDomains(context);
      return { deviceId: context.deviceId, history, version, domains: domains && new Set(domains), cursor };
    },
    notBefore: () => notBefore(context),
    pollAfterS: () => readStanding(context).pollAfterS,
    listeningPollAfterS: () => readSteering(context.db).listening_poll_after_s,
  };
}

/** Opens a device on its database. It needs no token. Throws DeviceError `wrong_learner`, `invalid_id` or `newer_database`. */
export function openDevice(options: DeviceOptions): Device {
  const platform = supportText(options.platform ?? "", MAX_VERSION) || undefined;
  const appVersion = supportText(options.appVersion ?? "", MAX_VERSION) || undefined;
  const o = { ...options, platform, appVersion };
  const context = openContext(o);
  const { db, clock, random, learnerId, deviceId } = context;
  try {
    openTelemetry(context);
    forgetForeignSteering(db, appVersion ?? null);
    if (o.domains !== undefined) setDomains(context, o.domains);
  } catch (error) {
    db[Symbol.dispose]();
    throw error;
  }

  const client = clientOf(context, o, tokensOf(learnerId, o.getToken));
  const retry = createRetry(clock, random, () => o.retry ?? readRetryPolicy(db));
  let running: Promise<SyncReport> | undefined;
  // Work that changes the content takes turns, because it reads the cache, asks the server, and then writes.
  let turn: Promise<unknown> | undefined;
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn ? turn.then(work) : work();
    const ended = result.catch(() => {}).then(() => {
      if (turn === ended) turn = undefined;
    });
    turn = ended;
    return result;
  }

  function counted<T>(rows: T): T {
    if (context.telemetry) context.telemetry.reads++;
    return rows;
  }

  return {
    db,
    cell: watchedCell(context, o.url),
    domains: () => counted(readDomains(db)),
    skills: (domainId) => counted(readSkills(db, domainId)),
    questions: (skillId) => counted(readQuestions(db, skillId)),
    question: (questionId) => counted(readQuestion(db, questionId)),

    startSession: (skillId) => startSession(context, skillId ?? null),
    openSessions: () => openSessions(context),
    answer: (answer) => recordAnswer(context, answer),
    endSession: (sessionId, reason = "completed") => endSession(context, sessionId, reason),
    advance: (advance) => advanceProgress(context, advance),
    reset: (skillId, base) => resetProgress(context, skillId, base ?? null),

    giveUp: (eventId, reason) => db.transaction(() => giveUp(context, eventId, reason)),
    deadLetter: (letter, reason) => db.transaction(() => keepLetter(context, letter, reason)),
    recordFailure: (failure) => recordFailure(context, failure),
    // Not joined to a running sync, whose batches may have been read already.
    sendDiagnostics: (facts) =>
      sendDiagnostics(
        context,
        { ...facts, platform, appVersion },
        () => inTurn(() => syncDevice(context, { ...o, client, retry })),
      ),

    progressIn: (skillId) => progressIn(db, skillId),
    progress: () => readProgress(db),
    streak: () => readStreak(context),

    sync({ hint, signal } = {}) {
      const sync = () => inTurn(() => syncDevice(context, { ...o, client, retry, hint, signal }));
      // A running sync may have asked the server before the release of the hint, and a sync for a hint may send nothing. So none is joined.
      if (hint) return sync();
      running ??= sync().finally(() => running = undefined);
      return running;
    },
    repair: ({ signal } = {}) => inTurn(() => repairContent(context, { ...o, client, retry, signal })),
    setDomains: (ids) => setDomains(context, ids),
    schedule: () => createSchedule(scheduledOf(context), clock, random),
    async verify() {
      const since = clock.now();
      const report = await verifyContent(db);
      const { ok, rows, damaged } = report;
      tellChecked(context, rows, ok ? 0 : Math.max(damaged.length, 1), since);
      return report;
    },
    status() {
      const state = readState(db);
      const outbox = countOutbox(context);
      return {
        learnerId,
        deviceId,
        url: urlOf(context, o.url),
        version: state.content_version,
        domains: heldDomains(context),
        ...readStanding(context),
        isSuspect: state.content_suspect === 1,
        outbox,
        isOutboxFull: outbox.pending >= readSteering(db).outbox_cap,
        syncedAt: state.synced_at,
        adoption: adoptionOf(context),
      };
    },
    [Symbol.dispose]() {
      keepReads(context);
      db[Symbol.dispose]();
    },
  };
}
