// Ingest in SQL alone: against a statement that only inserts, and batches that come again against new ones.
import postgres from "postgres";
import { throwAwayCluster } from "../stack/harness.ts";
import { publishQuestions } from "./bench_stack.ts";
import { batchOf, newSender, type Question, type Sender } from "./ingest_batches.ts";
import { median, type Result, runPair } from "./measure.ts";

const EVENTS = 50;
/** Batches of one sender, so that sessions, progress and devices are new ones and known ones. */
const BATCHES_OF_A_SENDER = 20;

/** What a database is asked to do with a batch. */
type Statement = (sql: postgres.Sql, sender: Sender, batch: string) => Promise<unknown>;

/** The product's. */
export const ingest: Statement = (sql, { learner }, batch) =>
  sql`select private.ingest_for(${learner}::uuid, ${batch}::text)::text as answer`;

const insertRows: Statement = (sql, { learner }, batch) =>
  sql`select baseline.insert_rows(${learner}::uuid, ${batch}::text)`;

/** The content that batches refer to. */
export async function publishedContent(
  sql: postgres.Sql,
): Promise<{ questions: Question[]; version: number }> {
  await publishQuestions(sql, 5700);
  const questions = await sql<
    Question[]
  >`select id, skill_id from content.question order by skill_id, id`;
  const [head] = await sql<{ version: number }[]>`select max(version) as version from content.release`;
  return { questions, version: head?.version ?? 0 };
}

/** Creates the baselines' functions and tables. */
export async function makeBaselines(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(await Deno.readTextFile(new URL("ingest_baseline.sql", import.meta.url))).simple();
}

/** Both comparisons; only the time in the statement counts, one connection, batches of 50. */
export async function benchIngestSql(
  runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using cluster = await throwAwayCluster({ migrated: true });
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => sql.end());
  await makeBaselines(sql);
  const { questions, version } = await publishedContent(sql);
  await sql`analyze`;
  // As the Edge Functions connect; what postgres inserts by itself would be looked at as an edit by hand.
  const edge = postgres(cluster.url("carrel_edge"), { max: 1, onnotice: () => {} });
  cleanup.defer(() => edge.end());

  /**
   * Events a second of the middle batch's time in the statement, which a machine that is busy otherwise disturbs least; each batch is
   * sent `sendings` times, the last of which counts.
   */
  async function rate(statement: Statement, sendings = 1): Promise<number> {
    const times: number[] = [];
    for (const until = performance.now() + seconds * 1000; performance.now() < until;) {
      const sender = newSender();
      for (let n = 0; n < BATCHES_OF_A_SENDER; n++) {
        const batch = batchOf(sender, questions, version, EVENTS);
        for (let sent = 1; sent < sendings; sent++) await statement(edge, sender, batch);
        const started = performance.now();
        await statement(edge, sender, batch);
        times.push(performance.now() - started);
      }
    }
    return EVENTS / (median(times) / 1000);
  }

  return [
    await runPair({
      name: `ingest in SQL (batches of ${EVENTS}, mixed types), against only inserting into the same tables`,
      unit: "events/s",
      runs,
      more: true,
      budget: 0.5,
      measure: () => rate(ingest),
      baseline: () => rate(insertRows),
    }, progress),
    await runPair({
      name: `batches that come again, against new ones (SQL, batches of ${EVENTS})`,
      unit: "events/s",
      runs,
      more: true,
      budget: 2,
      measure: () => rate(ingest, 2),
      baseline: () => rate(ingest),
    }, progress),
  ];
}
