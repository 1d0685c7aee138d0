// What a caller waits for if the database is some way off: the functions, without HTTP, behind a link of 2 ms each way.
import postgres from "postgres";
import type { Clock } from "../../supabase/functions/_shared/clock.ts";
import { openDatabase } from "../../supabase/functions/_shared/database.ts";
import { serveFunction } from "../../supabase/functions/_shared/serve.ts";
import { contentHandler } from "../../supabase/functions/content/handler.ts";
import { syncHandler } from "../../supabase/functions/sync/handler.ts";
import { throwAwayCluster } from "../start/project.ts";
import { signIn } from "../testkit/sign_in.ts";
import { liftBuckets, publishChanges } from "./bench_stack.ts";
import { batchOf, newSender } from "./ingest_batches.ts";
import { publishedContent } from "./ingest_sql.ts";
import { ceiling, median, type Result, runPair } from "./measure.ts";
import { startWire } from "../testkit/wire.ts";

const DELAY_MS = 2;
/** Calls of a run. */
const CALLS = 20;

/** Times of their own for caches, so that a call finds them as cold as it wants. */
function clockThatJumps(): Clock & { jump(): void } {
  let ahead = 0;
  return {
    now: () => performance.now() + ahead,
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    jump: () => ahead += 2000,
  };
}

/** A call that devices make, its request made anew each time. */
interface Call {
  name: string;
  /** Milliseconds that it may take. */
  limit?: number;
  send(): Promise<Response>;
}

/** Runs the measurement: `runs` pairs of a few calls each. The baseline is a query that reads nothing. */
export async function benchLink(
  runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using cleanup = new AsyncDisposableStack();
  const cluster = cleanup.use(await throwAwayCluster({ migrated: true, grows: true }));
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  cleanup.defer(() => sql.end());
  const { questions } = await publishedContent(sql);
  const { version, history } = await publishChanges(sql);
  await liftBuckets(sql);
  const sender = newSender();
  const [session = null] = await signIn(sql, [sender.learner]);

  const wire = cleanup.use(await startWire(cluster.url("carrel_edge"), { delayMs: DELAY_MS }));
  const plain = postgres(wire.url, { max: 1, fetch_types: false });
  cleanup.defer(() => plain.end());
  const database = openDatabase(wire.url);
  const clock = clockThatJumps();
  const caller = () => Promise.resolve({ learner: sender.learner, session });
  const isolate = () => serveFunction("content", caller, contentHandler(database, clock));
  const warm = isolate();
  const prove = () => Promise.reject(new Error("nobody adopts"));
  // Hints go out after the answer.
  const unhinted = { ...database, hintLearners: () => Promise.resolve("0") };
  const sync = serveFunction("sync", caller, syncHandler(unhinted, prove, clock));

  const get = (path: string) => new Request(`http://device/content/${path}`);
  const delta = `delta?schema=2&history=${history}&since=${version - 1}&until=${version}`;
  const push = (events: number) =>
    sync(
      new Request("http://device/sync", {
        method: "POST",
        headers: { "content-type": "application/x-ndjson" },
        body: batchOf(sender, questions, version, events),
      }),
    );
  let page = 0;
  const calls: Call[] = [
    { name: "head", limit: 7, send: () => warm(get("head?schema=2")) },
    {
      name: "head, cold isolate",
      send: () => isolate()(get("head?schema=2")),
    },
    {
      name: "page of a delta of 100 rows",
      // The limit makes it another page for the cache; rows there are fewer.
      send: () => warm(get(`${delta}&limit=${200 + page++}`)),
    },
    { name: "batch of 1 event", limit: 11.1, send: () => push(1) },
    { name: "batch of 50 events", send: () => push(50) },
  ];

  const timed = async (work: () => Promise<unknown>) => {
    const times: number[] = [];
    for (let call = 0; call < CALLS; call++) {
      clock.jump();
      const began = performance.now();
      await work();
      times.push(performance.now() - began);
    }
    return median(times);
  };
  const answered = async ({ name, send }: Call) => {
    const response = await send();
    const text = await response.text();
    if (!response.ok) throw new Error(`${name}: ${response.status} ${text.slice(0, 300)}`);
  };
  const results: Result[] = [];
  for (const call of calls) {
    const name = `${call.name}, with ${DELAY_MS} ms each way to the database`;
    results.push(
      await runPair({
        name,
        unit: "ms",
        runs,
        more: false,
        budget: null,
        limit: call.limit,
        measure: () => timed(() => answered(call)),
        baseline: () => timed(() => plain`select 1`),
      }, progress),
    );
    clock.jump();
    const before = wire.roundTrips();
    await answered(call);
    results.push(
      ceiling(
        `${call.name}: round trips to the database`,
        "round trips",
        wire.roundTrips() - before,
        1,
      ),
    );
  }
  return results;
}
