// The state of the reference device, in the words of the adapter protocol.
import { z } from "zod";
import type { Device } from "../../device/mod.ts";
import type { Dump } from "../adapter/protocol.ts";

const Body = z.object({ body: z.string() });
const Kept = z.object({
  event_id: z.string(),
  state: z.enum(["pending", "delivered", "quarantined", "held_back", "dead"]),
  code: z.string().nullable(),
  line: z.string(),
});
const State = z.object({ history: z.string().nullable(), cursor: z.string().nullable() });
const Row = z.looseObject({});
const JSON_COLUMNS = ["completed", "answer", "days"];

/** A row of SQLite as the protocol has it: texts of JSON are values, and the flags are booleans. */
function wireRow(row: z.output<typeof Row>): Record<string, unknown> {
  const flags = ["voided", "claimed_correct", "graded_correct"];
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (JSON_COLUMNS.includes(name)) return [name, JSON.parse(String(value))];
      return flags.includes(name) && value !== null ? [name, value === 1] : [name, value];
    }),
  );
}

/** Reads everything that the runner looks at. */
export function dumpDevice(device: Device, now: number): Dump {
  const { db } = device;
  const status = device.status();
  const rows = (table: string) => db.all(Row, `select * from ${table}`).map(wireRow);
  const state = db.get(State, "select content_history as history, pull_cursor as cursor from sync_state");
  const pulled = (table: string) => rows(table).filter(({ pulled }) => pulled === 1);
  return {
    now,
    device_id: status.deviceId,
    content: {
      history: state?.history ?? null,
      version: status.version,
      lines: db.all(Body, "select body from content_row").map(({ body }) => body),
    },
    outbox: db.all(Kept, "select event_id, state, code, line from outbox order by event_id")
      .map(({ event_id, ...kept }) => ({ id: event_id, ...kept })),
    cursor: state?.cursor ?? null,
    rows: {
      session: pulled("session"),
      attempt: pulled("attempt"),
      skill_progress: rows("skill_progress"),
      practice: rows("practice"),
    },
    progress: Object.fromEntries(device.progress()),
    must_update: status.mustUpdate,
    revoked: status.isRevoked,
    letters: status.outbox.dead,
  };
}
