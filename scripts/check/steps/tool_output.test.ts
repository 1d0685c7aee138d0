// Each reader of a tool's output, against the pinned tool's real output for files that are wrong.
import assert from "node:assert/strict";
import { deno } from "../process.ts";
import { readTypeErrors } from "../type_errors.ts";
import { groupModule, readTestOutput } from "../run_tests.ts";
import { readFormatOutput } from "./format.ts";
import { readLintOutput } from "./lint.ts";

/** Runs a command of Deno in a folder with these files; paths in the output become relative to it. */
async function denoOn(files: Record<string, string>, args: string[]) {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const { code, stdout, stderr } = await deno(args, { cwd: folder });
    const relative = (text: string) => text.replaceAll(`file://${folder}/`, "").replaceAll(`${folder}/`, "");
    return { code, stdout: relative(stdout), stderr: relative(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("format: each file that would change is a failure with its diff", async () => {
  const { stderr, stdout } = await denoOn({ "a.ts": "f( 1 );\n", "b.ts": "f(1);\n" }, ["fmt", "--check"]);
  const [failure, ...others] = readFormatOutput(stderr + stdout);
  assert.equal(failure?.at, "a.ts");
  assert.match(failure?.detail ?? "", /\+f\(1\);/);
  assert.equal(others.length, 0);
});

Deno.test("lint: each finding has its file, line and rule", async () => {
  const { stdout } = await denoOn({ "a.ts": "\nexport const a = 1 as any;\n" }, ["lint", "--json"]);
  const [failure] = readLintOutput(stdout);
  assert.equal(failure?.at, "a.ts:2");
  assert.match(failure?.message ?? "", /no-explicit-any/);
});

Deno.test("lint: a file that cannot be parsed is a failure", async () => {
  const { stdout } = await denoOn({ "a.ts": "const = ;\n" }, ["lint", "--json"]);
  assert.equal(readLintOutput(stdout).length, 1);
});

Deno.test("types: each error has its file, line and code", async () => {
  const files = { "a.ts": 'export const a: number = "x";\nexport const b: string = 1;\n' };
  const { stdout, stderr } = await denoOn(files, ["check", "--quiet"]);
  const failures = readTypeErrors(stderr + stdout, "deno check");
  assert.deepEqual(failures.map(({ at }) => at), ["a.ts:1", "a.ts:2"]);
  assert.match(failures[0]?.message ?? "", /^Type 'string' is not assignable .* \(TS2322\)$/);
});

Deno.test("types: an output without type errors is shown unchanged", () => {
  const [failure, ...others] = readTypeErrors("error: Module not found", "deno check");
  assert.deepEqual(failure, {
    at: "deno check",
    message: "deno check failed",
    detail: "error: Module not found",
  });
  assert.equal(others.length, 0);
});

const TEST_RUN = ["test", "-A", "--no-check", "--parallel"];

Deno.test("deno test: cases are counted, and a failing one has its place and its difference", async () => {
  const { code, stdout, stderr } = await denoOn({
    "a.test.ts": `import assert from "node:assert/strict";
Deno.test("holds", () => {});
Deno.test("does not hold", () => assert.equal(1, 2));
Deno.test.ignore("is left out", () => {});
`,
    "b.test.ts": `Deno.test("holds too", () => {});\n`,
  }, TEST_RUN);
  const { passed, failures } = readTestOutput(code, stdout, stderr);
  assert.equal(passed, 2);
  assert.deepEqual(failures.map(({ at, message }) => `${at} ${message}`), ["a.test.ts:3 does not hold"]);
  assert.match(failures[0]?.detail ?? "", /1 !== 2/);
});

Deno.test("deno test: a file of a group that fails to load is a failure, and the others are tested", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    const files = {
      "a.test.ts": `throw new Error("broken");\n`,
      "b.test.ts":
        `Deno.test("holds", () => {});\nDeno.test("does not hold", () => { throw new Error("b"); });\n`,
      "c.test.ts": `Deno.test.beforeEach(() => {});\n`,
    };
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const group = { "group.ts": groupModule(folder, Object.keys(files)) };
    const { code, stdout, stderr } = await denoOn(group, [...TEST_RUN, "group.ts"]);
    const { passed, failures } = readTestOutput(code, stdout, stderr);
    assert.equal(passed, 1);
    const found = new Map(failures.map(({ message, at, detail }) => [message, { at, detail: detail ?? "" }]));
    assert.deepEqual([...found.keys()].sort(), ["a.test.ts loads", "c.test.ts loads", "does not hold"]);
    assert.equal(found.get("a.test.ts loads")?.at, "a.test.ts");
    assert.match(found.get("a.test.ts loads")?.detail ?? "", /broken/);
    assert.match(found.get("c.test.ts loads")?.detail ?? "", /beforeEach would run for other files/);
    assert.match(found.get("does not hold")?.at ?? "", /b\.test\.ts:2$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno test: a run that dies is a failure with its last lines", async () => {
  const { code, stdout, stderr } = await denoOn({
    "a.test.ts": `Deno.test("dies", () => Deno.kill(Deno.pid, "SIGKILL"));\n`,
  }, TEST_RUN);
  const { failures } = readTestOutput(code, stdout, stderr);
  assert.equal(failures.length, 1);
  assert.match(failures[0]?.message ?? "", /^ended with code/);
});
