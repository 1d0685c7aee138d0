// The reference device against all requirements, within this process: waits take no time.
import assert from "node:assert/strict";
import { deviceHost } from "./adapters/device_host.ts";
import { casesOf } from "./requirement.ts";
import { THEMES } from "./requirements/mod.ts";
import { run } from "./run.ts";

const cases = casesOf(THEMES);
/** The kit promises so many. */
const LEAST_CASES = 150;

Deno.test("K2: the kit has at least 150 cases, each with an id of its own", () => {
  assert.ok(cases.length >= LEAST_CASES, `${cases.length} cases`);
  assert.equal(new Set(cases.map(({ id }) => id)).size, cases.length);
});

Deno.test("K2: the reference device passes every case of the conformance kit", async () => {
  const others: string[] = [];
  for await (const { id, verdict, reason } of run(cases, deviceHost())) {
    if (verdict !== "passed") others.push(`${id} ${verdict}: ${reason}`);
  }
  assert.deepEqual(others, []);
});
