// The check of the pages finds what is wrong in a page, and lets a true page pass.
import assert from "node:assert/strict";
import { readBlocks } from "./blocks.ts";
import { fromRoot } from "../project.ts";
import { writeExamples } from "./examples.ts";
import { followPage } from "./page.ts";
import { Bindings, differsAt } from "./volatile.ts";

const fenced = (info: string, text: string) => `\`\`\`${info}\n${text}\n\`\`\`\n\n`;
const A = "0af0b743-1474-572b-8994-0795607f5ad6";
const B = "c2e0d11c-c2cf-519c-9a6d-f07acfae0b41";

Deno.test("a page is followed in order, and every untrue block is reported where it stands", async () => {
  const page = [
    fenced("sh", "N=5\necho hello > hello.txt"),
    fenced("sh", "cat hello.txt; echo $N") + fenced("text", "hello\n5"),
    fenced("sh", "echo something else") + fenced("text", "hello"),
    fenced("sh", "exit_code_7() { return 7; }\nexit_code_7"),
    fenced("sql", "select count(*) from content.domain") + fenced("text", "count\n---\n3"),
    fenced("sql", "select 1 / 0") + fenced("text", "ERROR:  22012: division by zero"),
    fenced("json content.end", '{"kind": "end", "rows": 0, "next": null}'),
    fenced("json content.end", '{"kind": "end", "rows": "none", "next": null}'),
    fenced("text", "a block that nobody can check"),
    `<!-- Not run: it needs a hosted project. -->\n${fenced("sh", "npx supabase db push")}`,
  ].join("");
  const { passed, failures, notRun } = await followPage("a.md", page);
  assert.deepEqual([passed, notRun], [5, 1]);
  assert.deepEqual(failures.map(({ message }) => /the (\w+) block/.exec(message)?.[1]).sort(), [
    "json",
    "sh",
    "sh",
    "text",
  ]);
  assert.ok(failures.every(({ at }) => /^a\.md:\d+$/.test(at)));
});

Deno.test("a type error of an example is reported with the line of its page", async () => {
  const page = `Words.\n\n${
    fenced("ts", "import '@carrel/client-contract';\nexport const n: number = 'one';")
  }`;
  await using examples = await writeExamples(["a.md"], () => Promise.resolve(page));
  const [file = ""] = examples.files;
  assert.match(await Deno.readTextFile(file), /^import '@carrel/);
  const failure = examples.onPage({ at: `${fromRoot(file)}:2`, message: "is no number" });
  assert.deepEqual(failure, { at: "a.md:5", message: "is no number" });
  const elsewhere = { at: "scripts/a.ts:2", message: "is no number" };
  assert.deepEqual(examples.onPage(elsewhere), elsewhere);
});

Deno.test("a command and its output are one block, unless something stands between them", () => {
  const [apart, , together] = readBlocks(
    `${fenced("sh", "a")}words\n${fenced("text", "b")}${fenced("sh", "c")}${fenced("text", "d")}`,
  );
  assert.equal(apart?.output, undefined);
  assert.equal(together?.output?.text, "d\n");
});

Deno.test("an id of the page stands for one id of the run, in outputs and in the commands below", () => {
  const bindings = new Bindings();
  assert.ok(bindings.matches(`domain ${A}`, `domain   ${B}`));
  assert.equal(bindings.fill(`delete ${A}`), `delete ${B}`);
  assert.ok(bindings.matches(A, B));
  assert.ok(!bindings.matches(A, A));
});

Deno.test("times differ from run to run; words and numbers do not, unless the page says so", () => {
  const bindings = new Bindings();
  assert.ok(bindings.matches("at 2026-11-22 16:23", "at 2027-01-01 00:00"));
  assert.ok(bindings.matches("<number> events, … more", "12 events, and 3 more"));
  assert.ok(!bindings.matches("12 events", "13 events"));
  assert.ok(!bindings.matches("12 events", "12 events and a half"));
});

Deno.test("JSON is compared by value, and the path of the first difference is named", () => {
  const bindings = new Bindings();
  assert.equal(differsAt({ a: [1, { b: "…" }] }, { a: [1, { b: 7 }] }, bindings), undefined);
  assert.equal(differsAt({ a: [1, 2] }, { a: [1, 3] }, bindings), "$.a.1");
  assert.equal(differsAt({ a: 1 }, { a: 1, b: 2 }, bindings), "$.b");
  assert.equal(differsAt({ a: 1, "…": "…" }, { a: 1, b: 2 }, bindings), undefined);
  assert.equal(differsAt({ a: 1, b: 2 }, { a: 1 }, bindings), "$.b");
});
