// What is gathered in a moment is sent in one call.
import assert from "node:assert/strict";
import { type Collect, createCollector } from "../../functions/_shared/collector.ts";
import { Problem } from "../../functions/_shared/problem.ts";
import { testClock } from "./clock.ts";

function bench(most = 10, isPrompt = false) {
  const clock = testClock();
  const sent: string[][] = [];
  let failure: Error | undefined;
  const collect: Collect<string> = createCollector<string>({
    what: "nothing was sent",
    waitMs: 250,
    isPrompt,
    most,
    send(items) {
      sent.push(items);
      return failure ? Promise.reject(failure) : Promise.resolve();
    },
  }, clock);
  return { clock, sent, collect, fail: (error?: Error) => failure = error };
}

Deno.test("S1: items within the wait are sent in one call, with the last item of each key", async () => {
  const { clock, sent, collect } = bench();
  collect("a", "a1");
  await clock.pass(249);
  collect("b", "b1");
  collect("a", "a2");
  assert.deepEqual(sent, []);
  await clock.pass(1);
  assert.deepEqual(sent, [["a2", "b1"]]);
  await clock.pass(1000);
  assert.equal(sent.length, 1, "nothing new, nothing to send");
  collect("a", "a3");
  await clock.pass(250);
  assert.deepEqual(sent.slice(1), [["a3"]]);
});

Deno.test("S1, U8: items beyond the limit are dropped, but a newer item replaces one of its key", async () => {
  const { clock, sent, collect } = bench(2);
  for (const item of ["a1", "b1", "c1", "a2"]) collect(item.slice(0, 1), item);
  await clock.pass(250);
  assert.deepEqual(sent, [["a2", "b1"]]);
});

Deno.test("S1, U8: items of a failed call are lost, and the next call is made", async () => {
  const { clock, sent, collect, fail } = bench();
  fail(new Problem("overloaded"));
  collect("a", "a1");
  await clock.pass(250);
  fail();
  collect("b", "b1");
  await clock.pass(250);
  assert.deepEqual(sent, [["a1"], ["b1"]]);
});

Deno.test("S1: a prompt collector sends the first item at once, and then at most once in the wait", async () => {
  const { clock, sent, collect } = bench(10, true);
  collect("a", "a1");
  assert.deepEqual(sent, [["a1"]]);
  for (let ms = 0; ms < 1000; ms += 100) {
    await clock.pass(ms === 0 ? 10 : 100);
    collect("a", `a${ms}`);
  }
  await clock.pass(250);
  assert.deepEqual(sent.slice(1), [["a200"], ["a400"], ["a700"], ["a900"]]);
  await clock.pass(250);
  collect("b", "b1");
  assert.deepEqual(sent.at(-1), ["b1"], "after a rest at once");
});
