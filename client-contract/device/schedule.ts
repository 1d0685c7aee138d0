// When to sync: at the server's pace, spread by chance, and sooner after a hint. Polling is the truth; hints only hurry.
// Word of a release is followed to the content alone: what it tells of is no reason to push or pull.
import type { ContentHint, LearnerHint } from "../contract/hint.ts";
import type { Clock } from "./clock.ts";

/** A poll comes after the server's interval, and at most this share of it later. */
const POLL_JITTER = 0.25;

/** What a schedule needs to know of its device. */
export interface Scheduled {
  /** What is held; `domains` null: all; `cursor` of the last complete pull. */
  holds(): {
    deviceId: string;
    history: string | null;
    version: number;
    domains: ReadonlySet<string> | null;
    cursor: string | null;
  };
  /** Milliseconds since 1970 before which the server does not want to be asked. */
  notBefore(): number;
  /** Seconds until the next poll, before jitter. */
  pollAfterS(): number;
}

/** The time of the next sync. */
export interface Schedule {
  /** Milliseconds since 1970. */
  dueAt(): number;
  /** Milliseconds until then; 0: now. */
  delay(): number;
  /** Takes a hint; says whether it is news, which may have brought the next sync forward. */
  onHint(hint: ContentHint): boolean;
  /** The same for word that another device of the learner has brought something. */
  onLearnerHint(hint: LearnerHint): boolean;
  /**
   * A sync begins: gives the hint that alone has brought it on, or nothing where everything is due. Hints of before are
   * done with; one that comes from now on may tell of what this sync does not find yet.
   */
  begin(): ContentHint | undefined;
  /** A sync of everything has ended, whichever way: the next one is a poll. */
  synced(): void;
}

/** Makes a schedule; the first sync is due at once. */
export function createSchedule(device: Scheduled, clock: Clock, random: () => number): Schedule {
  let poll = clock.now();
  // Of the newest hints that were taken: the same news again must not draw a sooner time.
  let hinted: ContentHint | undefined;
  let hintDue = Infinity;
  let told = "";
  let toldDue = Infinity;
  // Hints and polls alike: who is paused is not asked.
  const dueAt = () => Math.max(Math.min(poll, hintDue, toldDue), device.notBefore());
  const within = (spreadS: number) => clock.now() + random() * spreadS * 1000;

  return {
    dueAt,
    delay: () => Math.max(dueAt() - clock.now(), 0),
    onHint(hint) {
      const { history, version, domains } = hint;
      const held = device.holds();
      const isIn = (other: { history: string | null; version: number } | undefined) =>
        history === other?.history && version <= other.version;
      const concerns = held.domains === null || domains.some((id) => held.domains?.has(id));
      // Releases that change nothing of what a device holds can wait for its next poll.
      if (isIn(held) || isIn(hinted) || !concerns) return false;
      hinted = hint;
      hintDue = Math.min(hintDue, within(hint.spread_s));
      return true;
    },
    onLearnerHint({ token, devices, spread_s }) {
      const held = device.holds();
      const isOwn = devices.every((id) => id === held.deviceId);
      // A token and a cursor that stand for the same place are the same text; any other is asked about.
      if (isOwn || token === held.cursor || token === told) return false;
      told = token;
      toldDue = Math.min(toldDue, within(spread_s));
      return true;
    },
    begin() {
      const isHint = hintDue <= clock.now() && Math.min(poll, toldDue) > clock.now();
      hintDue = Infinity;
      if (isHint) return hinted;
      toldDue = Infinity;
      return undefined;
    },
    synced() {
      poll = clock.now() + device.pollAfterS() * 1000 * (1 + random() * POLL_JITTER);
    },
  };
}

/** What keeps a device in sync. */
export interface SyncLoop {
  /** For the Realtime channel's listener. */
  onHint(hint: ContentHint): void;
  /** The same for the private channel of the learner. */
  onLearnerHint(hint: LearnerHint): void;
  /** Ends when the signal is aborted. */
  readonly done: Promise<void>;
}

/** Syncs whenever it is due, until the signal is aborted; a failed sync waits for the next poll. `sync` is a device's. */
export function runSchedule(
  schedule: Schedule,
  sync: (o: { hint?: ContentHint | undefined; signal: AbortSignal }) => Promise<unknown>,
  clock: Clock,
  signal: AbortSignal,
): SyncLoop {
  let wake = new AbortController();

  async function run(): Promise<void> {
    while (!signal.aborted) {
      wake = new AbortController();
      try {
        await clock.sleep(schedule.delay(), AbortSignal.any([signal, wake.signal]));
      } catch {
        // Woken by a hint, or at the end.
        continue;
      }
      const hint = schedule.begin();
      await sync({ hint, signal }).catch(() => {});
      // Whoever followed a hint polls when they would have polled anyway.
      if (!hint) schedule.synced();
    }
  }

  return {
    onHint(hint) {
      if (schedule.onHint(hint)) wake.abort();
    },
    onLearnerHint(hint) {
      if (schedule.onLearnerHint(hint)) wake.abort();
    },
    done: run(),
  };
}
