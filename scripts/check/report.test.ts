import assert from "node:assert/strict";
import { closingLine, renderStep } from "./report.ts";
import { runSteps } from "./run_steps.ts";
import type { Step, StepReport } from "./step.ts";

const silent = { start() {}, note() {}, end() {} };
const step = (name: string, run: Step["run"]): Step => ({ name, about: "", run });
const report = (part: Partial<StepReport>): StepReport => ({
  name: "lint",
  seconds: 1.25,
  passed: 0,
  failures: [],
  ...part,
});

Deno.test("a step without anything to check has failed", async () => {
  const empty = step("empty", () => Promise.resolve({ passed: 0, failures: [] }));
  const [result] = await runSteps([empty], 2, silent);
  assert.equal(result?.failures[0]?.message, "the step found nothing to check");
});

Deno.test("a skipped step is neither passed nor failed", async () => {
  const skipped = step("skipped", () => Promise.resolve({ passed: 0, failures: [], skipped: "not here" }));
  const reports = await runSteps([skipped], 2, silent);
  assert.equal(closingLine(reports), "0 passed, 0 failed");
  assert.match(renderStep(report({ skipped: "not here" })), /skipped: not here/);
});

Deno.test("a step that throws has failed, and the other steps still run", async () => {
  const broken = step("broken", () => Promise.reject(new Error("no disk")));
  const fine = step("fine", () => Promise.resolve({ passed: 3, failures: [] }));
  const reports = await runSteps([broken, fine], 1, silent);
  assert.deepEqual(reports.map(({ name }) => name), ["broken", "fine"]);
  assert.match(reports[0]?.failures[0]?.detail ?? "", /no disk/);
  assert.equal(closingLine(reports), "3 passed, 1 failed");
});

Deno.test("no more steps than lanes run at once", async () => {
  let running = 0;
  let most = 0;
  const slow = (name: string) =>
    step(name, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return { passed: 1, failures: [] };
    });
  await runSteps(["a", "b", "c", "d"].map(slow), 2, silent);
  assert.equal(most, 2);
});

Deno.test("failures of one place are printed below one heading", () => {
  const failures = [
    { at: "a.sql:3", message: "is wrong", detail: "have: 1\nwant: 2" },
    { at: "a.sql:3", message: "is odd" },
    { at: "b.sql", message: "is missing" },
  ];
  assert.equal(
    renderStep(report({ passed: 4, failures })),
    `lint             1.3 s  FAILED  4 passed, 3 failed

    a.sql:3
      is wrong
        have: 1
        want: 2
      is odd

    b.sql
      is missing

`,
  );
});

Deno.test("very many failures are counted, not printed", () => {
  const failures = Array.from({ length: 40 }, (_, index) => ({ at: `f${index}`, message: "is wrong" }));
  const text = renderStep(report({ failures }));
  assert.match(text, /and 15 more/);
  assert.match(text, /0 passed, 40 failed/);
});
