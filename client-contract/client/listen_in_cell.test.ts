// A learner moves while the device listens: the device hears the hints of the cell in which the learner lives, and of no other.
import assert from "node:assert/strict";
import { until } from "../../scripts/local/until.ts";
import { systemClock } from "./clock.ts";
import type { HintChannel } from "./listen.ts";
import { listenInCell, type WatchedCell } from "./listen_in_cell.ts";

const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const [HOME, OTHER] = ["https://home.example", "https://other.example"];

class Channel implements HintChannel {
  heard: (message: { payload?: unknown }) => void = () => {};
  told: (message: { status?: string }) => void = () => {};
  on(type: "broadcast" | "system", _: object, take: (message: object) => void): this {
    if (type === "broadcast") this.heard = take;
    else this.told = take;
    return this;
  }
  subscribe(): void {}
}

Deno.test("O6, S1: after a move a device leaves the channels of the old cell, and joins those of the new one", async () => {
  const open = new Map<string, Map<string, Channel>>();
  const clientAt = (url: string) => {
    const channels = new Map<string, Channel>();
    open.set(url, channels);
    return {
      realtime: { setAuth: () => Promise.resolve() },
      channel(topic: string) {
        const channel = new Channel();
        channels.set(topic, channel);
        return channel;
      },
      removeChannel(channel: Channel) {
        for (const [topic, one] of channels) if (one === channel) channels.delete(topic);
        return Promise.resolve("ok");
      },
    };
  };
  let url = HOME;
  const watchers = new Set<() => void>();
  const cell: WatchedCell = {
    url: () => url,
    onChange(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
  const calls: unknown[] = [];
  const end = new AbortController();
  const left = listenInCell(clientAt, cell, {
    learnerId: LEARNER,
    signal: end.signal,
    clock: { ...systemClock, sleep: (_, signal) => systemClock.sleep(0, signal) },
    loop: {
      onHint: ({ version }) => calls.push(version),
      onLearnerHint: ({ token }) => calls.push(token),
      onListening: (isListening) => calls.push(isListening),
    },
  });
  const joined = async (at: string) => {
    await until(`both channels of ${at}`, () => open.get(at)?.size === 2);
    for (const channel of open.get(at)?.values() ?? []) channel.told({ status: "ok" });
  };
  const hint = (version: number) => ({
    payload: { history: "0a93ab2dc16574ce", version, domains: [], bytes: 1, spread_s: 0 },
  });

  await joined(HOME);
  open.get(HOME)?.get("content")?.heard(hint(2));
  for (const next of [OTHER, HOME]) {
    const old = open.get(url);
    url = next;
    open.delete(next);
    for (const changed of watchers) changed();
    await joined(next);
    assert.equal(old?.size, 0, "the old cell's channels are left");
    open.get(next)?.get("content")?.heard(hint(3));
  }
  assert.deepEqual(calls, [true, 2, false, true, 3, false, true, 3]);
  end.abort();
  await left;
  assert.deepEqual([open.get(HOME)?.size, watchers.size], [0, 0], "nothing is left behind");
});
