// The reports of a run.
import assert from "node:assert/strict";
import { countVerdicts, isConformant, jsonReport, junitReport, textReport } from "./report.ts";
import type { Case, Theme } from "./requirement.ts";
import { casesOf } from "./requirement.ts";
import { type CaseResult, type Expected, run } from "./run.ts";
import { inProcess } from "./adapter/host.ts";

const pass = () => Promise.resolve();
const fail = () => Promise.reject(new Error("it sends <nothing> & waits"));
const THEME: Theme = {
  title: "Things & more",
  requirements: [
    { id: "THG-1", text: "It works. Always.", cases: { good: pass, bad: fail } },
    { id: "THG-2", text: "It has a part.", needs: ["verify"], cases: { part: pass } },
    { id: "THG-3", text: "It is known not to work.", cases: { known: fail } },
  ],
};
const mute = inProcess(() => () => Promise.resolve({ capabilities: [] }));

async function played(cases: Case[], expected: Expected = {}): Promise<CaseResult[]> {
  const results = await Array.fromAsync(run(cases, mute, expected));
  return results.map((result) => ({ ...result, seconds: 0 }));
}

Deno.test("K2: a case fails, is expected to fail, or is skipped for a part that the client lacks", async () => {
  const results = await played(casesOf([THEME]), { "THG-3": "it will" });
  assert.deepEqual(results.map(({ id, verdict }) => [id, verdict]), [
    ["THG-1.good", "passed"],
    ["THG-1.bad", "failed"],
    ["THG-2.part", "skipped"],
    ["THG-3.known", "expected"],
  ]);
  assert.equal(isConformant(countVerdicts(results)), false);
});

Deno.test("K2: an expected failure that passes has to leave the list", async () => {
  const results = await played(casesOf([THEME]).slice(0, 1), { "THG-1.good": "it did not" });
  assert.deepEqual(results.map(({ verdict }) => verdict), ["fixed"]);
  assert.equal(isConformant(countVerdicts(results)), false);
});

Deno.test("K2: the report for people names each requirement, and each failure with its reason", async () => {
  const text = textReport([THEME], await played(casesOf([THEME]), { "THG-3": "it will" }));
  assert.match(text, /FAIL {2}THG-1 {4}1\/2 {2}It works\.\n {2}skip {2}THG-2/);
  assert.match(text, /THG-1\.bad\n {2}it sends <nothing> & waits/);
  assert.match(text, /4 cases: 1 passed, 1 failed, 1 failed as expected, 1 skipped$/);
});

Deno.test("K2: JSON and JUnit have the same verdicts as the report for people", async () => {
  const results = await played(casesOf([THEME]), { "THG-3": "it will" });
  const xml = junitReport([THEME], results);
  assert.match(xml, /<testsuite name="Things &amp; more" tests="4" failures="1" skipped="2">/);
  assert.match(xml, /<failure message="it sends &lt;nothing&gt; &amp; waits">/);
  const json = JSON.parse(JSON.stringify(jsonReport("mute", [THEME], results)));
  assert.equal(json.conformant, false);
  assert.deepEqual(json.requirements.map(({ verdict }: { verdict: string }) => verdict), [
    "failed",
    "skipped",
    "expected",
  ]);
});
