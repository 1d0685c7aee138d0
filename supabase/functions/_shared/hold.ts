// Delays refusals, so that a client that asks again at once does not keep an isolate busy.
import { type Clock, systemClock } from "./clock.ts";

/** The delay. It limits a client that retries at once on 20 connections to 20 requests a second. */
const HOLD_MS = { least: 500, spread: 1000 };
/** The most refusals delayed at once. Further refusals are sent without delay. */
const MOST_HELD = 1000;

/** Waits before a refusal is sent. */
export function createHold(clock: Clock = systemClock): () => Promise<void> {
  let held = 0;
  return async () => {
    if (held >= MOST_HELD) return;
    held++;
    const ms = HOLD_MS.least + Math.random() * HOLD_MS.spread;
    await new Promise<void>((resolve) => clock.after(ms, resolve));
    held--;
  };
}
