// What the server holds of a learner, in the form in which devices show it.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { type Change, ChangesPage } from "../../../client-contract/contract/changes.ts";
import { CONTENT_SCHEMA } from "../../../client-contract/contract/limits.ts";
import type { DayRange } from "../../../client-contract/contract/practice.ts";
import type { Progress } from "../../../client-contract/device/progress.ts";

/** Everything that a pull from the start gives. */
async function pullAll(sql: postgres.Sql, learnerId: string): Promise<Change[]> {
  const changes: Change[] = [];
  let cursor: string | null = null;
  for (let more = true; more;) {
    const [row] = await sql`select private.learner_changes(${learnerId}, ${cursor}, 1000)::text as answer`;
    const page: ChangesPage = ChangesPage.parse(JSON.parse(row?.answer));
    changes.push(...page.changes);
    ({ cursor, more } = page);
  }
  return changes;
}

/** Progress by skill, as the server has it. */
export async function serverProgress(sql: postgres.Sql, learnerId: string): Promise<Map<string, Progress>> {
  const progress = new Map<string, Progress>();
  for (const change of await pullAll(sql, learnerId)) {
    if (change.kind !== "skill_progress") continue;
    const { skill_id, voided: _, practiced_at, ...row } = change.row;
    progress.set(skill_id, { ...row, practiced_at: practiced_at && new Date(practiced_at).toISOString() });
  }
  return new Map([...progress].sort(([a], [b]) => a < b ? -1 : 1));
}

/** The days on which the learner practised, as the server has them. */
export async function serverPractice(sql: postgres.Sql, learnerId: string): Promise<DayRange[]> {
  const changes = await pullAll(sql, learnerId);
  return changes.flatMap((change) => change.kind === "practice" ? change.row.days : []);
}

/** ULIDs of the learner's attempts that the server counts, ascending. */
export async function serverAttempts(sql: postgres.Sql, learnerId: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select private.uuid_to_ulid(event_id) as id from learner.attempt where user_id = ${learnerId} order by event_id`;
  return rows.map(({ id }) => id);
}

/** The newest release's lines by id, as devices are to hold them. */
export async function publishedLines(sql: postgres.Sql): Promise<Map<string, string>> {
  const rows = await sql<{ id: string; body: string }[]>`
    select x.id, x.body from (
      select distinct on (kind, id) id, op, body from content.revision where ${CONTENT_SCHEMA} between from_schema and schema
      order by kind, id, version desc) x
    where x.op = 'upsert' order by x.id`;
  assert.ok(rows.length > 0);
  return new Map(rows.map(({ id, body }) => [id, body]));
}
