// When to sync: at the server's pace, spread by chance, and sooner after a hint. Polling is the truth; hints only hurry.
import type { ContentHint, LearnerHint } from "../hint.ts";
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
  /** A sync has ended, whichever way: the next one is a poll. */
  synced(): void;
}

/** Makes a schedule; the first sync is due at once. */
export function createSchedule(device: Scheduled, clock: Clock, random: () => number): Schedule {
  let due = clock.now();
  // Of the newest hint that was taken: the same news again must not draw a sooner time.
  let hinted = "";
  let told = "";
  // Hints and polls alike: who is paused is not asked.
  const dueAt = () => Math.max(due, device.notBefore());
  const hurry = (spreadS: number) => due = Math.min(due, clock.now() + random() * spreadS * 1000);

  return {
    dueAt,
    delay: () => Math.max(dueAt() - clock.now(), 0),
    onHint({ history, version, domains, spread_s }) {
      const held = device.holds();
      const isHeld = history === held.history && version <= held.version;
      const concerns = held.domains === null || domains.some((id) => held.domains?.has(id));
      const key = `${history}.${version}`;
      // Releases that change nothing of what a device holds can wait for its next poll.
      if (isHeld || !concerns || key === hinted) return false;
      hinted = key;
      hurry(spread_s);
      return true;
    },
    onLearnerHint({ token, devices, spread_s }) {
      const held = device.holds();
      const isOwn = devices.every((id) => id === held.deviceId);
      // A token and a cursor that stand for the same place are the same text; any other is asked about.
      if (isOwn || token === held.cursor || token === told) return false;
      told = token;
      hurry(spread_s);
      return true;
    },
    synced() {
      due = clock.now() + device.pollAfterS() * 1000 * (1 + random() * POLL_JITTER);
    },
  };
}

/** What keeps a device in sync. */
export interface SyncLoop {
  /** For the Realtime channel's listener. */
  onHint(hint: ContentHint): void;
  onLearnerHint(hint: LearnerHint): void;
  /** Ends when the signal is aborted. */
  readonly done: Promise<void>;
}

/** Syncs whenever it is due, until the signal is aborted; a failed sync waits for the next poll. */
export function runSchedule(
  schedule: Schedule,
  sync: (o: { signal: AbortSignal }) => Promise<unknown>,
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
      await sync({ signal }).catch(() => {});
      schedule.synced();
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
