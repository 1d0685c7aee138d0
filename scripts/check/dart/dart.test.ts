// The step that checks the Dart package: which Dart it takes, and that it sees a difference.
import assert from "node:assert/strict";
import { SUBJECTS } from "../../../client-contract/conformance/subjects.ts";
import { canonical, compareSubject } from "./differential.ts";
import { readVersion } from "./find.ts";

Deno.test("a Dart that is too old for the package, or something else, is not taken", () => {
  const line = (version: string) =>
    `Dart SDK version: ${version} (stable) (Wed Apr 16 2025) on "linux_x64"\n`;
  assert.equal(readVersion(line("3.7.3")), "3.7.3");
  assert.equal(readVersion(line("3.5.0")), "3.5.0");
  assert.equal(readVersion(line("4.0.1")), "4.0.1");
  assert.equal(readVersion(line("3.4.9")), undefined);
  assert.equal(readVersion(line("2.19.6")), undefined);
  assert.equal(readVersion("dart: a game\n"), undefined);
});

Deno.test("values of two languages are compared by what they say", () => {
  assert.equal(canonical({ b: -0, a: [1.0] }), canonical({ a: [1], b: 0 }));
  assert.notEqual(canonical({ a: null }), canonical({}));
  assert.notEqual(canonical("1"), canonical(1));
});

Deno.test("a client that computes something else is found, with the smallest input and the seed", async () => {
  const settings = { lists: 3, seed: 42 };
  const run = (input: unknown) => ({ output: SUBJECTS["text.normal"]?.run(input) });
  const right = (inputs: readonly unknown[]) => Promise.resolve(inputs.map(run));
  assert.deepEqual(await compareSubject("text.normal", right, settings), []);

  const shouts = (inputs: readonly unknown[]) =>
    Promise.resolve(inputs.map((input) => ({ output: String(run(input).output).toUpperCase() })));
  const [failure] = await compareSubject("text.normal", shouts, settings);
  assert.match(failure?.message ?? "", /text\.normal.*CARREL_SEED=42/);
  assert.ok((failure?.detail ?? "").length < 200);

  const breaks = (inputs: readonly unknown[]) => Promise.resolve(inputs.map(() => ({ error: "Bad state" })));
  const [broken] = await compareSubject("text.shown", breaks, settings);
  assert.match(broken?.detail ?? "", /an exception: Bad state/);
});
