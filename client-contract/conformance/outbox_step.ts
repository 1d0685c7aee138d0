// What becomes of an event of the outbox after its result: the reference device's own statements on a database of their own.
import { z } from "zod";
import { EventResult } from "../contract/batch.ts";
import { openDatabase } from "../device/database.ts";
import { openNodeSqlite } from "../device/node_sqlite.ts";
import { recordResults } from "../device/outbox.ts";
import { systemClock } from "../device/clock.ts";

const EVENT = "01KB8Q9T3V0000000000000002";
const NOW = Date.UTC(2026, 10, 30);

const Row = z.object({ state: z.string(), refusals: z.number(), retry_at: z.string().nullable() });

/** A result, or null where the answer has none for the event, and how often the event was refused before. */
export const OutboxInput = z.object({ result: EventResult.nullable(), refusals: z.int().min(0) });

/** The event's state, its refusals, and the milliseconds before which it is not sent again; 0: with the next sync. */
export function outboxStep({ result, refusals }: z.output<typeof OutboxInput>) {
  using db = openDatabase(openNodeSqlite(":memory:"));
  db.run("insert into sync_state (learner_id, device_id) values ('l', 'd')");
  const line = JSON.stringify({ id: EVENT, type: "session.ended" });
  db.run(
    "insert into outbox (event_id, type, line, created_at, refusals) values (?, 'session.ended', ?, '', ?)",
    EVENT,
    line,
    refusals,
  );
  const clock = { ...systemClock, now: () => NOW };
  const context = {
    db,
    clock,
    random: () => 0,
    learnerId: "l",
    deviceId: "d",
    telemetry: null,
    cellWatchers: new Set<() => void>(),
  };
  recordResults(context, [{ event_id: EVENT, line }], result === null ? [] : [result]);
  const row = db.get(Row, "select state, refusals, retry_at from outbox");
  if (!row) throw new Error("the event is gone");
  const wait = row.retry_at === null ? 0 : Date.parse(row.retry_at) - NOW;
  return { state: row.state, refusals: row.refusals, retry_after_ms: wait };
}
