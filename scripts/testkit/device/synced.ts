// A device that holds the release of a server in memory, and what tests ask of the two.
import assert from "node:assert/strict";
import { z } from "zod";
import type { Device } from "../../../client-contract/device/device.ts";
import { ContentServer } from "./content_server.ts";
import { drafts, question } from "../../../client-contract/conformance/server/curriculum.ts";
import { openLab } from "./devices.ts";

/** Whose devices they are. */
export const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const Line = z.object({ key: z.string(), body: z.string() });

/** The device has exactly the lines of a version. */
export function assertHolds({ db }: Device, server: ContentServer, version: number): void {
  const rows = db.all(
    Line,
    "select kind || '/' || id as key, body from content_row order by kind || '/' || id",
  );
  assert.deepEqual(new Map(rows.map(({ key, body }) => [key, body])), server.linesOf(version));
}

/** A server with a release and a device that holds it; `next` publishes another with one row changed. */
export async function synced() {
  const server = new ContentServer();
  const rows = drafts(3, 2, 10);
  await server.publish(rows);
  const lab = openLab();
  const device = lab.open(1, { learnerId: LEARNER, handle: server.handle });
  await device.sync();
  server.asked.length = 0;
  const next = async () => {
    const row = question(0, 0, 0, `Edited ${server.releases.length}?`);
    rows.set(`question/${row.id}`, row);
    await server.publish(rows);
  };
  return {
    server,
    device,
    next,
    deltas: () => server.asked.filter(({ path }) => path === "/delta").map(({ url }) => url.searchParams),
    [Symbol.dispose]() {
      device[Symbol.dispose]();
      lab[Symbol.dispose]();
    },
  };
}
