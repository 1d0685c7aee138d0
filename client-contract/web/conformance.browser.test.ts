// The device of browsers against the conformance kit, in Chromium: SQLite on OPFS, and the validator that the Vite plugin puts in zod's place.
import assert from "node:assert/strict";
import { z } from "zod";
import { openBridge } from "../../scripts/testkit/web/bridge.ts";
import { casesOf } from "../conformance/requirement.ts";
import { THEMES } from "../conformance/requirements/mod.ts";
import { run } from "../conformance/run.ts";

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

Deno.test("K2: the device in Chromium passes every case of the conformance kit", async () => {
  await using bridge = await openBridge();
  const others: string[] = [];
  for await (const { id, verdict, reason } of run(casesOf(THEMES), bridge.host)) {
    if (verdict !== "passed") others.push(`${id} ${verdict}: ${reason}`);
  }
  assert.deepEqual(others, []);
});
