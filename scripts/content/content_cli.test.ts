// `npm run content` against a real database: what it prints, and its exit codes.
import assert from "node:assert/strict";
import { withoutProgress } from "../command/progress.ts";
import { until } from "../local/until.ts";
import { commandProcess, runCommand, runProcess } from "../testkit/run_command.ts";
import { connect } from "./database.ts";
import { importBench } from "./import_bench.ts";
import * as content from "./main.ts";

const bench = await importBench({ seeded: true });
// Times are shown in the caller's zone.
Deno.env.set("TZ", "UTC");
Deno.test.afterAll(() => bench[Symbol.asyncDispose]());

/** In a process of its own, for signals, exit codes and the environment. */
const child = (args: string[], env: Record<string, string> = {}) =>
  commandProcess(new URL("./main.ts", import.meta.url), args, { SUPABASE_DB_URL: bench.url, ...env });

/** In this process, with the test's database unless `args` name one; without the last line's end. */
async function run(...args: string[]) {
  const url = args.includes("--db-url") ? [] : ["--db-url", bench.url];
  const { code, stdout, stderr } = await runCommand(content, [...args, ...url]);
  return { code, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
}

Deno.test("C5: preview, publish, schedule, roll back and history work from the command line", async () => {
  const { sql } = bench;
  assert.deepEqual(await runProcess(child(["preview"])), {
    code: 0,
    stdout: "Nothing to publish: the drafts are version 1.\n",
    stderr: "",
  });

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
  assert.match(moved.stderr, /^The drafts have changed since the preview\. \(drafts_moved: [0-9a-f]{64}\)$/);
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

Deno.test("C5: a statement that the database cancelled is reported with the reason", async () => {
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
    assert.equal(
      stderr,
      `The database ended the ${work} (${why}); nothing was written. (SQLSTATE 57014)`,
    );
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

Deno.test("C5: a preview of many withdrawals prints a publish command that works, and publishing nothing says so", async () => {
  const { sql } = bench;
  await sql`update content.question set status = 'withdrawn' where key like 'tides_and_waves/%' or key like '%/w%'`;
  await sql`update content.question set status = 'withdrawn' where id in (select id from content.question order by id limit 30)`;
  const preview = await run("preview");
  const command = /^npm run content -- (publish --force --hash [0-9a-f]{64})$/m.exec(preview.stdout)?.[1] ??
    "";
  const unforced = await run(...command.replace("--force ", "").split(" "));
  assert.match(unforced.stderr, /\(release_needs_force\)\nTo do it anyway, add --force\.$/);
  assert.match((await run(...command.split(" "))).stdout, /^Version \d+ of .* UTC: 3 domains/);
  assert.match(
    (await run("publish")).stdout,
    /^Nothing was published: version \d+ already has this content\.$/,
  );
});

Deno.test("C5: a time without a zone is local, and is shown with the zone; a time in the past wants --force", async () => {
  await bench.sql`update content.question set difficulty = 4 where key like '%/s%'`;
  const { hash } = JSON.parse((await run("preview", "--json")).stdout);
  const plan = async (at: string, TZ: string) =>
    (await runProcess(child(["schedule", "--at", at, "--hash", hash], { TZ }))).stdout.trimEnd();
  assert.match(await plan("2031-07-01T06:00", "Europe/Berlin"), / {2}2031-07-01 06:00 \+02:00 {2}pending$/);
  assert.match(await plan("2031-07-01", "America/New_York"), / {2}2031-07-01 00:00 -04:00 {2}pending$/);
  assert.match(await plan("2031-07-01T06:00Z", "Asia/Kolkata"), / {2}2031-07-01 11:30 \+05:30 {2}pending$/);
  assert.match(await plan("2031-07-01 06:00+02:00", "UTC"), / {2}2031-07-01 04:00 UTC {2}pending$/);
  const past = ["schedule", "--at", "2020-01-01T06:00", "--hash", hash];
  const refused = await run(...past);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /must not be in the past\. .*\(malformed_request: at\)\nTo do it anyway, add --force\.$/,
  );
  assert.match((await run(...past, "--force")).stdout, / {2}2020-01-01 06:00 UTC {2}pending$/);
  await bench
    .sql`update content.schedule set state = 'cancelled', finished_at = now() where state = 'pending'`;
});

Deno.test("C5: Ctrl-C cancels a publish; without the database's answer it may have been committed", async () => {
  const { sql } = bench;
  // A transaction sees one state of pg_stat_activity.
  const watch = connect(bench.url, "watch");
  const interrupt = async (...signals: Deno.Signal[]) =>
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0))`;
      const publish = child(["publish"]).spawn();
      await until("a publish that waits", async () =>
        (await watch`
        select from pg_stat_activity where application_name = 'content' and wait_event_type = 'Lock'`).count >
          0);
      for (const signal of signals) publish.kill(signal);
      const { code, stdout, stderr } = await publish.output();
      // What nobody waits for any more would go on once the lock is free.
      await tx`select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'content'`;
      return [code, ...[stdout, stderr].map((bytes) => withoutProgress(new TextDecoder().decode(bytes)))];
    });
  const before = (await sql`select from content.release`).count;
  const asked = "Cancelling. Press Ctrl-C again to stop without an answer.\n";
  assert.deepEqual(await interrupt("SIGINT"), [130, "", `${asked}Cancelled. Nothing was written.\n`]);
  const unknown = "Stopped without an answer. The change may have been committed: " +
    "`npm run content -- history` shows it.\n";
  assert.deepEqual(await interrupt("SIGINT", "SIGTERM"), [130, "", asked + unknown]);
  assert.equal((await sql`select from content.release`).count, before);
  await watch.end();
});

Deno.test("invalid input is reported in one sentence with exit code 1", async () => {
  const cases: [string[], RegExp][] = [
    [[], /^Usage: npm run content -- COMMAND .*\nThe command is missing\.$/],
    [["paint"], /^Usage: .*\nUnknown command: paint\.$/],
    [["rollback"], /^Usage: .*\nrollback takes a whole number from 1 to /],
    [["rollback", "9"], /\(release_unknown: 9\)$/],
    [["schedule", "--hash", "x", "--at", "soon"], /\n--at takes a time such as/],
    [["schedule", "--hash", "x", "--at", "2027-02-30T06:00"], /\n--at takes a time such as/],
    [["schedule", "--hash", "x", "--at", "0001-01-01"], /\n--at takes a time such as/],
    [["publish", "--db-url", ""], /\nThe value of --db-url is empty\.$/],
    [["schedule", "--at", "2031-01-01"], /\n--hash is missing: /],
    [["preview", "more"], /\nUnexpected argument: more\.$/],
    [["history", "--db-url", "nonsense"], /take an address such as/],
    [["history", "--db-url", "http://x"], /take an address such as/],
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
    error: "This release does not exist, or is no longer kept.",
    code: "release_unknown",
    info: "9",
  });
});
