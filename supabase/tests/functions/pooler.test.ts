// The functions behind a transaction pooler, as on hosted: several workers share two connections to the database.
import assert from "node:assert/strict";
import fc from "fast-check";
import postgres from "postgres";
import { throwAwayCluster } from "../../../scripts/start/project.ts";
import { until } from "../../../scripts/local/until.ts";
import { findPgbouncer, startPooler } from "../../../scripts/testkit/pooler.ts";
import { acceptTokensWithoutSession } from "../../../scripts/testkit/sign_in.ts";
import { startWire } from "../../../scripts/testkit/wire.ts";
import { type Database, openDatabase } from "../../functions/_shared/database.ts";
import { Problem } from "../../functions/_shared/problem.ts";
import { settings } from "../properties/settings.ts";
import { event, header, ndjson } from "./bench.ts";

const binary = await findPgbouncer();
if (!binary) {
  console.log(
    "There is no PgBouncer: `scripts/testkit/fetch_debian.sh pgbouncer pgbouncer libevent-2.1-7 libc-ares2` fetches it.",
  );
}

const CONNECTIONS = 2;
const WORKERS = 3;

async function start(pgbouncer: string) {
  await using cleanup = new AsyncDisposableStack();
  const cluster = cleanup.use(await throwAwayCluster({ migrated: true }));
  const sql = postgres(cluster.url("postgres"), { max: 2, onnotice: () => {} });
  cleanup.defer(() => sql.end());
  await acceptTokensWithoutSession(sql);
  const pooler = cleanup.use(await startPooler(pgbouncer, cluster, CONNECTIONS));
  const kept = cleanup.move();
  return {
    sql,
    pooler,
    workers: Array.from({ length: WORKERS }, () => openDatabase(pooler.url)),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const newLearner = () => ({ id: crypto.randomUUID(), deviceId: crypto.randomUUID(), token: "" });
type Learner = ReturnType<typeof newLearner>;

const send = (database: Database, { id }: Learner, batch: string) =>
  database.sync({ learner: id, session: null }, batch).then(({ answer }) => JSON.parse(answer));

/** The code of the problem that a call ends with. */
const refusal = (call: Promise<unknown>) =>
  call.then(() => "none", (error: unknown) => error instanceof Problem ? error.code : Promise.reject(error));

const statement = fc.oneof(
  fc.record({ kind: fc.constantFrom("head" as const), schema: fc.constantFrom(1, 2) }),
  fc.record({ kind: fc.constantFrom("page" as const), limit: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ kind: fc.constantFrom("push" as const), events: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constantFrom("refused page" as const, "refused node" as const) }),
);

type Asked = typeof statement extends fc.Arbitrary<infer T> ? T : never;

Deno.test({
  name: "U8: behind a transaction pooler every caller gets the answer to its own statement",
  ignore: !binary,
  async fn() {
    await using bench = await start(binary ?? "");
    const { sql, workers } = bench;
    const [release] = await sql<{ history: string; version: number }[]>`
      select private.history() as history, max(version) as version from content.release`;
    assert.ok(release);
    const { history, version } = release;
    const cut = { history, schema: 2, since: 0, until: version, domains: null, after: null, same: false };
    const node = { history, schema: 2, version, id: crypto.randomUUID(), after: null, limit: 10 };
    const check = async (worker: Database, asked: Asked) => {
      const learner = newLearner();
      switch (asked.kind) {
        case "head":
          return assert.equal(JSON.parse(await worker.contentHead(asked.schema)).schema, asked.schema);
        case "page": {
          const page = await worker.contentPage({ ...cut, limit: asked.limit });
          const [row] = await sql`
            select private.content_page(${history}, 2::smallint, 0, ${version}, null, null, ${asked.limit}) as page`;
          return assert.equal(page, row?.page);
        }
        case "push": {
          const events = Array.from({ length: asked.events }, () => event(learner));
          const top = header(learner);
          const { batch } = await send(worker, learner, ndjson(top, ...events));
          assert.equal(batch.batch_id, top.batch_id);
          return assert.deepEqual(batch.results, events.map(({ id }) => ({ id, status: "applied" })));
        }
        case "refused page": {
          const page = worker.contentPage({ ...cut, history: "f".repeat(16), limit: 10 });
          return assert.equal(await refusal(page), "history_changed");
        }
        case "refused node":
          return assert.equal(await refusal(worker.contentNode(node)), "not_found");
      }
    };
    const calls = fc.array(fc.tuple(fc.nat(WORKERS - 1), statement), { minLength: 10, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(calls, async (calls) => {
        await Promise.all(calls.map(([worker, asked]) => check(workers[worker] ?? assert.fail(), asked)));
      }),
      settings(5),
    );
    const [pool] = await sql`
      select count(*)::int as connections from pg_stat_activity where usename = 'carrel_edge'`;
    assert.equal(pool?.connections, CONNECTIONS, "the workers' twelve connections share two");
  },
});

Deno.test({
  name:
    "U8: behind a transaction pooler a cancelled statement and a lost connection fail their own caller alone",
  ignore: !binary,
  async fn() {
    await using bench = await start(binary ?? "");
    const { sql, pooler, workers } = bench;
    const [first, second] = workers;
    assert.ok(first && second);
    const learner = newLearner();
    const batch = ndjson(header(learner), event(learner));
    await send(first, learner, ndjson(header(learner), event(learner)));

    await sql.begin(async (tx) => {
      await tx`select from learner.state where user_id = ${learner.id} for update`;
      /** The batch waits for the row, and whoever else asks is answered, until the batch's connection or statement ends. */
      const lose = async (end: (pid: number) => Promise<unknown>) => {
        const waiting = refusal(send(first, learner, batch));
        let pid = 0;
        await until("the batch to wait", async () => {
          const [row] = await sql`
            select pid from pg_stat_activity where usename = 'carrel_edge' and wait_event_type = 'Lock'`;
          pid = row?.pid ?? 0;
          return pid > 0;
        });
        const others = workers.map((worker) => worker.contentHead(2));
        for (const answer of await Promise.all(others)) assert.match(answer, /"version"/);
        await end(pid);
        assert.equal(await waiting, "overloaded");
      };
      await lose((pid) => sql`select pg_cancel_backend(${pid})`);
      await lose((pid) => sql`select pg_terminate_backend(${pid})`);
      await lose(() => pooler.restart());
    });

    for (const worker of workers) assert.match(await worker.contentHead(2), /"version"/);
    // PostgreSQL may have finished the statement whose caller was lost.
    assert.match((await send(second, learner, batch)).batch.results[0].status, /^(applied|duplicate)$/);
    assert.equal((await send(first, learner, batch)).batch.results[0].status, "duplicate");
    const [kept] = await sql`select count(*)::int as events from learner.event where user_id = ${learner.id}`;
    assert.equal(kept?.events, 2);
  },
});

Deno.test("U8: a statement takes one round trip, however many parameters it has", async () => {
  await using cleanup = new AsyncDisposableStack();
  const cluster = cleanup.use(await throwAwayCluster({ migrated: true }));
  const wire = cleanup.use(await startWire(cluster.url("carrel_edge")));
  const database = openDatabase(wire.url);
  const { history, version } = JSON.parse(await database.contentHead(2));
  const ask = async (call: () => Promise<unknown>) => {
    const before = wire.roundTrips();
    await call();
    return wire.roundTrips() - before;
  };
  assert.equal(await ask(() => database.contentExisting()), 1, "without a parameter");
  assert.equal(await ask(() => database.contentHead(2)), 1);
  assert.equal(await ask(() => database.contentManifest(history, 2, version)), 1);
  const learner = newLearner();
  const refused = refusal(send(database, learner, ndjson(header(learner), event(learner))));
  assert.equal(await ask(() => refused), 1, "a refusal");
  assert.equal(await refused, "unauthenticated");
  assert.equal(await ask(() => database.contentHead(2)), 1, "after the refusal, on the same connection");
});
