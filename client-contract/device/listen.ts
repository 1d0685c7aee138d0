// Joins the Realtime channels of a device, hands their hints to its schedule, and says whether it can hear them.
import { ContentHint, LearnerHint } from "../contract/hint.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { SyncLoop } from "./schedule.ts";

/** Milliseconds before a channel that the server has closed is joined again: at least half of this, at most three halves. */
const REJOIN_MS = 10_000;

/** Said by the server when messages of the database begin to arrive. Before, a join alone hears nothing. */
const CONFIG = { private: true, broadcast: { replication_ready: true } } as const;

/** A channel of supabase-js, as far as hints need it. */
export interface HintChannel {
  on(type: "broadcast", filter: { event: string }, heard: (message: { payload?: unknown }) => void): this;
  on(type: "system", filter: object, told: (message: { status?: string }) => void): this;
  subscribe(changed: (status: string) => void): unknown;
}

/** A client of supabase-js that is signed in as the learner, as far as hints need it. */
export interface HintClient<Channel extends HintChannel> {
  realtime: { setAuth(): Promise<void> };
  channel(topic: string, options: { config: typeof CONFIG }): Channel;
  removeChannel(channel: Channel): Promise<unknown>;
}

/** What listening needs. */
export interface ListenOptions {
  /** UUID, lower case: the device's learner. */
  learnerId: string;
  /** What follows the hints. */
  loop: Pick<SyncLoop, "onHint" | "onLearnerHint" | "onListening">;
  /** Its abort ends listening. */
  signal: AbortSignal;
  /** By default the system's. */
  clock?: Clock | undefined;
}

/**
 * Joins the channels `content` and `learner:ID`, and stays: supabase-js joins again after a lost connection, and this function does after the
 * server has closed a channel, as it does when a token has expired. While both channels hear hints, the device polls rarely. Resolves when the
 * signal is aborted and the channels are left. Throws nothing: without Realtime the device polls.
 */
export async function listenForHints<Channel extends HintChannel>(
  supabase: HintClient<Channel>,
  { learnerId, loop, signal, clock = systemClock }: ListenOptions,
): Promise<void> {
  const heard = new Set<string>();
  let isListening = false;

  function note(topic: string, isHeard: boolean): void {
    if (isHeard) heard.add(topic);
    else heard.delete(topic);
    const hearsBoth = heard.size === 2;
    if (hearsBoth === isListening) return;
    isListening = hearsBoth;
    loop.onListening(isListening);
  }

  /** Joins a channel, and returns when it was closed. */
  async function join(topic: string, event: string, take: (payload: unknown) => void): Promise<void> {
    await supabase.realtime.setAuth();
    if (signal.aborted) return;
    const channel = supabase.channel(topic, { config: CONFIG });
    await new Promise<void>((resolve) => {
      const end = () => {
        signal.removeEventListener("abort", end);
        resolve();
      };
      signal.addEventListener("abort", end);
      channel
        .on("broadcast", { event }, ({ payload }) => take(payload))
        .on("system", {}, ({ status }) => note(topic, status === "ok"))
        .subscribe((status) => {
          if (status === "SUBSCRIBED") return;
          note(topic, false);
          if (status === "CLOSED") end();
        });
    });
    note(topic, false);
    await supabase.removeChannel(channel);
  }

  async function stay(topic: string, event: string, take: (payload: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      try {
        await join(topic, event, take);
      } catch {
        // There is no token without a network.
      }
      try {
        await clock.sleep(REJOIN_MS * (0.5 + Math.random()), signal);
      } catch {
        // The end.
      }
    }
  }

  // A payload of a later contract is ignored.
  await Promise.all([
    stay("content", "release_published", (payload) => {
      const hint = ContentHint.safeParse(payload).data;
      if (hint) loop.onHint(hint);
    }),
    stay(`learner:${learnerId}`, "learner_changed", (payload) => {
      const hint = LearnerHint.safeParse(payload).data;
      if (hint) loop.onLearnerHint(hint);
    }),
  ]);
}
