// A database with data is migrated while devices push and pull. Before 1.0 there is no earlier release to start from, so the migrations
// are written for this test.
import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { migrate } from "../../../scripts/local/postgres/migrate.ts";
import { SqlFileFailed } from "../../../scripts/local/postgres/sql_error.ts";
import type { Stack } from "../../../scripts/local/stack.ts";
import { until } from "../../../scripts/local/until.ts";
import { SUPABASE_FOLDER } from "../../../scripts/start/project.ts";
import {
  type Answer,
  call,
  event,
  header,
  type Learner,
  ndjson,
  newLearner,
  push,
  startBench,
} from "../functions/bench.ts";

const LEARNERS = 4;
const EVENTS = 5;
/** They take tables that every batch writes, and hold these for half a second. A lock that does not come soon fails the migration. */
const MIGRATIONS = {
  "20990101000000_columns.sql": `
    set local lock_timeout = '1s';
    alter table learner.event add column note text not null default 'none';
    alter table learner.session add column note text not null default 'none';
    alter table learner.device add column note text not null default 'none';
    select pg_sleep(0.5);`,
  "20990102000000_function.sql": `
    set local lock_timeout = '1s';
    do $$
    begin
      execute replace(pg_get_functiondef('private.refuse_absent(uuid)'::regprocedure), 'begin', E'begin\\n  -- Replaced.');
    end
    $$;`,
  "20990103000000_index.sql": "create index concurrently device_note_idx on learner.device (user_id, note);",
};

/** Applies the test's migrations after the project's, again where a lock did not come in time. */
async function upgrade(stack: Stack): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "carrel-upgrade-" });
  try {
    const target = join(folder, "migrations");
    await Deno.mkdir(target);
    for await (const { name } of Deno.readDir(join(SUPABASE_FOLDER, "migrations"))) {
      await Deno.copyFile(join(SUPABASE_FOLDER, "migrations", name), join(target, name));
    }
    for (const [name, text] of Object.entries(MIGRATIONS)) await Deno.writeTextFile(join(target, name), text);
    const applied: string[] = [];
    await until("the upgrade", async () => {
      try {
        await migrate(stack.dbUrl(), folder, (line) => applied.push(line.replace("Applying ", "")));
        return true;
      } catch (error) {
        if (error instanceof SqlFileFailed && ["55P03", "40P01"].includes(error.code)) return false;
        throw error;
      }
    });
    return [...new Set(applied)];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What one device has seen. */
interface Traffic {
  /** Events that the server has taken. */
  events: number;
  answers: number;
  delayed: number;
  failures: string[];
}

/** Repeats a request while it is answered with 503 and Retry-After, as a device does. */
async function send(traffic: Traffic, request: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await request();
    traffic.answers++;
    if (answer.status !== 503 || !/^[1-9]\d*$/.test(answer.headers.get("retry-after") ?? "")) return answer;
    traffic.delayed++;
  }
}

async function syncOnce(stack: Stack, learner: Learner, traffic: Traffic): Promise<void> {
  const lines = Array.from({ length: EVENTS }, () => event(learner));
  const body = ndjson(header(learner, { pull: { cursor: null } }), ...lines);
  const pushed = await send(traffic, () => push(stack, learner, body));
  const results: { status: string }[] = pushed.body?.batch?.results ?? [];
  const taken = results.filter(({ status }) => ["applied", "duplicate"].includes(status)).length;
  traffic.events += taken;
  if (taken !== EVENTS) traffic.failures.push(`push: ${pushed.status} ${JSON.stringify(pushed.body)}`);
  for (const path of [`/sync?device=${learner.deviceId}`, "/content/head"]) {
    const answer = await send(traffic, () => call(stack, learner, path));
    if (answer.status !== 200) {
      traffic.failures.push(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
  }
}

Deno.test("U3, I4: an upgrade under traffic fails no request and loses no event", async () => {
  await using stack = await startBench();
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  await using _ = { [Symbol.asyncDispose]: () => sql.end() };
  const learners = await Promise.all(Array.from({ length: LEARNERS }, () => newLearner(stack)));
  const traffic = learners.map((): Traffic => ({ events: 0, answers: 0, delayed: 0, failures: [] }));
  const round = async (n: number) => {
    const [learner, seen] = [learners[n], traffic[n]];
    if (learner && seen) await syncOnce(stack, learner, seen);
  };
  await Promise.all(learners.map((_, n) => round(n)));
  const before = traffic.reduce((sum, { answers }) => sum + answers, 0);

  const upgrading = upgrade(stack);
  let isUpgraded = false;
  const done = () => void (isUpgraded = true);
  upgrading.then(done, done);
  await Promise.all(learners.map(async (_, n) => {
    // One round more, by connections that knew the database before.
    do await round(n); while (!isUpgraded);
    await round(n);
  }));

  assert.deepEqual(await upgrading, Object.keys(MIGRATIONS));
  assert.deepEqual(traffic.flatMap(({ failures }) => failures), []);
  const during = traffic.reduce((sum, { answers }) => sum + answers, 0) - before;
  assert.ok(during >= 2 * 3 * LEARNERS, "requests were answered during the upgrade and after it");
  for (const [n, learner] of learners.entries()) {
    const [row] = await sql`
      select count(*)::int as events, count(*) filter (where e.note = 'none')::int as upgraded,
        (select count(*)::int from learner.session s where s.user_id = ${learner.id} and s.note = 'none') as sessions
      from learner.event e where e.user_id = ${learner.id}`;
    const events = traffic[n]?.events;
    assert.deepEqual({ ...row }, { events, upgraded: events, sessions: events });
  }
  const [built] = await sql`
    select indisvalid as valid, pg_get_functiondef('private.refuse_absent(uuid)'::regprocedure) like '%Replaced.%' as replaced
    from pg_index where indexrelid = 'learner.device_note_idx'::regclass`;
  assert.deepEqual({ ...built }, { valid: true, replaced: true });
});
