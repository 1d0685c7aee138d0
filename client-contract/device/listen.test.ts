// What a device hears, and whether it knows that it hears it, whatever becomes of its two channels.
import assert from "node:assert/strict";
import fc from "fast-check";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { until } from "../../scripts/local/until.ts";
import { systemClock } from "./clock.ts";
import { type HintChannel, listenForHints } from "./listen.ts";

const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const HISTORY = "0a93ab2dc16574ce";
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

function bench() {
  const open = new Map<string, Channel>();
  const joins: string[] = [];
  const calls: unknown[] = [];
  const end = new AbortController();
  const supabase = {
    realtime: {
      setAuth: () => joins.length === 0 ? Promise.reject(new Error("offline")) : Promise.resolve(),
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
  // Waiting takes a turn of the event loop.
  const clock = { ...systemClock, sleep: (_: number, signal?: AbortSignal) => systemClock.sleep(0, signal) };
  const left = listenForHints(supabase, {
    learnerId: LEARNER,
    signal: end.signal,
    clock,
    loop: {
      onHint: (hint) => void calls.push(hint),
      onLearnerHint: (hint) => void calls.push(hint),
      onListening: (isListening) => void calls.push(isListening),
    },
  });
  return { open, joins, calls, supabase, left, end };
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
