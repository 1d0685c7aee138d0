// The minimal client against the conformance kit: it passes every case but those of optional parts.
import assert from "node:assert/strict";
import { casesOf } from "../../conformance/requirement.ts";
import { THEMES } from "../../conformance/requirements/mod.ts";
import { run } from "../../conformance/run.ts";
import { minimalHost } from "./host.ts";

Deno.test("K2: the minimal client passes every case that is not of an optional part", async () => {
  const others: string[] = [];
  for await (const { id, verdict, reason } of run(casesOf(THEMES), minimalHost())) {
    if (verdict !== "passed" && verdict !== "skipped") others.push(`${id} ${verdict}: ${reason}`);
  }
  assert.deepEqual(others, []);
});
