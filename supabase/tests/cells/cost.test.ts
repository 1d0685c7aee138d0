// What cells cost a request: no statement, with one cell as with several. Statements name their learner only where that is asked for.
import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../../../scripts/start/project.ts";
import { acceptTokensWithoutSession } from "../../../scripts/testkit/sign_in.ts";
import { startWire } from "../../../scripts/testkit/wire.ts";
import { openDatabase } from "../../functions/_shared/database.ts";
import { event, header, ndjson } from "../functions/bench.ts";

const LIST = [{ name: "a", url: "https://a.carrel.test", is_default: true }, {
  name: "b",
  url: "https://b.carrel.test",
}];

Deno.test("O6: a push and a pull are one statement each, without a list of cells, with one, and when the learner has moved", async () => {
  await using cleanup = new AsyncDisposableStack();
  const cluster = cleanup.use(await throwAwayCluster({ migrated: true }));
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  cleanup.defer(() => sql.end());
  await acceptTokensWithoutSession(sql);
  const wire = cleanup.use(await startWire(cluster.url("carrel_edge")));
  const plain = openDatabase(wire.url);
  const named = openDatabase(wire.url, { learnerComment: "pgdog_sharding_key" });
  // Connections are opened before anything is counted.
  await Promise.all([plain.contentHead(2), named.contentHead(2)]);
  const learner = { id: crypto.randomUUID(), deviceId: crypto.randomUUID(), token: "" };
  const caller = { learner: learner.id, session: null };
  const cut = { ...caller, cursor: null, limit: 100, atLeast: null, device: null };

  /** Round trips of a call; a statement takes one (supabase/tests/functions/pooler.test.ts). */
  const trips = async (call: () => Promise<unknown>) => {
    const before = wire.roundTrips();
    await call();
    return wire.roundTrips() - before;
  };
  const lastStatement = async () => {
    const [row] = await sql`
      select a.query from pg_stat_activity a where a.application_name = 'carrel_edge' order by a.query_start desc limit 1`;
    return String(row?.["query"]);
  };
  const both = async (database: typeof plain) => [
    await trips(() => database.sync(caller, ndjson(header(learner), event(learner)))),
    await trips(() => database.changes(cut)),
  ];
  for (const list of [[], LIST]) {
    await sql`select ops.configure_cells('a', ${JSON.stringify(list)}::text::jsonb)`;
    assert.deepEqual(await both(plain), [1, 1]);
    assert.match(await lastStatement(), /^select private\.pull_for/);
    assert.deepEqual(await both(named), [1, 1]);
    assert.ok(
      (await lastStatement()).startsWith(`/* pgdog_sharding_key: ${learner.id} */ select private.pull_for`),
    );
  }
  await sql`select ops.begin_departure(${learner.id}, 'b')`;
  for (const database of [plain, named]) {
    const push = database.sync(caller, ndjson(header(learner), event(learner)));
    await assert.rejects(push, { name: "Problem", code: "moved", retryAfter: 5 });
    assert.equal(await trips(() => database.changes(cut).catch(() => {})), 1);
  }
});
