// A byte of a device's cache is flipped on its disk, past everything that could notice.
import type postgres from "postgres";
import { z } from "zod";
import type { Device } from "../../client-contract/device/device.ts";
import { CONTENT_SCHEMA } from "../../client-contract/contract/limits.ts";
import type { Narrator } from "./narrator.ts";
import type { Network } from "./network.ts";
import type { Server } from "./server.ts";

/** The device that suffers. */
export interface Victim {
  device: Device;
  network: Network;
  /** Its SQLite file. */
  file: string;
}

/** What the chapter needs. */
export interface DamageScene {
  narrator: Narrator;
  sql: postgres.Sql;
  server: Server;
  /** Starts the app on the same file again. */
  reopen: () => Device;
  /** Bytes that the device's first sync took. */
  snapshotBytes: number;
}

const Question = z.object({ id: z.string(), skill_id: z.string(), body: z.string(), sha256: z.string() });

/** Flips one bit in the middle of a question's text, in the file itself; gives the question. */
function flipByte({ device, file }: Victim): z.infer<typeof Question> {
  const question = device.db.get(
    Question,
    "select id, skill_id, body, sha256 from content_row where kind = 'question' order by id limit 1",
  );
  if (!question) throw new Error("the device has no question");
  // Closing moves everything from the write-ahead log to the file.
  device[Symbol.dispose]();
  const bytes = Deno.readFileSync(file);
  const record = new TextEncoder().encode(question.body + question.sha256);
  const isRecordAt = (at: number) => record.every((byte, index) => bytes[at + index] === byte);
  for (let at = bytes.indexOf(record[0] ?? 0); at >= 0; at = bytes.indexOf(record[0] ?? 0, at + 1)) {
    if (!isRecordAt(at)) continue;
    // Pages that were freed may hold older copies, so each is hit.
    const middle = at + Math.floor(question.body.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  }
  Deno.writeFileSync(file, bytes);
  return question;
}

/** Damages the device's cache, and has it repaired; gives the device that was started again. */
export async function damageAndRepair(scene: DamageScene, victim: Victim): Promise<Device> {
  const { narrator, sql, server, snapshotBytes } = scene;
  narrator.chapter("One bit of A's cache flips in worn flash memory");
  const { id, skill_id } = flipByte(victim);
  const device = scene.reopen();
  narrator.check("A's cached rows differ from the published bytes", !await server.holdsSameBytes(device));

  const { ok, damaged, nodes } = await device.verify();
  narrator.same("verification finds the damaged row", { ok, damaged }, {
    ok: false,
    damaged: [{ kind: "question", id }],
  });
  narrator.same("verification finds the damaged tree node, the row's skill", nodes, [skill_id]);

  const before = victim.network.counts.bytesIn;
  const { repairs } = await device.repair();
  const bytes = victim.network.counts.bytesIn - before;
  const [row] = await sql<{ rows: number }[]>`
    select rows from content.tree_node where schema = ${CONTENT_SCHEMA} and kind = 'skill' and id = ${skill_id}
    order by version desc limit 1`;
  narrator.same(
    "A fetched the rows of that skill alone",
    repairs.map(({ nodes, rows }) => ({ nodes, rows })),
    [
      { nodes: [skill_id], rows: row?.rows },
    ],
  );
  narrator.tell(
    `repair: ${
      repairs[0]?.bytes
    } bytes of rows, ${bytes} with the manifest; the full download took ${snapshotBytes}`,
  );
  narrator.check("the repair took less than half of a full download", bytes < snapshotBytes / 2);
  narrator.check("A's root hash equals the published root hash", (await device.verify()).ok);
  narrator.check("A's cached rows equal the published bytes", await server.holdsSameBytes(device));
  const reports = await sql`select kind from ops.content_report order by reported_at, number`;
  narrator.same(
    "the server received a report of the damage and of the repair",
    reports.map(({ kind }) => kind),
    ["mismatch", "repair"],
  );
  return device;
}
