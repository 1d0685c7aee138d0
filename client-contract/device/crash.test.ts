// The process is killed (SIGKILL) at random moments, while it studies and syncs with a server behind a bad network:
// no answer that was kept is lost, none counts twice. CARREL_SEED repeats the choices (not the moments),
// CARREL_RUNS makes it longer.
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { runSeed, settings } from "../../supabase/tests/properties/settings.ts";
import { deviceId, openLab } from "../../scripts/testkit/device/devices.ts";
import type { ChildOptions } from "../../scripts/testkit/device/crash_child.ts";
import { BAD_NETWORK, withFaults } from "../../scripts/testkit/device/faults.ts";
import { seededRandom } from "../../scripts/testkit/device/random.ts";
import { type Handle, startTestServer } from "../../scripts/testkit/device/server.ts";
import { publishedLines, serverAttempts, serverProgress } from "../../scripts/testkit/device/server_rows.ts";

const Line = z.object({ id: z.string(), body: z.string() });
const CHILD = new URL("../../scripts/testkit/device/crash_child.ts", import.meta.url).pathname;
/** Milliseconds that a device goes on, at most, once it has said the lines of its life. */
const LIFETIME_MS = 300;
/** It opened, tried, and kept one answer. */
const KEEPING_LINES = 3;
/** Lines in a life after these, at most: a slow machine would kill by time alone what has not done anything yet. */
const LIFETIME_LINES = 20;

/** Runs a device until it has said some lines and gone on for some time, then kills it; gives what it said. */
async function liveAndDie(
  o: z.infer<typeof ChildOptions>,
  lines: number,
  lifetimeMs: number,
): Promise<string[]> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", CHILD, JSON.stringify(o)],
    stdout: "piped",
    stderr: "inherit",
  });
  const child = command.spawn();
  let said = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said.split("\n").length > lines) timer ??= setTimeout(() => child.kill("SIGKILL"), lifetimeMs);
  }
  const { signal } = await child.status;
  clearTimeout(timer);
  assert.equal(signal, "SIGKILL", "the device ended by itself");
  // Each line is one write, far below what a pipe takes as a whole.
  return said.trimEnd().split("\n");
}

Deno.test("K3, I4: kill -9 at any moment neither loses nor duplicates an answer", async () => {
  await using server = await startTestServer();
  const seed = runSeed();
  const random = seededRandom(seed);
  using lab = openLab(seed);
  const learnerId = crypto.randomUUID();
  // Requests come at other moments in each run: they draw from their own numbers, or the lives would be other ones, too.
  const bad: Handle = withFaults(server.handle, seededRandom(seed + 1), BAD_NETWORK);
  await using listener = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
  }, bad);
  const file = join(lab.folder, "1.sqlite");
  const rounds = settings(20).numRuns;
  const tried = new Set<number>();
  const kept = new Map<number, string>();
  let midAnswer = 0;

  for (let round = 0; round < rounds; round++) {
    const o = {
      file,
      learnerId,
      deviceId: deviceId(1),
      url: `http://127.0.0.1:${listener.addr.port}`,
      seed: seed + round,
      first: round * 100_000 + 1,
    };
    // Every other one may die as soon as it is open; the others live to keep an answer.
    const lines = round % 2 === 0 ? 1 : KEEPING_LINES + Math.ceil(random() * LIFETIME_LINES);
    const said = await liveAndDie(o, lines, random() * LIFETIME_MS);
    for (const line of said) {
      const [word, n, id] = line.split(" ");
      if (word === "try") tried.add(Number(n));
      if (word === "kept" && id) kept.set(Number(n), id);
    }
    if (said.at(-1)?.startsWith("try")) midAnswer++;
    {
      using db = new DatabaseSync(file);
      assert.deepEqual(
        { ...db.prepare("pragma integrity_check").get() },
        { integrity_check: "ok" },
        `seed ${seed}`,
      );
    }
    if (round % 5 === 4) {
      await server.sql`update content.question set explanation = ${`round ${round}`}
        where id = (select min(id::text)::uuid from content.question)`;
      await server.sql`select public.publish_release()`;
    }
  }

  using device = lab.open(1, { learnerId, handle: server.handle });
  await device.sync();
  const about = `seed ${seed}, ${kept.size} answers kept, ${midAnswer} kills in the middle of one`;
  const ids = await serverAttempts(server.sql, learnerId);
  const rows = await server.sql<{ n: number }[]>`
    select duration_ms as n from learner.attempt where user_id = ${learnerId} order by duration_ms`;
  const counted = rows.map(({ n }) => n);
  assert.ok(kept.size >= Math.floor(rounds / 2), about);
  assert.deepEqual([...kept.values()].filter((id) => !ids.includes(id)), [], `lost: ${about}`);
  assert.deepEqual(counted.filter((n, place) => counted[place - 1] === n), [], `doubled: ${about}`);
  assert.deepEqual(counted.filter((n) => !tried.has(n)), [], `from nowhere: ${about}`);
  assert.deepEqual(device.progress(), await serverProgress(server.sql, learnerId), about);
  assert.equal(
    [...device.progress().values()].reduce((sum, { attempts }) => sum + attempts, 0),
    counted.length,
  );
  assert.equal(device.status().outbox.pending, 0);
  const half = device.db.all(Line, "select event_id as id, answer as body from attempt where pulled = 0");
  assert.deepEqual(half, [], "an attempt without its event");
  const cached = device.db.all(Line, "select id, body from content_row order by id");
  assert.deepEqual(new Map(cached.map(({ id, body }) => [id, body])), await publishedLines(server.sql));
});
