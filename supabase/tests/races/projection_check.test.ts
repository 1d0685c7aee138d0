// The nightly check takes no lock: a learner who syncs meanwhile is neither held up nor called damaged.
import assert from "node:assert/strict";
import { until } from "../../../scripts/local/until.ts";
import { ingest, testDatabase } from "../properties/database.ts";
import { attempts } from "./events.ts";

Deno.test("I6: a learner who syncs during the check is same or busy, never different", async () => {
  await using database = await testDatabase();
  const [writer, checker] = [database.connect(), database.connect()];
  const [question] = await database.sql<
    { id: string }[]
  >`select id from content.question where status = 'active' limit 1`;
  const learner = crypto.randomUUID();
  assert.ok(question);
  await ingest(writer, learner, attempts(question.id, 10));
  const seen = new Map<string, number>();
  let batches = 0;
  let checking = true;
  const write = (async () => {
    while (checking) {
      await ingest(writer, learner, attempts(question.id, 10));
      batches++;
    }
  })();
  const check = async () => {
    const [row] = await checker<
      { result: string }[]
    >`select private.check_projection(${learner}) as result`;
    seen.set(row?.result ?? "", (seen.get(row?.result ?? "") ?? 0) + 1);
  };
  let checks = 0;
  await until("a race that took place", async () => {
    await check();
    return ++checks >= 40 && batches > 30 && seen.has("busy");
  }, 0).finally(() => checking = false);
  await write;
  await check();
  assert.ok((seen.get("same") ?? 0) > 0);
  assert.deepEqual([...seen.keys()].sort(), ["busy", "same"]);
  assert.equal((await writer`select from ops.projection_difference`).length, 0);
  const copies = await writer`select distinct user_id from learner.attempt`;
  assert.deepEqual(copies.map((row) => row.user_id), [learner], "no copy is left");
});
