// `npm run content` against a real database: what it prints, and its exit codes.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { importBench } from "./import_bench.ts";

const COMMAND = fileURLToPath(new URL("./main.ts", import.meta.url));
const bench = await importBench({ seeded: true });
Deno.test.afterAll(() => bench[Symbol.asyncDispose]());

async function run(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", COMMAND, ...args],
    env: { SUPABASE_DB_URL: bench.url, NO_COLOR: "1", TZ: "UTC" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("C5: preview, publish, schedule, roll back and history from the command line", async () => {
  const { sql } = bench;
  assert.equal((await run("preview")).stdout, "Nothing to publish: the drafts are version 1.");

  await sql`update content.question set explanation = 'Because.' where key = 'tides_and_waves/spring_tide'`;
  const preview = await run("preview");
  assert.match(
    preview.stdout,
    /^~ question tides_and_waves\/spring_tide \(single_choice\)\n {4}explanation: ".*→ "Because\."$/m,
  );
  const hash = /publish --hash ([0-9a-f]{64})$/.exec(preview.stdout)?.[1] ?? "";
  await sql`update content.question set explanation = 'Since.' where key = 'tides_and_waves/spring_tide'`;
  const moved = await run("publish", "--hash", hash);
  assert.equal(moved.code, 1);
  assert.match(moved.stderr, /^The drafts have changed since that preview\. \(drafts_moved: [0-9a-f]{64}\)$/);
  assert.match(
    (await run("publish", "--note", "Why")).stdout,
    /^Version 2 of .*: 3 domains, 9 skills, 60 questions\.$/,
  );

  await sql`update content.question set difficulty = 5 where key = 'tides_and_waves/spring_tide'`;
  const { hash: later } = JSON.parse((await run("preview", "--json")).stdout);
  const planned = await run("schedule", "--at", "2031-01-01T06:00Z", "--hash", later, "--note", "New year");
  assert.equal(planned.stdout, "   1  2031-01-01 06:00 UTC  pending    New year");
  assert.equal((await run("schedules")).stdout, planned.stdout);
  assert.match((await run("cancel", "1")).stdout, /^ {3}1 .* cancelled {2}New year$/);
  assert.match((await run("cancel", "1")).stderr, /\(schedule_unknown: 1\)$/);

  assert.match((await run("rollback", "1", "--note", "Too early")).stdout, /^Version 3 of /);
  const history = (await run("history")).stdout.split("\n");
  assert.match(history[0] ?? "", /^ {3}3 .* \+1 -0 +60 questions {2}Too early \(back to 1\)$/);
  assert.match(history[1] ?? "", /^ {3}2 .* Why$/);
  assert.equal(history.length, 3);
});

Deno.test("C5: what the database ends is named as what it was, and why it ended", async () => {
  const { sql } = bench;
  const url = new URL(bench.url);
  url.searchParams.set("options", "-c statement_timeout=1500ms");
  const behind = async (...args: string[]) =>
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0))`;
      return await run(...args, "--db-url", `${url}`);
    });
  const [{ version } = { version: 0 }] = await sql<{ version: number }[]>`
    select max(version) as version from content.release`;
  for (const [args, work] of [[["publish"], "publish"], [["rollback", "1"], "roll-back"]] as const) {
    const { code, stderr } = await behind(...args);
    assert.equal(code, 1);
    const why = "canceling statement due to statement timeout";
    assert.equal(stderr, `The database ended the ${work} (${why}); nothing was written. (SQLSTATE 57014)`);
  }
  assert.equal((await sql`select from content.release`).count, version);
});

Deno.test("C5, C8: a change of an older schema alone is shown as such", async () => {
  const { sql } = bench;
  await sql`update content.schema set state = 'retired' where schema = 1`;
  await sql`update content.question set explanation = 'Away.' where key = 'tides_and_waves/spring_tide'`;
  await sql`select public.publish_release()`;
  await sql`update content.schema set state = 'previous' where schema = 1`;
  await sql`select ops.mark_all_drafts()`;
  const { stdout } = await run("preview");
  assert.match(stdout, /^~ question tides_and_waves\/spring_tide \(single_choice\) in schema 1 alone\n/);
  assert.match(stdout, /^1 row written, 0 withdrawn/m);
});

Deno.test("what can't be used is said in a sentence, exit code 1", async () => {
  const cases: [string[], RegExp][] = [
    [[], /^Usage: npm run content -- COMMAND .*\nThe command is missing\.$/],
    [["paint"], /^Usage: .*\nUnknown command: paint\.$/],
    [["rollback"], /^Usage: .*\nrollback takes a whole number from 1 to /],
    [["rollback", "9"], /\(release_unknown: 9\)$/],
    [["schedule", "--hash", "x", "--at", "soon"], /\n--at takes a time such as/],
    [["schedule", "--at", "2031-01-01"], /\n--hash is missing: /],
    [["preview", "more"], /\nUnexpected argument: more\.$/],
    [["history", "--db-url", "nonsense"], /take an address such as/],
    [
      ["history", "--db-url", "postgresql://postgres:sesame@127.0.0.1:1/x"],
      /^No database answers at 127\.0\.0\.1:1/,
    ],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr, stdout } = await run(...args);
    assert.equal(code, 1, args.join(" "));
    assert.match(stderr, expected);
    assert(!`${stderr}${stdout}`.includes("sesame"), "no password is shown");
  }
  assert.deepEqual(JSON.parse((await run("rollback", "9", "--json")).stdout), {
    error: "There is no release of that version any more, or not yet.",
    code: "release_unknown",
    info: "9",
  });
});
