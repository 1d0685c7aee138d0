// Ingest in SQL alone: against a statement that only inserts, and batches that come again against new ones.
import postgres from "postgres";
import { throwAwayCluster } from "../start/project.ts";
import { signIn } from "../testkit/sign_in.ts";
import { liftBuckets, publishQuestions } from "./bench_stack.ts";
import { batchOf, newSender, type Question, type Sender } from "./ingest_batches.ts";
import { load, median, type Pair, type Result, runPair } from "./measure.ts";

/** One of LOADS alone, as in 50x8. */
const ONLY = Deno.env.get("CARREL_BENCH_LOAD");
/** What devices send, and how many connections an isolate or several bring; none where ONLY is no such load. */
export const LOADS = [
  { events: 50, connections: 8 },
  { events: 50, connections: 32 },
  { events: 100, connections: 8 },
  { events: 100, connections: 32 },
].filter(({ events, connections }) => !ONLY || ONLY === `${events}x${connections}`);
/** Batches of one sender, so that sessions, progress and devices are new ones and known ones. */
const BATCHES_OF_A_SENDER = 20;
/** Senders who are signed in before a measurement: more than one of half a minute needs. */
const SENDERS = 20_000;

/** A sender with a session, as ingest looks it up. */
export type SignedIn = Sender & { session: string };

/** What a database is asked to do with a batch. */
export type Statement = (sql: postgres.Sql, sender: SignedIn, batch: string) => Promise<unknown>;

/** The product's. */
const ingest: Statement = (sql, { learner, session }, batch) =>
  sql`select private.ingest_for(${learner}::uuid, ${session}::uuid, ${batch}::text)::text as answer`;

export const insertRows: Statement = (sql, { learner }, batch) =>
  sql`select baseline.insert_rows(${learner}::uuid, ${batch}::text)`;

/** The drafts of what is published, skill by skill. */
export async function publishedQuestions(sql: postgres.Sql): Promise<Question[]> {
  return await sql<Question[]>`
    select id, skill_id, (answer -> 'choice')::integer as choice from content.question order by skill_id, id`;
}

/** The content that batches refer to. */
export async function publishedContent(
  sql: postgres.Sql,
): Promise<{ questions: Question[]; version: number }> {
  await publishQuestions(sql, 5700);
  const questions = await publishedQuestions(sql);
  const [head] = await sql<{ version: number }[]>`select max(version) as version from content.release`;
  return { questions, version: head?.version ?? 0 };
}

/** Creates the baselines' functions and tables. */
export async function makeBaselines(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(await Deno.readTextFile(new URL("ingest_baseline.sql", import.meta.url))).simple();
}

/** Signs senders in, and gives each place one of them, replaced after some batches. */
async function openSenders(sql: postgres.Sql): Promise<(places: number) => (place: number) => SignedIn> {
  const fresh = Array.from({ length: SENDERS }, newSender);
  const sessions = await signIn(sql, fresh.map(({ learner }) => learner));
  const next = (): SignedIn => {
    const sender = fresh.pop();
    const session = sessions.pop();
    if (!sender || !session) throw new Error("more senders than signed in");
    return { ...sender, session };
  };
  return (places) => {
    const now = Array.from({ length: places }, () => ({ sender: next(), batches: 0 }));
    return (place) => {
      const at = now[place];
      if (!at) throw new Error("more workers than places");
      if (at.batches++ % BATCHES_OF_A_SENDER === 0) at.sender = next();
      return at.sender;
    };
  };
}

/** A database with content, baselines and no limits, and what has been compared on it. */
export async function sqlBench(runs: number, progress: (line: string) => void) {
  await using cleanup = new AsyncDisposableStack();
  const cluster = cleanup.use(await throwAwayCluster({ migrated: true, grows: true }));
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  cleanup.defer(() => sql.end());
  await makeBaselines(sql);
  const { questions, version } = await publishedContent(sql);
  await liftBuckets(sql);
  const senders = await openSenders(sql);
  await sql`analyze`;
  const kept = cleanup.move();
  const results: Result[] = [];
  return {
    questions,
    version,
    senders,
    results,
    compare: async (pair: Omit<Pair, "runs" | "more" | "unit">) => {
      results.push(await runPair({ ...pair, unit: "events/s", more: true, runs }, progress));
    },
    /** Runs `work` as the Edge Functions connect. */
    async asEdge<T>(connections: number, work: (edge: postgres.Sql) => Promise<T>): Promise<T> {
      const edge = postgres(cluster.url("carrel_edge"), { max: connections, onnotice: () => {} });
      // Queries of a server that was lost under load may never end.
      return await work(edge).finally(() => edge.end({ timeout: 1 }));
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** New batches: `runs` pairs of `seconds` for each number of events and connections. */
export async function benchIngestSql(
  runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const { events, connections } of LOADS) {
    // A database of its own: twelve minutes of runs fill 20 GB.
    await using bench = await sqlBench(runs, progress);
    const { questions, version, senders, compare } = bench;
    await bench.asEdge(connections, async (edge) => {
      const rate = async (statement: Statement) => {
        const sender = senders(connections);
        const { rate } = await load(connections, seconds, async (worker) => {
          const from = sender(worker);
          await statement(edge, from, batchOf(from, questions, version, events));
        });
        return rate * events;
      };
      await compare({
        name:
          `ingest in SQL (batches of ${events}, ${connections} connections, mixed types), against only inserting into the same tables`,
        budget: 0.4,
        measure: () => rate(ingest),
        baseline: () => rate(insertRows),
      });
    });
    results.push(...bench.results);
  }
  return results;
}

/** On one connection: batches that come again, and the time in the statement alone. */
export async function benchReplays(
  runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using bench = await sqlBench(runs, progress);
  const { questions, version, senders, results, compare } = bench;
  await bench.asEdge(1, async (edge) => {
    /** Of the middle batch's time in the statement; each batch is sent `sendings` times, the last of which counts. */
    const rate = async (statement: Statement, events: number, sendings = 1) => {
      const times: number[] = [];
      const sender = senders(1);
      for (const until = performance.now() + seconds * 1000; performance.now() < until;) {
        const from = sender(0);
        const batch = batchOf(from, questions, version, events);
        for (let sent = 1; sent < sendings; sent++) await statement(edge, from, batch);
        const started = performance.now();
        await statement(edge, from, batch);
        times.push(performance.now() - started);
      }
      return events / (median(times) / 1000);
    };
    for (const events of [50, 100]) {
      await compare({
        name: `batches that come again, against new ones (batches of ${events}, one connection)`,
        budget: 2,
        measure: () => rate(ingest, events, 2),
        baseline: () => rate(ingest, events),
      });
    }
    for (const events of [50, 100]) {
      await compare({
        name: `the time in the statement alone (batches of ${events}, one connection)`,
        budget: null,
        measure: () => rate(ingest, events),
        baseline: () => rate(insertRows, events),
      });
    }
  });
  return results;
}
