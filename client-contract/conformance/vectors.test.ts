// The vectors of this folder are what the contract computes.
import assert from "node:assert/strict";
import { z } from "zod";
import { SUBJECTS } from "./subjects.ts";

const Index = z.object({
  files: z.array(z.object({ file: z.string(), subject: z.string(), cases: z.int() })),
});
const File = z.object({ cases: z.array(z.object({ input: z.unknown(), output: z.unknown() })) });
const readJson = async (path: string) => JSON.parse(await Deno.readTextFile(new URL(path, import.meta.url)));
const read = (file: string) => readJson(`vectors/${file}`);

Deno.test("K2: the contract gives what the vectors say, in every case of every file", async () => {
  const { files } = Index.parse(await read("index.json"));
  assert.deepEqual(files.map(({ subject }) => subject), Object.keys(SUBJECTS));
  const schema = z.fromJSONSchema(await readJson("vectors.schema.json"));
  for (const { file, subject, cases: count } of files) {
    const { cases } = File.parse(schema.parse(await read(file)));
    assert.equal(cases.length, count, file);
    for (const { input, output } of cases) {
      const given = JSON.parse(JSON.stringify(SUBJECTS[subject]?.run(input)));
      assert.deepEqual(given, output, `${subject}: ${JSON.stringify(input)}`);
    }
  }
});
