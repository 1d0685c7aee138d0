// What a delta of 100 rows costs the database, in small tables and in large ones.
import postgres from "postgres";
import { throwAwayCluster } from "../stack/harness.ts";
import { median, type Result, runPair } from "./measure.ts";

const SMALL = 5_000;
const LARGE = 500_000;
const CHANGES = 100;

interface Cost {
  /** Buffers touched, in the cache or not. */
  blocks: number;
  milliseconds: number;
}

/** A database with revisions of `rows` questions, then the same 100 changes in one release and over ten; no drafts. */
async function grownDatabase(rows: number) {
  const cluster = await throwAwayCluster({ migrated: true });
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  const release = async (version: number, first: number, count: number, every: number) => {
    await sql`
      insert into content.release (version, domains, skills, questions, upserts, deletes)
      values (${version}, 17, 500, ${rows}, ${count}, 0)`;
    await sql`
      insert into content.revision (schema, from_schema, version, kind, id, op, domain_id, skill_id, body, sha256)
      select 2, 1, ${version}::int, 'question', md5('question' || i * ${every}::int)::uuid, 'upsert', md5('domain' || i % 17)::uuid,
        md5('skill' || i % 500)::uuid, format('{"kind":"question","version":%s,"prompt":"%s"}',
          ${version}::int, repeat(md5(i || ' ' || ${version}::int), 13)), sha256('body')
      from generate_series(${first}::int, ${first + count - 1}::int) i
      order by 5`;
  };
  // Above whatever the seed has published.
  const base = 1000;
  await release(base, 1, rows, 1);
  await release(base + 1, 1, CHANGES, 40);
  for (let n = 0; n < 10; n++) await release(base + 2 + n, n * 10 + 1, 10, 41);
  // As autovacuum leaves tables, sooner or later: whether it has come by already must not decide a figure.
  await sql`vacuum (analyze) content.revision, content.release, content.release_size`;

  /** Of one page, as the Edge Function asks for it. */
  async function cost(since: number, until: number): Promise<Cost> {
    const [row] = await sql<{ "QUERY PLAN": { Plan: Record<string, number>; "Execution Time": number }[] }[]>`
      explain (analyze, buffers, timing off, format json)
      select private.content_page(private.history(), 1::smallint, ${base + since}::int, ${
      base + until
    }::int, null, null, 1000)`;
    const plan = row?.["QUERY PLAN"][0];
    if (!plan) throw new Error("explain gave no plan");
    const blocks = (plan.Plan["Shared Hit Blocks"] ?? NaN) + (plan.Plan["Shared Read Blocks"] ?? NaN);
    return { blocks, milliseconds: plan["Execution Time"] };
  }

  return {
    cost,
    async [Symbol.asyncDispose]() {
      await sql.end();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** The measurement; each value is the middle one of 15 requests. */
export async function benchDeltaCost(runs: number, progress: (line: string) => void): Promise<Result[]> {
  progress(`delta: growing tables of ${SMALL} and ${LARGE} rows`);
  await using small = await grownDatabase(SMALL);
  await using large = await grownDatabase(LARGE);
  const results: Result[] = [];
  for (const [releases, since, until] of [["one release", 0, 1], ["ten releases", 1, 11]] as const) {
    for (const [unit, field] of [["blocks", "blocks"], ["ms", "milliseconds"]] as const) {
      const middle = async (database: typeof small) => {
        const costs: number[] = [];
        for (let i = 0; i < 15; i++) costs.push((await database.cost(since, until))[field]);
        return median(costs);
      };
      results.push(
        await runPair({
          name:
            `delta of ${CHANGES} rows of ${releases}: ${unit}, ${LARGE} rows in the tables against ${SMALL}`,
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
  return results;
}
