// A device that pulls a learner's rows a few at a time from where it stopped, as text.
import assert from "node:assert/strict";
import type postgres from "postgres";

/** What a follower holds, by kind and id. */
export interface Follower {
  readonly rows: ReadonlyMap<string, string>;
  /** Goes on by so many pages of five rows; by default to the end. */
  pull(pages?: number): Promise<void>;
}

/** One that has pulled nothing yet. */
export function follower(sql: postgres.Sql, learner: string): Follower {
  const rows = new Map<string, string>();
  let cursor: string | null = null;
  return {
    rows,
    async pull(pages = Infinity) {
      let more = true;
      for (let page = 0; more && page < pages; page++) {
        const [answer]: { page: string }[] = await sql`
          select private.learner_changes(${learner}, ${cursor}, 5)::text as page`;
        const { reset, changes, ...rest } = JSON.parse(answer?.page ?? "");
        assert.equal(reset, undefined, "the server knows its own cursor");
        for (const { kind, row } of changes) {
          const id = { session: row.session_id, attempt: row.event_id, skill_progress: row.skill_id }[
            String(kind)
          ];
          rows.set(`${kind} ${id ?? ""}`, JSON.stringify(row));
        }
        ({ cursor, more } = rest);
      }
    },
  };
}

/** Asserts that a follower that goes on to the end holds what one that begins anew does. */
export async function assertMissedNothing(
  sql: postgres.Sql,
  learner: string,
  device: Follower,
): Promise<void> {
  const wiped = follower(sql, learner);
  await Promise.all([device.pull(), wiped.pull()]);
  assert.deepEqual(new Map([...device.rows].sort()), new Map([...wiped.rows].sort()), "no pull missed a row");
}
