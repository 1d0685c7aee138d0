// The command itself: exit codes, what is printed where, and that nothing of a password is shown.
import assert from "node:assert/strict";
import { join } from "node:path";
import { until } from "../local/until.ts";
import { commandProcess, runCommand, runProcess } from "../testkit/run_command.ts";
import { connect } from "./database.ts";
import * as command from "./import.ts";
import { importBench, question } from "./import_bench.ts";

const bench = await importBench();
const folder = await Deno.makeTempDir();
Deno.test.afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

/** In a process of its own, for signals, exit codes and the environment. */
const child = (...args: string[]) =>
  commandProcess(new URL("./import.ts", import.meta.url), args, {
    SUPABASE_DB_URL: bench.url,
    INIT_CWD: folder,
  });
/** In this process, with the test's database unless `args` name one. */
const run = (args: string[]) =>
  runCommand(command, args.includes("--db-url") ? args : [...args, "--db-url", bench.url]);

async function file(name: string, ...lines: unknown[]): Promise<string> {
  const path = join(folder, name);
  await Deno.writeTextFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return path;
}

Deno.test("a valid file is imported relative to the current folder, with a summary", async () => {
  await bench.clear();
  await file("good.jsonl", question("a/1"), { ...question("a/2"), note: 1 });
  const { code, stdout, stderr } = await runProcess(child("good.jsonl"));
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.match(stdout, /^The field "note" is unknown and was ignored \(line 2\)\.$/m);
  assert.match(stdout, /^questions: 2 inserted, 0 updated, 0 unchanged, 0 withdrawn$/m);
  assert.match(stdout, /^Imported in \d+\.\d s\. Drafts only/m);
  assert.deepEqual(await bench.activeKeys(), ["a/1", "a/2"]);
});

Deno.test("C5: warnings about edits are printed with their questions", async () => {
  await bench.clear();
  const { code, stdout } = await run([await file("alike.jsonl", question("a/1", { choices: ["A", "a"] }))]);
  assert.equal(code, 0);
  assert.match(stdout, /^\? choices_alike: 1 question, choices differ only by case/m);
  assert.match(stdout, /^ {4}a\/1: choices\[0\] "A", choices\[1\] "a"$/m);
});

Deno.test("--json, --dry-run and --withdraw-missing are supported", async () => {
  await bench.clear();
  await bench.import([question("a/1")]);
  const { code, stdout } = await run([
    await file("other.jsonl", question("a/2")),
    "--json",
    "--dry-run",
    "--withdraw-missing",
  ]);
  assert.equal(code, 0);
  const result = JSON.parse(stdout);
  assert.deepEqual(result.question, { inserted: 1, updated: 0, unchanged: 0, withdrawn: 1 });
  assert.equal(result.dryRun, true);
  assert.deepEqual(await bench.activeKeys(), ["a/1"]);
});

Deno.test("invalid lines are listed with exit code 1", async () => {
  await bench.clear();
  const bad = await file("bad.jsonl", question("a/1"), { ...question("a/2"), answer: 7 }, 5);
  const plain = await run([bad]);
  assert.equal(plain.code, 1);
  assert.equal(plain.stdout, "");
  assert.equal(
    plain.stderr,
    "2 lines can't be imported; nothing was written.\n" +
      "  line 2: answer is 7, but the choices are 0 to 1\n  line 3: is not a JSON object\n",
  );
  const json = await run([bad, "--json"]);
  assert.equal(json.code, 1);
  assert.deepEqual(JSON.parse(json.stdout).problems.map(({ line }: { line: number }) => line), [2, 3]);
  assert.deepEqual(await bench.activeKeys(), []);
});

Deno.test("invalid input is reported in one sentence with exit code 1", async () => {
  await bench.clear();
  const good = await file("good.jsonl", question("a/1"));
  const bare = bench.url.replace(/\/postgres$/, "/template1");
  const cases: [string[], RegExp][] = [
    [[], /^Usage: npm run content:import -- FILE\.jsonl .*\nName one file\.$/m],
    [["missing.jsonl"], /^There is no file missing\.jsonl\.$/m],
    [["."], /^\. is a folder/],
    [[good, "--unknown"], /'--unknown'/],
    [[good, "--db-url", "nonsense"], /take an address such as/],
    [
      [good, "--db-url", "postgresql://postgres:sesame@127.0.0.1:1/x"],
      /^No database answers at 127\.0\.0\.1:1 \(ECONNREFUSED\)\. `npm start` starts the local one\./,
    ],
    [[good, "--db-url", bare], /^The database has no curriculum yet: /],
    [[good, "--db-url", bench.url.replace("postgres:postgres@", "postgres:sesame@")], /refuses the password/],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr, stdout } = await run(args);
    assert.equal(code, 1, args.join(" "));
    assert.match(stderr, expected);
    assert(!`${stderr}${stdout}`.includes("sesame"), "no password is shown");
  }
});

Deno.test("an import of more than 2 s reports its progress", async () => {
  await bench.clear();
  const good = await file("good.jsonl", question("a/1"));
  const { importing, out, said, reader } = await bench.sql.begin(async (tx) => {
    await tx`lock table content.question in exclusive mode`;
    const importing = child(good).spawn();
    const out = new Response(importing.stdout).text();
    const reader = importing.stderr.pipeThrough(new TextDecoderStream()).getReader();
    return { importing, out, said: (await reader.read()).value ?? "", reader };
  });
  let stderr = said;
  for (let part = await reader.read(); !part.done; part = await reader.read()) stderr += part.value;
  assert.equal((await importing.status).code, 0, await out);
  assert.match(stderr, /^ +(?:[2-9]|\d\d+)\.\d s {2}waiting for others who write drafts$/m);
  assert.match(stderr, /writing the drafts\n$/);
});

Deno.test("Ctrl-C cancels an import, and nothing is written", async () => {
  await bench.clear();
  const good = await file("good.jsonl", question("a/1"));
  // A transaction sees one state of pg_stat_activity.
  const watch = connect(bench.url, "watch");
  const { code, stderr } = await bench.sql.begin(async (tx) => {
    await tx`lock table content.question in exclusive mode`;
    const importing = child(good).spawn();
    await until("an import that waits", async () =>
      (await watch`
      select from pg_stat_activity where application_name = 'content:import' and wait_event_type = 'Lock'`)
        .count > 0);
    importing.kill("SIGINT");
    return await importing.output();
  });
  await watch.end();
  assert.equal(code, 130);
  assert.match(new TextDecoder().decode(stderr), /\nCancelled\. Nothing was written\.\n$/);
  assert.deepEqual(await bench.activeKeys(), []);
});
