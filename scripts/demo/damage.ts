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
  narrator.chapter("A worn cell of A's flash memory flips one bit of its cache");
  const { id, skill_id } = flipByte(victim);
  const device = scene.reopen();
  narrator.check("A no longer holds the server's bytes", !await server.holdsSameBytes(device));

  const { ok, damaged, nodes } = await device.verify();
  narrator.same("verification finds the row", { ok, damaged }, {
    ok: false,
    damaged: [{ kind: "question", id }],
  });
  narrator.same("and the one node of the tree that is damaged: its skill", nodes, [skill_id]);

  const before = victim.network.counts.bytesIn;
  const { repairs } = await device.repair();
  const bytes = victim.network.counts.bytesIn - before;
  const [row] = await sql<{ rows: number }[]>`
    select rows from content.tree_node where schema = ${CONTENT_SCHEMA} and kind = 'skill' and id = ${skill_id}
    order by version desc limit 1`;
  narrator.same("only that skill was fetched", repairs.map(({ nodes, rows }) => ({ nodes, rows })), [
    { nodes: [skill_id], rows: row?.rows },
  ]);
  narrator.tell(
    `${repairs[0]?.bytes} bytes of rows, ${bytes} with the manifest; everything anew took ${snapshotBytes}`,
  );
  narrator.check("that is a fraction of everything", bytes < snapshotBytes / 2);
  narrator.check("A's hashes come to the root that the server published", (await device.verify()).ok);
  narrator.check("A holds exactly the server's bytes", await server.holdsSameBytes(device));
  const reports = await sql`select kind from ops.content_report order by reported_at, number`;
  narrator.same("the server was told of both", reports.map(({ kind }) => kind), ["mismatch", "repair"]);
  return device;
}
