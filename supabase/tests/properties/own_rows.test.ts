// What a device may skip of a pull: rows that it would have come to by its own events, without any other device.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { ingest, testDatabase } from "./database.ts";
import { deliveriesOf, fixedAnswer, type HistoryEvent, historyOf } from "./history.ts";
import { settings } from "./settings.ts";

interface Change {
  kind: string;
  own: boolean;
  row: Record<string, unknown>;
}

const keyOf = ({ kind, row }: Change) => `${kind} ${row.event_id ?? row.session_id ?? row.skill_id}`;

/** The learner's rows by their keys, pulled a few at a time, as the device sees them. */
async function pulled(sql: postgres.Sql, learner: string, device: string): Promise<Map<string, Change>> {
  interface Page {
    changes: Change[];
    cursor: string;
    more: boolean;
  }
  const changes = new Map<string, Change>();
  for (let cursor: string | null = null;;) {
    const rows: { page: Page }[] =
      await sql`select private.learner_changes(${learner}, ${cursor}, 9, null, ${device}) as page`;
    const [{ page } = { page: undefined }] = rows;
    assert.ok(page);
    for (const change of page.changes) changes.set(keyOf(change), change);
    if (!page.more) return changes;
    ({ cursor } = page);
  }
}

/** Whether the device's own view of an attempt is all there is to it. */
const isAsClaimed = ({ row }: Change) =>
  row.content_state === "current" && row.graded_correct === row.claimed_correct;

Deno.test("U6: an own row follows from the device's events alone, and every such attempt is marked", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const questions = await sql<{ id: string; skill_id: string }[]>`
    select id, skill_id from content.question where status = 'active' order by skill_id, id limit 6`;
  const arrival = historyOf({ questions }).chain((events) =>
    fc.record({ events: fc.constant(events), deliveries: deliveriesOf(events.length) })
  );
  // One of two choices is wrong, as the device says it is.
  const wrong = [0, 1].map((n) => fixedAnswer(n, questions[0]?.id, 1, { choice: n, correct: false }));
  let marked = 0;
  await fc.assert(
    fc.asyncProperty(arrival, async ({ events, deliveries }) => {
      const learner = crypto.randomUUID();
      for (const delivery of deliveries) {
        await ingest(sql, learner, delivery.flatMap((place) => events[place] ?? []));
      }
      for (const [device, own] of Map.groupBy(events, (event: HistoryEvent) => event.device_id)) {
        const alone = crypto.randomUUID();
        await ingest(sql, alone, own);
        const [all, expected] = [await pulled(sql, learner, device), await pulled(sql, alone, device)];
        for (const [key, change] of all) {
          if (change.own) {
            marked++;
            assert.deepEqual(change.row, expected.get(key)?.row, key);
            assert.ok(change.kind === "session" || isAsClaimed(change), key);
          } else if (change.kind === "attempt" && change.row.device_id === device) {
            assert.ok(!isAsClaimed(change), `${key} is the device's, and nothing else`);
          }
        }
      }
    }),
    { ...settings(25), examples: [[{ events: wrong, deliveries: [[0, 1]] }]] },
  );
  assert.ok(marked > 0, "some rows were");
});
