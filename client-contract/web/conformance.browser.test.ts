// The device of browsers against the conformance kit, in Chromium: SQLite on OPFS, and the validator that the Vite plugin puts in zod's place.
import assert from "node:assert/strict";
import { z } from "zod";
import { openBridge } from "../../scripts/testkit/web/bridge.ts";
import { textReport } from "../conformance/report.ts";
import { casesOf } from "../conformance/requirement.ts";
import { THEMES } from "../conformance/requirements/mod.ts";
import { type CaseResult, run } from "../conformance/run.ts";
import { EXPECTED_FAILURES } from "./expected_failures.ts";

const VECTORS = new URL("../conformance/vectors/", import.meta.url);
const Index = z.object({ files: z.array(z.object({ file: z.string(), subject: z.string() })) });
const File = z.object({ cases: z.array(z.object({ input: z.unknown(), output: z.unknown() })) });
/** A subject that is computed on SQLite of Node. The kit's cases show the same of a device. */
const ON_NODE = "outbox.step";
const readJson = async (file: string) => JSON.parse(await Deno.readTextFile(new URL(file, VECTORS)));

Deno.test("K2: the device in Chromium computes every vector", async () => {
  await using bridge = await openBridge();
  const { files } = Index.parse(await readJson("index.json"));
  for (const { file, subject } of files.filter(({ subject }) => subject !== ON_NODE)) {
    const { cases } = File.parse(await readJson(file));
    const outputs = await bridge.run(subject, cases.map(({ input }) => input));
    assert.deepEqual(outputs, cases.map(({ output }) => output), subject);
  }
});

/** What a browser's network and a killed worker may break. `CARREL_ALL_CASES=1` plays all cases, in about twelve minutes. */
const IDS = [
  "OUT-1.reply_lost",
  "RTY-6.reply_broken",
  "CON-1.line_separators",
  "CON-3.reply_cut",
  "CON-3.killed",
  "CON-4.first_page",
  "CON-4.end_line_lost",
];
const isAll = Deno.env.get("CARREL_ALL_CASES") === "1";

Deno.test("K2: the device in Chromium passes the conformance kit", async () => {
  await using bridge = await openBridge();
  const cases = casesOf(THEMES).filter(({ id }) => isAll || IDS.includes(id));
  assert.ok(cases.length >= IDS.length);
  const results: CaseResult[] = [];
  for await (const result of run(cases, bridge.host, EXPECTED_FAILURES)) results.push(result);
  if (isAll) console.log(textReport(THEMES, results));
  const others = results.filter(({ verdict }) => verdict !== "passed" && verdict !== "expected");
  assert.deepEqual(others.map(({ id, verdict, reason }) => `${id} ${verdict}: ${reason}`), []);
});
