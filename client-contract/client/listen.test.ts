// What a device hears, and whether it knows that it hears it, whatever becomes of its two channels.
import assert from "node:assert/strict";
import fc from "fast-check";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { until } from "../../scripts/local/until.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Foreground, pageForeground } from "./foreground.ts";
import { type HintChannel, listenForHints } from "./listen.ts";

const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const HISTORY = "0a93ab2dc16574ce";
const BACKGROUND_MS = 60_000;
const TOPICS = ["content", `learner:${LEARNER}`];

/** A channel of which the test decides what happens. */
class Channel implements HintChannel {
  #heard: (message: { payload?: unknown }) => void = () => {};
  #told: (message: { status?: string }) => void = () => {};
  #changed: (status: string) => void = () => {};
  constructor(readonly topic: string) {}
  on(type: "broadcast" | "system", _: object, take: (message: object) => void): this {
    if (type === "broadcast") this.#heard = take;
    else this.#told = take;
    return this;
  }
  subscribe(changed: (status: string) => void): void {
    this.#changed = changed;
  }
  hear = (payload: unknown) => this.#heard({ payload });
  /** `ready` is the server's word that messages of the database arrive, the others are states of the channel. */
  become(state: string): void {
    if (state === "ready") this.#told({ status: "ok" });
    else if (state === "error") this.#told({ status: "error" });
    else this.#changed(state);
  }
}

function bench(foreground?: Foreground) {
  const open = new Map<string, Channel>();
  const joins: string[] = [];
  let refreshes = 0;
  const calls: unknown[] = [];
  const end = new AbortController();
  const supabase = {
    realtime: {
      setAuth() {
        refreshes++;
        return joins.length === 0 ? Promise.reject(new Error("offline")) : Promise.resolve();
      },
    },
    channel(topic: string) {
      const channel = new Channel(topic);
      open.set(topic, channel);
      joins.push(topic);
      return channel;
    },
    removeChannel(channel: Channel) {
      if (open.get(channel.topic) === channel) open.delete(channel.topic);
      return Promise.resolve("ok");
    },
  };
  // Waiting takes a turn of the event loop, but for the minute in the background, which the test ends.
  let now = 0;
  let isFrozen = false;
  const clock: Clock = {
    ...systemClock,
    now: () => now,
    sleep: (milliseconds, signal) =>
      milliseconds === BACKGROUND_MS && isFrozen ? new Promise(() => {}) : systemClock.sleep(0, signal),
  };
  const left = listenForHints(supabase, {
    learnerId: LEARNER,
    signal: end.signal,
    clock,
    foreground,
    loop: {
      onHint: (hint) => void calls.push(hint),
      onLearnerHint: (hint) => void calls.push(hint),
      onListening: (isListening) => void calls.push(isListening),
    },
  });
  return {
    open,
    joins,
    calls,
    supabase,
    left,
    end,
    refreshes: () => refreshes,
    freeze: (isNow: boolean) => isFrozen = isNow,
    advance: (milliseconds: number) => now += milliseconds,
  };
}

Deno.test("S1: hints of both channels reach the schedule, and payloads of a later contract are ignored", async () => {
  const t = bench();
  // The first token could not be refreshed.
  t.joins.push("nothing yet");
  await until("both channels", () => t.open.size === 2);
  const [content, learner] = TOPICS.map((topic) => t.open.get(topic));
  const hint = { history: HISTORY, version: 2, domains: [], bytes: 1, spread_s: 0 };
  const learnerHint = { token: `${HISTORY}.4`, devices: [LEARNER], spread_s: 0 };
  content?.hear({ ...hint, id: "of Realtime" });
  content?.hear({ ...hint, version: "two" });
  learner?.hear(learnerHint);
  learner?.hear(undefined);
  assert.deepEqual(t.calls, [hint, learnerHint]);
  t.end.abort();
  await t.left;
  assert.equal(t.open.size, 0, "both channels are left");
});

