// `npm run support` against a database, and the saved queries for Studio. In this process, so that one database serves all.
import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { UsageError } from "../command/command.ts";
import { PROJECT_FOLDER } from "../generate/artifact.ts";
import { throwAwayCluster } from "../start/project.ts";
import { ask, explain } from "./ask.ts";
import { COMMAND, readCall } from "./command.ts";
import { render, renderDevices } from "./render.ts";
import { parseArgs } from "node:util";

const LEARNER = "1ea40000-0000-4000-8000-000000000001";
const OTHER = "1ea40000-0000-4000-8000-000000000002";
const DEVICE = "7b0c5b5e-0c4e-4c8e-9a64-0a5e3c9d1f10";
const EVENT = "01KB8Q9T3V0000000000000001";

/** The call of a command line. */
function read(...args: string[]) {
  const { values, positionals } = parseArgs({ args, options: COMMAND.options, allowPositionals: true });
  return readCall({ values, operands: positionals });
}

async function fill(sql: postgres.Sql): Promise<void> {
  for (const learner of [LEARNER, OTHER]) {
    await sql`insert into auth.users (id, email) values (${learner}, ${`${learner.at(-1)}@carrel.test`})`;
    await sql`insert into auth.sessions (id, user_id) values (${learner}, ${learner})`;
    const event = (n: number, type: string, body: object) =>
      JSON.stringify({
        id: EVENT.slice(0, -1) + n,
        type,
        version: 1,
        learner_id: learner,
        device_id: DEVICE,
        occurred_at: "2026-11-30T07:51:00Z",
        utc_offset_minutes: 60,
        body,
      });
    const header = {
      batch_id: `01KB8Q9T3V00000000000000A${learner.at(-1)}`,
      device_id: DEVICE,
      sent_at: "2026-11-30T08:00:00Z",
      contract_version: 1,
      platform: "ios",
      app_version: "1.4.0",
    };
    const report = {
      platform: "ios",
      waiting: 3,
      quarantined: 1,
      held_back: 0,
      dead: 0,
      content_version: 0,
      damaged: false,
      codes: ["network_failed"],
    };
    const lines = learner === LEARNER
      ? [
        event(1, "session.started", { session_id: EVENT, content_version: 1 }),
        event(2, "progress.advanced", { skill_id: DEVICE, mastery: 400 }),
        event(3, "app.reported", report),
      ]
      : [event(4, "app.failed", { code: "disk.full", fatal: true })];
    await sql`select private.ingest_for(${learner}, ${learner}, ${
      [JSON.stringify(header), ...lines].join("\n")
    })`;
  }
}

Deno.test("O2: npm run support finds a learner, an event, devices, failures and quarantined events", async (t) => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const url = cluster.url("postgres");
  const sql = postgres(url, { max: 1, onnotice: () => {}, prepare: false, fetch_types: false });
  await fill(sql);
  const run = async (...args: string[]) => {
    const call = read(...args, "--reason", "ticket 4711");
    return render(call, await ask(sql, call, "ticket 4711"));
  };
  const refused = (...args: string[]) => run(...args).then(() => "", (error) => String(explain(error, url)));

  await t.step("O2: find prints a table with the learner's state", async () => {
    assert.match(await run("find", " 1@carrel.test"), new RegExp(`email +${LEARNER} +present`));
    assert.equal(await run("find", "nobody@carrel.test"), "Nothing was found.");
    assert.match(await refused("find", "Ada"), /`query` must be the id .* \(support_invalid: query\)$/);
  });
  await t.step("O2: event prints one answer in words", async () => {
    const text = await run("event", EVENT, "--learner", "1@carrel.test");
    assert.match(
      text,
      new RegExp(`^${EVENT}: applied\n  Applied: session\\.started, .* It started a session\\.`),
    );
  });
  await t.step(
    "O2: timeline takes an e-mail address and filters, and names the cursors of the next pages",
    async () => {
      const text = await run("timeline", "1@carrel.test", "--kind", "batch,report", "--limit", "5");
      assert.match(text, /batch +3 events: 2 applied, 0 duplicate, 1 quarantined, 0 to retry/);
      assert.match(text, /report +report of a device: ios , 3 waiting, 1 quarantined, 0 given up/);
      const cursor = /older: --after '(.*)'/.exec(text)?.[1] ?? assert.fail(text);
      assert.equal(
        await run("timeline", LEARNER, "--kind", "batch,report", "--after", cursor),
        "Nothing was found.",
      );
    },
  );
  await t.step("O2: a device of two learners is refused with both ids", async () => {
    assert.match(await refused("timeline", DEVICE), new RegExp(`2 learners have .*${LEARNER}.*${OTHER}`));
  });
  await t.step("O2: devices prints each device and its newest report", async () => {
    const call = read("devices", LEARNER, "--reason", "ticket 4711");
    const reports = await ask(sql, read("timeline", LEARNER, "--kind", "report", "--reason", "x"), "x");
    // deno-lint-ignore no-explicit-any -- parsed by the calls below
    const text = renderDevices(await ask(sql, call, "x") as any, reports as any);
    assert.match(text, new RegExp(`${DEVICE} +ios 1\\.4\\.0`));
    assert.match(text, /Report of .*:\n(.*\n)* {2}codes +network_failed/);
  });
  await t.step(
    "O2: quarantine hides texts, discard settles an event, errors counts all learners",
    async () => {
      const text = await run("quarantine", LEARNER);
      assert.match(text, /open invalid_event body\.mastery, seen once/);
      assert.doesNotMatch(text, /"mastery"/);
      const [id = ""] = text.split("\n");
      assert.match(await run("discard", LEARNER, id), /discarded/);
      assert.match(await run("errors"), /1 +1 +app +disk\.full +ios +1\.4\.0/);
    },
  );
  await t.step("O2: every look is recorded with the reason and the name of the caller", async () => {
    const [row] = await sql`
      select count(*)::integer as looks, bool_and(a.after ->> 'reason' is not null) as reasons from ops.audit a where a.action like 'support\\_%'`;
    assert.ok(Number(row?.looks) > 10);
    assert.equal(row?.reasons, true);
  });
  await t.step("O2: each saved query for Studio runs", async () => {
    const folder = join(PROJECT_FOLDER, "supabase/snippets");
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
    assert.ok(names.length >= 9);
    for (const name of names) {
      const text = await Deno.readTextFile(join(folder, name));
      assert.match(text, /^-- .*\.\n/, `${name} says what it is for`);
      await sql.unsafe(text).catch((error) => assert.fail(`${name}: ${error}`));
    }
  });
  await sql.end();
});

Deno.test("O2: npm run support refuses a command line that it cannot use", () => {
  const refusal = (...args: string[]) => {
    try {
      read(...args);
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    return "";
  };
  assert.equal(refusal(), "The command is missing.");
  assert.equal(refusal("paint"), "Unknown command: paint.");
  assert.match(refusal("find", "x"), /^--reason is missing/);
  assert.match(refusal("event", "--reason", "x"), /^event takes the id of an event/);
  assert.match(refusal("timeline", LEARNER, "--reason", "x", "--from", "soon"), /^--from takes a time/);
  assert.match(refusal("timeline", LEARNER, "--reason", "x", "--limit", "501"), /from 1 to 500/);
  assert.equal(refusal("timeline", LEARNER, "--reason", "x", "--device", "zzz"), "--device takes a UUID.");
  assert.equal(refusal("grant", "jane", "--reason", "x"), "grant takes a UUID.");
  assert.match(refusal("errors", "extra", "--reason", "x"), /^Unexpected argument: extra/);
});
