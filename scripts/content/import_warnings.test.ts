// What an import warns of: edits that are allowed and often a mistake.
import assert from "node:assert/strict";
import { counted, importBench, question } from "./import_bench.ts";

const bench = await importBench();
const { sql } = bench;
Deno.test.afterAll(() => bench[Symbol.asyncDispose]());

Deno.test("C5: an import warns of keys and texts that changed places, and of texts that look wrong", async () => {
  await bench.clear();
  const keys = ["yes", "no", "maybe"].map((_, n) => `a/${n + 1}`);
  const lines = keys.map((key, n) => question(key, { choices: ["yes", "no", "maybe"], answer: n }));
  assert.deepEqual((await bench.import(lines)).edits, []);
  assert.deepEqual((await bench.import(lines)).edits, []);

  const slipped = lines.map((line, n) => ({ ...line, answer: (n + 1) % 3 }));
  const dry = await bench.import(slipped, { dryRun: true });
  assert.deepEqual(dry.edits.map(({ warning, count }) => [warning, count]), [["keys_moved", 3]]);
  assert.deepEqual(dry.edits[0]?.examples.map(({ key, detail }) => [key, detail])[0], [
    "a/1",
    '{"choice": 0} → {"choice": 1}',
  ]);
  const corrected = lines.map((line, n) => n === 0 ? { ...line, answer: 2 } : line);
  assert.deepEqual((await bench.import(corrected, { dryRun: true })).edits, []);

  const swapped = lines.map((line, n) => ({ ...line, key: keys[n === 0 ? 1 : n === 1 ? 0 : n] ?? "" }));
  assert.deepEqual(
    (await bench.import(swapped, { dryRun: true })).edits.map(({ warning, count }) => [warning, count]),
    [["texts_moved", 2]],
  );

  const odd = [
    question("b/1", { choices: ["A", "a"] }),
    question("b/2", { question: "Caf\u00c3\u00a9?" }),
    question("b/3", { type: "short_text", choices: [], answer: ["na\u00efve", "NA\u00cfVE"] }),
    question("b/4", { type: "short_text", choices: [], answer: ["co\u00adop"] }),
  ];
  assert.deepEqual(
    (await bench.import(odd)).edits.map(({ warning, examples }) => [warning, examples[0]?.key]),
    [["accepted_alike", "b/3"], ["choices_alike", "b/1"], ["invisible_characters", "b/4"], [
      "wrong_encoding",
      "b/2",
    ]],
  );
});

Deno.test("C5: an import keeps the rule that a short text names", async () => {
  await bench.clear();
  const line = question("a/1", { type: "short_text", choices: [], answer: ["yes"], normalisation: 1 });
  await bench.import([line]);
  const [row] = await sql`select answer from content.question`;
  assert.deepEqual(row?.answer, { accepted: ["yes"], normalisation: 1 });
  assert.deepEqual(counted(await bench.import([line]), "question"), [0, 0, 1, 0]);
});