Deno.test("U8, S1: a device counts as listening exactly while both channels hear the database", async () => {
  const states = ["SUBSCRIBED", "ready", "ready", "ready", "error", "CHANNEL_ERROR", "TIMED_OUT", "CLOSED"];
  const step = fc.record({ topic: fc.constantFrom(...TOPICS), state: fc.constantFrom(...states) });
  const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
    const t = bench();
    t.joins.push("nothing yet");
    const isReady = new Map(TOPICS.map((topic) => [topic, false]));
    const closed = new Map<string, Channel>();
    const expected: boolean[] = [];
    for (const { topic, state } of steps) {
      // One that the server has closed is joined again.
      await until("the channel", () => t.open.has(topic) && t.open.get(topic) !== closed.get(topic), 0);
      const channel = t.open.get(topic);
      channel?.become(state);
      if (channel && state === "CLOSED") closed.set(topic, channel);
      if (state !== "SUBSCRIBED") isReady.set(topic, state === "ready");
      const isListening = [...isReady.values()].every(Boolean);
      if (isListening !== (expected.at(-1) ?? false)) expected.push(isListening);
      assert.deepEqual(t.calls, expected);
    }
    t.end.abort();
    await t.left;
    assert.equal(t.open.size, 0);
    assert.equal(t.calls.at(-1) ?? false, false, "who has left does not listen");
  });
  await fc.assert(property, settings(50));
});

/** A page of which the test decides whether people see it. */
class Page extends EventTarget {
  visibilityState = "visible";
  show(isVisible: boolean): void {
    this.visibilityState = isVisible ? "visible" : "hidden";
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

/** A bench whose page is seen, and whose channels hear. */
async function joined() {
  const page = new Page();
  const t = bench(pageForeground(page));
  t.joins.push("nothing yet");
  const join = async () => {
    await until("both channels", () => t.open.size === 2, 0);
    for (const channel of t.open.values()) channel.become("ready");
  };
  await join();
  return { ...t, page, join };
}

Deno.test("S1: an app that is long in the background leaves its channels, and joins them with a fresh token when it is back", async () => {
  const t = await joined();
  t.page.show(false);
  await until("the channels to be left", () => t.open.size === 0);
  assert.deepEqual(t.calls, [true, false]);
  const { joins: { length }, refreshes } = t;
  const before = refreshes();
  await systemClock.sleep(5);
  assert.equal(t.joins.length, length, "in the background nothing is joined");
  t.page.show(true);
  await t.join();
  assert.deepEqual(t.calls, [true, false, true]);
  assert.equal(t.refreshes(), before + 2, "each join asks for a token");
  t.page.show(false);
  await until("the channels to be left again", () => t.open.size === 0);
  t.end.abort();
  await t.left;
  t.page.show(true);
  assert.equal(t.open.size, 0, "an end in the background is an end");
});

Deno.test("S1: channels are joined anew after the platform froze the app's timers, and stay over a short look elsewhere", async () => {
  const t = await joined();
  t.freeze(true);
  const channels = [...t.open.values()];
  t.page.show(false);
  t.advance(BACKGROUND_MS - 1);
  t.page.show(true);
  await systemClock.sleep(5);
  assert.deepEqual([...t.open.values()], channels);
  assert.deepEqual(t.calls, [true]);
  t.page.show(false);
  t.page.show(false);
  t.advance(BACKGROUND_MS);
  t.page.show(true);
  await until(
    "other channels",
    () => t.open.size === 2 && [...t.open.values()].every((one) => !channels.includes(one)),
  );
  await t.join();
  assert.deepEqual(t.calls, [true, false, true]);
  t.end.abort();
  await t.left;
  assert.equal(t.open.size, 0);
});

Deno.test("S1, U10: after a refused join supabase-js gets a fresh token for its next one", async () => {
  const t = await joined();
  const before = t.refreshes();
  t.open.get("content")?.become("CHANNEL_ERROR");
  t.open.get("content")?.become("TIMED_OUT");
  assert.equal(t.refreshes(), before + 2);
  t.joins.length = 0;
  t.open.get("content")?.become("CHANNEL_ERROR");
  t.end.abort();
  await t.left;
});
