// When an isolate that failed is booted again; the isolates are made up, and so is the time.
import assert from "node:assert/strict";
import { BootFailed, type Isolate } from "./isolate/isolate.ts";
import { createSlot } from "./slot.ts";

function bench() {
  let time = 0;
  let boots = 0;
  let isBroken = true;
  let die = () => {};
  const lines: string[] = [];
  const slot = createSlot({
    slug: "made-up",
    index: 0,
    measured: false,
    graceMs: 0,
    now: () => time,
    log: (line) => lines.push(line),
    launch() {
      boots++;
      if (isBroken) return Promise.reject(new BootFailed("it is broken"));
      const ended = new Promise<string>((resolve) => die = () => resolve("it died"));
      const isolate: Isolate = {
        pid: 1,
        ended,
        fetch: () => Promise.resolve(new Response()),
        stop: () => Promise.resolve(),
      };
      return Promise.resolve(isolate);
    },
  });
  return {
    lines,
    pass: (ms: number) => time += ms,
    mend: () => isBroken = false,
    use: () => slot.use(() => Promise.resolve("used")),
    /** Boots so far, after one more use that fails. */
    async fail() {
      await assert.rejects(slot.use(() => Promise.resolve()), BootFailed);
      return boots;
    },
    async kill() {
      die();
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

Deno.test("an isolate waits twice as long to start after each failure in a row, up to 5 s", async () => {
  const b = bench();
  const waits = [100, 200, 400, 800, 1600, 3200, 5000, 5000];
  assert.equal(await b.fail(), 1);
  for (const [failures, wait] of waits.entries()) {
    b.pass(wait - 1);
    assert.equal(await b.fail(), failures + 1, "refused at once");
    b.pass(1);
    assert.equal(await b.fail(), failures + 2);
  }
  b.pass(5000);
  b.mend();
  assert.equal(await b.use(), "used");
});

Deno.test("an isolate that dies waits before it starts, and a useful one resets the wait", async () => {
  const b = bench();
  b.mend();
  for (let life = 1; life <= 3; life++) {
    assert.equal(await b.use(), "used");
    await b.kill();
    assert.equal(await b.fail(), life, "refused at once");
    b.pass(100);
  }
  assert.equal(b.lines.filter((line) => line === "Function made-up ended: it died").length, 3);
});
