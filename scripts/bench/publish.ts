// From a file to a published release, against COPY of the same lines into one table; and what a small release costs.
import postgres from "postgres";
import { importContent } from "../content/import_content.ts";
import { connect } from "../content/database.ts";
import { throwAwayCluster } from "../start/project.ts";
import { median, type Result, resultOf } from "./measure.ts";
import { storeFloor } from "./publish_floor.ts";

const QUESTIONS = 50_000;
const SKILLS = 500;
const DOMAINS = 17;
const CHANGES = 100;
/** COPY takes a line as one CSV field, whatever quotes it has. */
const COPY = String.raw`copy baseline (body) from stdin with (format csv, quote e'\x01', delimiter e'\x02')`;

/** Made-up lines of about 420 bytes, the same in every run. */
export function curriculum(): string[] {
  const words = (from: number, count: number) =>
    Array.from({ length: count }, (_, word) => ((from * 7919 + word * 104729) % 99991).toString(36)).join(
      " ",
    );
  return Array.from({ length: QUESTIONS }, (_, i) => {
    const skill = i % SKILLS;
    return JSON.stringify({
      key: `question/${i}`,
      domain: `domain_${skill % DOMAINS}`,
      skill: `skill_${skill}`,
      question: words(i, 30),
      choices: [1, 2, 3, 4].map((choice) => words(i + choice, 6)),
      answer: i % 4,
      explanation: words(i + 5, 15),
    });
  });
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function copy(sql: postgres.Sql, lines: readonly string[]): Promise<void> {
  const stream = await sql.unsafe(COPY).writable();
  await new Promise<void>((resolve, reject) => {
    stream.on("error", reject);
    stream.on("finish", () => resolve());
    stream.end(`${lines.join("\n")}\n`);
  });
}

/** Milliseconds of one run in a new database. */
interface Run {
  copy: number;
  import: number;
  publish: number;
  /** A release of 100 changes among the 50,000. */
  small: number;
  /** Storing what import and publish wrote, of each table. */
  floor: Map<string, number>;
}

async function run(lines: readonly string[]): Promise<Run> {
  await using cluster = await throwAwayCluster({ migrated: true, grows: true });
  const sql = connect(cluster.url("postgres"), "bench");
  try {
    await sql`create table baseline (body jsonb not null)`;
    await copy(sql, lines);
    await sql`truncate baseline`;
    const copied = await timed(() => copy(sql, lines));
    const imported = await timed(() => importContent(sql, lines));
    const published = await timed(() => sql`select public.publish_release('bench', null, true)`);
    const admin = connect(cluster.url("supabase_admin"), "bench");
    const floor = await storeFloor(admin).finally(() => admin.end());
    const small: number[] = [];
    for (let n = 0; n < 3; n++) {
      await sql`
        update content.question set prompt = prompt || '!'
        where id in (select id from content.question order by md5(id::text || ${n}) limit ${CHANGES})`;
      small.push(await timed(() => sql`select public.publish_release('changes')`));
    }
    return { copy: copied, import: imported, publish: published, small: median(small), floor };
  } finally {
    await sql.end();
  }
}

function result(
  name: string,
  runs: readonly Run[],
  budget: number | null,
  of: (run: Run) => [value: number, baseline: number],
): Result {
  const pairs = runs.map(of);
  const middle = (pick: (run: Run) => number) => median(runs.map(pick)).toFixed(0);
  return resultOf(
    {
      name,
      unit: "ms",
      more: false,
      budget,
      notes: `import ${middle((r) => r.import)} ms, publish ${
        middle((r) => r.publish)
      } ms in two content schemas`,
    },
    pairs.map(([value]) => value),
    pairs.map(([, baseline]) => baseline),
  );
}

/** The tables that matter, in COPYs. */
function floorNotes(runs: readonly Run[]): string {
  return ["content.question", "ops.audit", "content.revision", "content.answer_key"].map((table) =>
    `${table} ${median(runs.map(({ floor, copy }) => (floor.get(table) ?? NaN) / copy)).toFixed(1)}`
  ).join(", ");
}

/** Runs the measurement, each run in a database of its own. */
export async function benchPublish(
  runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  const lines = curriculum();
  const done: Run[] = [];
  for (let n = 1; n <= runs; n++) {
    done.push(await run(lines));
    progress(`publish: run ${n} of ${runs}`);
  }
  return [
    result(`import to published of ${QUESTIONS} questions, against COPY of the lines`, done, 6, (r) => [
      r.import + r.publish,
      r.copy,
    ]),
    {
      ...result(
        "storing those rows alone, without triggers and foreign keys, against COPY",
        done,
        null,
        (r) => [
          [...r.floor.values()].reduce((sum, ms) => sum + ms, 0),
          r.copy,
        ],
      ),
      notes: floorNotes(done),
    },
    result(`a release of ${CHANGES} changes, against the full one`, done, 0.05, (r) => [r.small, r.publish]),
  ];
}
