// What the server holds of a learner, in the form in which devices show it.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { ChangesPage } from "../../changes.ts";
import { CONTENT_SCHEMA } from "../../limits.ts";
import type { Progress } from "../progress.ts";

/** Progress by skill, as the server has it. */
export async function serverProgress(sql: postgres.Sql, learnerId: string): Promise<Map<string, Progress>> {
  const progress = new Map<string, Progress>();
  let cursor: string | null = null;
  for (let more = true; more;) {
    const [row] = await sql`select private.learner_changes(${learnerId}, ${cursor}, 1000)::text as answer`;
    const page: ChangesPage = ChangesPage.parse(JSON.parse(row?.answer));
    for (const change of page.changes) {
      if (change.kind !== "skill_progress") continue;
      const { skill_id, reset_count, reset_event, mastery, completed, attempts, correct, practiced_at } =
        change.row;
      progress.set(skill_id, {
        reset_count,
        reset_event,
        mastery,
        completed,
        attempts,
        correct,
        practiced_at: practiced_at && new Date(practiced_at).toISOString(),
      });
    }
    ({ cursor, more } = page);
  }
  return new Map([...progress].sort(([a], [b]) => a < b ? -1 : 1));
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
