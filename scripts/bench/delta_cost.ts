// What a delta of 100 rows costs the database, in small tables and in large ones; every release in them really published.
import postgres from "postgres";
import { throwAwayCluster } from "../start/project.ts";
import { publishQuestions } from "./bench_stack.ts";
import { median, type Result, runPair } from "./measure.ts";

const SMALL = 5_000;
/** By default 500,000, which take some minutes to publish. */
const LARGE = Number(Deno.env.get("CARREL_BENCH_ROWS") ?? 500_000);
const SKILLS = 500;
/** Questions that change between two versions, each in a skill of its own; every tenth is withdrawn, and becomes a tombstone. */
const CHANGES = 100;
const REQUESTS = 15;
/** Of 17: as a device asks that holds some domains. */
const CHOSEN = ["domain-2", "domain-3", "domain-5"];

/** Between which versions, counted from the full release; of which domains, null: of all. */
interface Cut {
  since: number;
  until: number;
  domains: string[] | null;
}

interface Cost {
  /** Buffers touched, in the cache or not. */
  blocks: number;
  milliseconds: number;
}

/** A database with a release of so many questions, then a release of 100 changes, then ten that share another 100. */
async function publishedDatabase(rows: number) {
  const cluster = await throwAwayCluster({ migrated: true, grows: true });
  await using cleanup = new AsyncDisposableStack();
  cleanup.use(cluster);
  const sql = cleanup.adopt(
    postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} }),
    (s) => s.end(),
  );
  await publishQuestions(sql, rows, SKILLS);
  const publish = async (first: number, count: number) => {
    const keys = Array.from({ length: count }, (_, n) => `question-${first + n}`);
    await sql`update content.question set prompt = prompt || '!' where key = any (${keys})`;
    const withdrawn = keys.filter((_, n) => n % 10 === 9);
    await sql`update content.question set status = 'withdrawn' where key = any (${withdrawn})`;
    await sql`select public.publish_release('changes')`;
  };
  const [base] = await sql<{ version: number }[]>`select max(version) as version from content.release`;
  if (!base) throw new Error("nothing was published");
  await publish(1, CHANGES);
  for (let n = 0; n < 10; n++) await publish(CHANGES + 1 + n * 10, CHANGES / 10);
  const chosen = await sql<{ id: string }[]>`select id from content.domain where key = any (${CHOSEN})`;
  const domains = chosen.map(({ id }) => id);
  // As autovacuum leaves tables, sooner or later: whether it has come by already must not decide a figure.
  await sql`
    vacuum (analyze) content.revision, content.release, content.release_size, content.tree_node, content.answer_key`;

  const page = ({ since, until, domains }: Cut) =>
    sql`
    private.content_page(private.history(), 2::smallint, ${base.version + since}::int, ${
      base.version + until
    }::int,
      ${domains}::uuid[], null, 1000)`;

  /** Upserts and tombstones of the page. */
  async function rowsOf(cut: Cut): Promise<[upserts: number, tombstones: number]> {
    const [row] = await sql<{ text: string }[]>`select ${page(cut)} as text`;
    const lines = row?.text.trimEnd().split("\n").slice(1, -1) ?? [];
    const tombstones = lines.filter((line) => line.startsWith('{"kind":"tombstone"'));
    return [lines.length - tombstones.length, tombstones.length];
  }

  /** Of one page, as the Edge Function asks for it. */
  async function cost(cut: Cut): Promise<Cost> {
    const [row] = await sql<{ "QUERY PLAN": { Plan: Record<string, number>; "Execution Time": number }[] }[]>`
      explain (analyze, buffers, timing off, format json) select ${page(cut)}`;
    const plan = row?.["QUERY PLAN"][0];
    if (!plan) throw new Error("explain gave no plan");
    const blocks = (plan.Plan["Shared Hit Blocks"] ?? NaN) + (plan.Plan["Shared Read Blocks"] ?? NaN);
    return { blocks, milliseconds: plan["Execution Time"] };
  }

  const disposable = cleanup.move();
  return { domains, rowsOf, cost, [Symbol.asyncDispose]: () => disposable.disposeAsync() };
}

/** The measurement; each value is the middle one of 15 requests. */
export async function benchDeltaCost(runs: number, progress: (line: string) => void): Promise<Result[]> {
  progress(`delta: publishing ${SMALL} questions and ${LARGE}, then ${CHANGES} changes twice`);
  await using small = await publishedDatabase(SMALL);
  await using large = await publishedDatabase(LARGE);
  const results: Result[] = [];
  for (const [releases, since, until] of [["one release", 0, 1], ["ten releases", 1, 11]] as const) {
    for (const isWhole of [true, false]) {
      const cutOf = ({ domains }: typeof small): Cut => ({ since, until, domains: isWhole ? null : domains });
      const [rows, others] = [await small.rowsOf(cutOf(small)), await large.rowsOf(cutOf(large))];
      const [upserts, tombstones] = rows;
      if (
        rows.join() !== others.join() || tombstones === 0 || (isWhole && upserts + tombstones !== CHANGES)
      ) {
        throw new Error(`the deltas have ${rows} and ${others} upserts and tombstones`);
      }
      const name = `delta of ${upserts} upserts and ${tombstones} tombstones of ${releases}, ${
        isWhole ? "all domains" : `${CHOSEN.length} domains of 17`
      }`;
      for (const [unit, field] of [["blocks", "blocks"], ["ms", "milliseconds"]] as const) {
        const middle = async (database: typeof small) => {
          const costs: number[] = [];
          for (let i = 0; i < REQUESTS; i++) costs.push((await database.cost(cutOf(database)))[field]);
          return median(costs);
        };
        results.push(
          await runPair({
            name: `${name}: ${unit}, ${LARGE} questions in the tables against ${SMALL}`,
            unit,
            runs,
            more: false,
            budget: 1.3,
            measure: () => middle(large),
            baseline: () => middle(small),
          }, progress),
        );
      }
    }
  }
  return results;
}
