// What a minute's roll-up of health costs, against ingesting the events of that minute.
import postgres from "postgres";
import { throwAwayCluster } from "../start/project.ts";
import { acceptTokensWithoutSession } from "../testkit/sign_in.ts";
import { batchOf, newSender } from "./ingest_batches.ts";
import { publishedContent } from "./ingest_sql.ts";
import { type Result, runPair } from "./measure.ts";

const EVENTS = 50;
/** Batches of a minute: that of a busy hour with a million events a day, and ten times as many. */
const MINUTES = [66, 660];
/** A roll-up of a busy minute may cost this share of ingesting its events. */
const BUDGET = 0.05;

/** The measurement; batches go through one connection, as the Edge Functions connect. */
export async function benchHealth(
  runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using cluster = await throwAwayCluster({ migrated: true, grows: true });
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  const edge = postgres(cluster.url("carrel_edge"), { max: 1, onnotice: () => {} });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => sql.end());
  cleanup.defer(() => edge.end());
  const { questions, version } = await publishedContent(sql);
  await acceptTokensWithoutSession(sql);

  async function timed(work: () => PromiseLike<unknown>): Promise<number> {
    const from = performance.now();
    await work();
    return performance.now() - from;
  }
  /** What autovacuum does each minute (`autosummarize`), and a measurement that lasts seconds would never see. */
  const summarizeArrivals = () =>
    sql`
      select brin_summarize_new_values(p.relid) from (values ('learner.event'), ('learner.batch'), ('ops.telemetry')) t (name)
      cross join lateral pg_partition_tree(t.name || '_received_at_idx') p
      where p.isleaf`;
  /** Milliseconds of a minute's batches and of their roll-up. */
  async function minute(count: number): Promise<{ ingest: number; rollUp: number }> {
    await summarizeArrivals();
    const batches = Array.from({ length: count }, () => {
      const sender = newSender();
      return { learner: sender.learner, text: batchOf(sender, questions, version, EVENTS) };
    });
    const ingest = await timed(async () => {
      for (const { learner, text } of batches) {
        await edge`select private.ingest_for(${learner}::uuid, null, ${text}::text)`;
      }
    });
    return { ingest, rollUp: await timed(() => sql`select ops.roll_up_health('0')`) };
  }

  const results: Result[] = [];
  for (const count of MINUTES) {
    results.push(
      await runPair({
        name: `the roll-up of ${count * EVENTS} events, against ingesting them`,
        unit: "ms",
        runs,
        more: false,
        budget: BUDGET,
        measure: async () => (await minute(count)).rollUp,
        baseline: async () => (await minute(count)).ingest,
      }, progress),
    );
  }
  return results;
}
