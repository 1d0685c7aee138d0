// Whether one wrong record among 100,000 is found, and whether the log is valid after 100 erasures.
import { exportLines, sealAll } from "../audit/export.ts";
import { LogVerifier, type Verdict } from "../audit/verify.ts";
import { connect } from "../content/database.ts";
import { throwAwayCluster } from "../start/project.ts";
import { type Result, resultOf } from "./measure.ts";

const RECORDS = 100_000;
const ERASED = 100;
/** Wrong records of each kind, at random places. */
const EACH = 3;

/** A change of the line at a place; another record is at `other`. */
const EDITS: Readonly<Record<string, (lines: string[], at: number, other: number) => void>> = {
  altered: (lines, at) =>
    lines[at] = lines[at]?.replace(/(\d)(?=[^\d]*$)/, (digit) => `${(Number(digit) + 1) % 10}`) ?? "",
  removed: (lines, at) => void lines.splice(at, 1),
  inserted: (lines, at, other) => void lines.splice(at, 0, lines[other] ?? ""),
  reordered: (lines, at, other) => [lines[at], lines[other]] = [lines[other] ?? "", lines[at] ?? ""],
};

function verify(lines: readonly string[]): Verdict {
  const verifier = new LogVerifier();
  for (const line of lines) verifier.add(line);
  return verifier.finish();
}

/** The measurement: the wrong exports that verification finds, of all. */
export async function benchTampering(progress: (line: string) => void): Promise<Result[]> {
  await using cluster = await throwAwayCluster({ migrated: true, grows: true });
  const sql = connect(cluster.url("postgres"), "bench");
  try {
    progress(`audit: ${RECORDS} records`);
    await sql`set statement_timeout = 0`;
    const learner = (n: string) => `('1ea40000-0000-4000-8000-' || lpad((${n})::text, 12, '0'))`;
    await sql.unsafe(
      `insert into learner.state (user_id) select ${learner("n")}::uuid from generate_series(1, ${ERASED}) n`,
    );
    await sql.unsafe(`
      select private.audit('correct_progress', 'learner.state', ${
      learner(`1 + n % (10 * ${ERASED})`)
    }, null, jsonb_build_object('mastery', n % 100))
      from generate_series(1, ${RECORDS}) n`);
    await sealAll(sql);
    await sql.unsafe(`select ops.erase_learner(${learner("n")}::uuid) from generate_series(1, ${ERASED}) n`);
    await sql`select ops.run_erasures()`;
    await sealAll(sql);
    const lines: string[] = [];
    await sql.begin("isolation level repeatable read read only", async (tx) => {
      for await (const line of exportLines(tx)) lines.push(line);
    });
    const whole = verify(lines);
    if (whole.status !== "valid") throw new Error(`The log is ${whole.status}: ${whole.findings[0]}`);
    const places = lines.flatMap((line, at) => line.includes('"leaf":') ? [at] : []);
    const place = () => places[Math.floor(Math.random() * places.length)] ?? 1;
    const tried = Object.keys(EDITS).length * EACH;
    let found = 0;
    for (const [kind, edit] of Object.entries(EDITS)) {
      for (let n = 0; n < EACH; n++) {
        const edited = [...lines];
        const at = place();
        edit(edited, at, at === places.at(-1) ? at - 2 : at + 2);
        if (verify(edited).status === "invalid") found++;
        else progress(`audit: a record ${kind} at line ${at + 1} was not found`);
      }
      progress(`audit: ${kind} records`);
    }
    return [
      resultOf(
        {
          name:
            `exports of ${whole.records} records with one record altered, removed, inserted or reordered that are found, of all`,
          unit: "exports",
          more: true,
          budget: 1,
          notes: `${whole.erased} records are erased, with ${ERASED} learners`,
        },
        [found],
        [tried],
      ),
    ];
  } finally {
    await sql.end();
  }
}
