// What the audit trail and its log cost: 50,000 questions imported and published with and without them, and a seal and a verification.
import { exportLines, sealAll } from "../audit/export.ts";
import { LogVerifier } from "../audit/verify.ts";
import { connect } from "../content/database.ts";
import { importContent } from "../content/import_content.ts";
import { throwAwayCluster } from "../start/project.ts";
import { benchTampering } from "./audit_tampering.ts";
import { type Result, resultOf } from "./measure.ts";
import { curriculum, timed } from "./publish.ts";

/** What a large publish may cost, against one without an audit. */
const BUDGET = 1.3;
/** The triggers that write audit records for drafts and releases. */
const AUDIT_TRIGGERS = `
  select format('alter table %s disable trigger %I', t.tgrelid::regclass, t.tgname) as statement
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = 'content'::regnamespace and not t.tgisinternal
    and t.tgfoid in ('private.audit_change()'::regprocedure, 'private.audit_hand_edit()'::regprocedure)`;

/** Milliseconds of one run in a new database. */
interface Run {
  import: number;
  publish: number;
  seal: number;
  verify: number;
  records: number;
}

async function run(lines: readonly string[], isAudited: boolean): Promise<Run> {
  await using cluster = await throwAwayCluster({ migrated: true, grows: true });
  const sql = connect(cluster.url("postgres"), "bench");
  try {
    if (!isAudited) {
      for (const row of await sql.unsafe(AUDIT_TRIGGERS)) await sql.unsafe(row["statement"]);
    }
    const imported = await timed(() => importContent(sql, lines));
    const published = await timed(() => sql`select public.publish_release('bench', null, true)`);
    const sealed = await timed(() => sealAll(sql));
    const log: string[] = [];
    await sql.begin("isolation level repeatable read read only", async (tx) => {
      for await (const line of exportLines(tx)) log.push(line);
    });
    const verifier = new LogVerifier();
    const verified = await timed(() => Promise.resolve(log.forEach((line) => verifier.add(line))));
    const verdict = verifier.finish();
    if (verdict.status !== "valid") throw new Error(`The log is ${verdict.status}: ${verdict.findings[0]}`);
    return { import: imported, publish: published, seal: sealed, verify: verified, records: verdict.records };
  } finally {
    await sql.end();
  }
}

/** Runs the measurement, each run in databases of its own. */
export async function benchAudit(
  runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  const lines = curriculum();
  const audited: Run[] = [];
  const bare: Run[] = [];
  for (let n = 1; n <= runs; n++) {
    bare.push(await run(lines, false));
    audited.push(await run(lines, true));
    progress(`audit: run ${n} of ${runs}`);
  }
  const result = (
    name: string,
    budget: number | null,
    of: (run: Run) => number,
    baseline: (run: Run) => number,
    base = bare,
  ) =>
    resultOf(
      { name, unit: "ms", more: false, budget, notes: `${audited[0]?.records} records` },
      audited.map(of),
      base.map(baseline),
    );
  const whole = (run: Run) => run.import + run.publish;
  return [
    result(
      "publishing 50,000 questions, against publishing without an audit",
      BUDGET,
      (r) => r.publish,
      (r) => r.publish,
    ),
    result("importing and publishing them, against the same without an audit", null, whole, whole),
    result(
      "sealing their records, against importing and publishing them",
      null,
      (r) => r.seal,
      whole,
      audited,
    ),
    result(
      "verifying an export of them, against sealing them",
      null,
      (r) => r.verify,
      (r) => r.seal,
      audited,
    ),
    ...await benchTampering(progress),
  ];
}
