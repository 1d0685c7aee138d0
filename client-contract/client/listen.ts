// Joins the Realtime channels of a learner, hands their hints on, and says whether it can hear them.
import { ContentHint, LearnerHint } from "../contract/hint.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Foreground, runInForeground } from "./foreground.ts";

/** Milliseconds before a channel that the server has closed is joined again: at least half of this, at most three halves. */
const REJOIN_MS = 10_000;

/** Milliseconds in the background after which the channels are left. Realtime itself drops a client that is silent for a minute. */
const BACKGROUND_MS = 60_000;

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

/** What follows the hints: the loop of a device, or the app's own. */
export interface HintListener {
  /** A release was published: ask for the head after a random part of `spread_s`. */
  onHint(hint: ContentHint): void;
  /** The learner's rows have changed: pull. */
  onLearnerHint(hint: LearnerHint): void;
  /** Whether both channels are joined. Hints from before a join are lost, so after each join ask once at the usual interval. */
  onListening(isListening: boolean): void;
}

/** What listening needs. */
export interface ListenOptions {
  /** UUID, lower case: the learner who is signed in. */
  learnerId: string;
  /** What follows the hints. */
  loop: HintListener;
  /** After a minute in the background the channels are left; in the foreground they are joined again, with a fresh token. */
  foreground?: Foreground | undefined;
  /** Its abort ends listening. */
  signal: AbortSignal;
  /** By default the system's. */
  clock?: Clock | undefined;
}

/**
 * Joins the channels `content` and `learner:ID`, and stays. supabase-js joins again after a lost connection. This function does after the
 * server has closed a channel, as it does when a token has expired, and when the app returns from the background. Before each join the token
 * is refreshed if that is due. While both channels hear hints, an app polls rarely. Resolves when the signal is aborted and the channels are
 * left. Throws nothing: without Realtime an app polls.
 */
export async function listenForHints<Channel extends HintChannel>(
  supabase: HintClient<Channel>,
  { foreground, signal, clock = systemClock, ...o }: ListenOptions,
): Promise<void> {
  const work = (signal: AbortSignal) => stayJoined(supabase, { ...o, signal, clock });
  if (foreground) await runInForeground(foreground, { awayMs: BACKGROUND_MS, clock, signal }, work);
  else await work(signal);
}

/** What staying joined needs. */
interface StayOptions extends Pick<ListenOptions, "learnerId" | "loop" | "signal"> {
  clock: Clock;
}

/** Joins both channels, again after each end, until the signal is aborted. Throws nothing. */
async function stayJoined<Channel extends HintChannel>(
  supabase: HintClient<Channel>,
  { learnerId, loop, signal, clock }: StayOptions,
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
          // supabase-js joins again by itself, with the token that it holds: an expired one would be refused again and again.
          else supabase.realtime.setAuth().catch(() => {});
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
