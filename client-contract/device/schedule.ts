// When to sync: at the server's pace, spread by a random part, and sooner after a hint. Polls alone keep a device up to date, because
// hints may get lost. After a hint about a release only the content is fetched; there is no reason to push or pull.
import type { HintListener } from "../client/mod.ts";
import type { ContentHint, LearnerHint } from "../contract/hint.ts";
import { type Clock, clockTime } from "./clock.ts";

/** A poll comes after the server's interval, and at most this share of it later. */
const POLL_JITTER = 0.25;

/**
 * Milliseconds between two syncs that other devices of the learner cause. After a rest a push is followed at once. A device that pushes ten
 * batches a second causes four pulls a second.
 */
const LEARNER_PACE_MS = 250;

/** What a schedule needs to know of its device. */
export interface Scheduled {
  /** What the device holds; `domains` null: all; `cursor` of the last complete pull. */
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
  /** The same while the device hears hints; the longer one counts. Hints may get lost, so it still polls. */
  listeningPollAfterS(): number;
}

/** The time of the next sync. */
export interface Schedule {
  /** Milliseconds since 1970. */
  dueAt(): number;
  /** Milliseconds until then; 0: now. */
  delay(): number;
  /** Takes a hint, and returns whether it is news, which may have brought the next sync forward. */
  onHint(hint: ContentHint): boolean;
  /** The same for a hint that another device of the learner has pushed. */
  onLearnerHint(hint: LearnerHint): boolean;
  /**
   * Whether both Realtime channels are joined. While they are, polls are rarer. After a join one poll still comes at the usual
   * interval, because earlier hints were not heard. After a loss the next poll comes within the usual interval.
   */
  onListening(isListening: boolean): void;
  /**
   * A sync begins: returns the hint if a hint about content alone has caused it, otherwise undefined. Earlier hints are done with. A
   * hint from now on may be about something that this sync does not find yet.
   */
  begin(): ContentHint | undefined;
  /** A sync of everything has succeeded: the next one is a poll. */
  synced(): void;
  /** A sync has failed: the next poll comes within the usual interval, also if the device hears hints. */
  failed(): void;
}

/** A wait of some milliseconds. If the clock is set back, it begins again: it never lasts longer than from its start. */
class Wait {
  #from: number;
  constructor(readonly clock: Clock, readonly milliseconds: number) {
    this.#from = clock.now();
  }
  dueAt(): number {
    this.#from = Math.min(this.#from, this.clock.now());
    return this.#from + this.milliseconds;
  }
}

/** Makes a schedule; the first sync is due at once. */
export function createSchedule(device: Scheduled, clock: Clock, random: () => number): Schedule {
  const within = (seconds: number) => new Wait(clock, random() * seconds * 1000);
  /** What is left of a wait, as one that begins now: after the clock was set back it must not last longer than the other one. */
  const rest = (wait: Wait) => new Wait(clock, Math.max(wait.dueAt() - clock.now(), 0));
  const sooner = (a: Wait | undefined, b: Wait) => a !== undefined && a.dueAt() <= b.dueAt() ? rest(a) : b;
  const due = (wait: Wait | undefined) => wait?.dueAt() ?? Infinity;
  let poll = new Wait(clock, 0);
  let isListening = false;
  const pollIn = (seconds: number) => new Wait(clock, seconds * 1000 * (1 + random() * POLL_JITTER));
  // The newest hints that were taken: the same news again must not draw a sooner time.
  let hinted: ContentHint | undefined;
  let hintWait: Wait | undefined;
  let reported = "";
  let reportedWait: Wait | undefined;
  let pace = new Wait(clock, 0);
  /** The end of a pause by the clock as it is, which may be before 1970. It holds for hints and polls alike. */
  const pausedUntil = () => {
    const left = device.notBefore() - clockTime(clock);
    return left > 0 ? clock.now() + left : -Infinity;
  };
  const dueAt = () => Math.max(Math.min(due(poll), due(hintWait), due(reportedWait)), pausedUntil());

  return {
    dueAt,
    delay: () => Math.max(dueAt() - clock.now(), 0),
    onHint(hint) {
      const { history, version, domains } = hint;
      const held = device.holds();
      const isIn = (other: { history: string | null; version: number } | undefined) =>
        history === other?.history && version <= other.version;
      const concerns = held.domains === null || domains.some((id) => held.domains?.has(id));
      // A release that changes nothing of what the device holds can wait for the next poll.
      if (isIn(held) || isIn(hinted) || !concerns) return false;
      hinted = hint;
      hintWait = sooner(hintWait, within(hint.spread_s));
      return true;
    },
    onLearnerHint({ token, devices, spread_s }) {
      const held = device.holds();
      const isOwn = devices.every((id) => id === held.deviceId);
      // A token and a cursor of the same place are the same text. After any other token the device asks.
      if (isOwn || token === held.cursor || token === reported) return false;
      reported = token;
      const spread = within(spread_s);
      reportedWait = sooner(reportedWait, pace.dueAt() > spread.dueAt() ? pace : spread);
      return true;
    },
    onListening(listening) {
      if (isListening && !listening) poll = sooner(poll, pollIn(device.pollAfterS()));
      isListening = listening;
    },
    begin() {
      const now = clock.now();
      const isHint = due(hintWait) <= now && Math.min(due(poll), due(reportedWait)) > now;
      hintWait = undefined;
      if (isHint) return hinted;
      if (reportedWait) pace = new Wait(clock, LEARNER_PACE_MS);
      reportedWait = undefined;
      return undefined;
    },
    synced() {
      const usual = device.pollAfterS();
      poll = pollIn(isListening ? Math.max(usual, device.listeningPollAfterS()) : usual);
    },
    failed() {
      const next = pollIn(device.pollAfterS());
      poll = due(poll) > clock.now() ? sooner(poll, next) : next;
    },
  };
}

/** What keeps a device in sync. */
export interface SyncLoop extends HintListener {
  /** Ends when the signal is aborted. */
  readonly done: Promise<void>;
}

/** Syncs whenever a sync is due, until the signal is aborted. A failed sync waits for the next poll. `sync` is a device's. */
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
      try {
        await sync({ hint, signal });
        // A sync that follows a hint does not move the next poll.
        if (!hint) schedule.synced();
      } catch {
        schedule.failed();
      }
    }
  }

  return {
    onHint(hint) {
      if (schedule.onHint(hint)) wake.abort();
    },
    onLearnerHint(hint) {
      if (schedule.onLearnerHint(hint)) wake.abort();
    },
    onListening(isListening) {
      schedule.onListening(isListening);
      // The delay is measured anew: if the clock has jumped ahead, the sleep would last longer than what is left of the wait.
      wake.abort();
    },
    done: run(),
  };
}
