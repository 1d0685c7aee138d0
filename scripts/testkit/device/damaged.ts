// A device that holds the release of a server in memory, and damage to it.
import fc from "fast-check";
import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { sha256 } from "../../../client-contract/contract/sha256.ts";
import type { Device } from "../../../client-contract/device/device.ts";
import { ContentServer } from "./content_server.ts";
import { drafts, question } from "../../../client-contract/conformance/server/curriculum.ts";
import type { BitDamage, RowDamage } from "./damage.ts";
import { openLab } from "./devices.ts";

/** Whose devices they are. */
export const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
/** Skills of the release. */
export const SKILLS = 12;

const Line = z.object({ key: z.string(), body: z.string(), sha256: z.string() });
/** What a device holds, by `kind/id`. */
export const held = ({ db }: Device) =>
  new Map(
    db.all(Line, "select kind || '/' || id as key, body, sha256 from content_row order by kind || '/' || id")
      .map(({ key, body }) => [key, body]),
  );

/** The device has what was published, its columns and indexes too. */
export async function assertHolds(device: Device, server: ContentServer, version: number): Promise<void> {
  assert.deepEqual(held(device), server.linesOf(version));
  for (const row of device.db.all(Line, "select '' as key, body, sha256 from content_row")) {
    assert.equal(row.sha256, sha256(row.body));
  }
  const questions = device.domains().flatMap(({ id }) => device.skills(id)).flatMap(({ id }) =>
    device.questions(id)
  );
  assert.equal(
    questions.length,
    [...server.linesOf(version).keys()].filter((key) => key.startsWith("q")).length,
  );
  assert.deepEqual(device.db.all(z.unknown(), "select * from content_staged"), []);
  const { ok, nodes } = await device.verify();
  assert.deepEqual({ ok, nodes }, { ok: true, nodes: [] });
}

/** A server with a release. */
export async function published(): Promise<ContentServer> {
  const server = new ContentServer();
  await server.publish(drafts(3, SKILLS / 3, 6));
  return server;
}

/** What a property's runs begin with: a device's file as some syncs of version 1 leave it, made once and then copied. */
export function fileAfter(server: ContentServer, checkRows?: number) {
  const made = new Map<number, Promise<Uint8Array>>();
  const make = async (syncs: number) => {
    using lab = openLab();
    {
      using device = lab.open(1, { learnerId: LEARNER, handle: server.handle, checkRows });
      for (let i = 0; i < syncs; i++) await device.sync();
    }
    return Deno.readFileSync(join(lab.folder, "1.sqlite"));
  };
  return async (syncs: number, file: string) => {
    const bytes = made.get(syncs) ?? make(syncs);
    made.set(syncs, bytes);
    Deno.writeFileSync(file, await bytes);
  };
}

/** Chooses a row. */
export const pick = fc.nat(1000);
const flips = fc.record({ do: fc.constant("flip" as const), pick, at: fc.nat(2000), bit: fc.nat(7) });
const changes = fc.record({
  do: fc.constantFrom<RowDamage["do"][]>("delete", "duplicate", "stray", "hash", "swap", "node"),
  pick,
});
/** Up to two of each kind. Flips come last: what they have broken, SQL refuses to touch. */
export const damage: fc.Arbitrary<(BitDamage | RowDamage)[]> = fc.tuple(
  fc.array(changes, { maxLength: 2 }),
  fc.array(flips, { maxLength: 2 }),
).filter(([changes, flips]) => changes.length + flips.length > 0).map((
  [changes, flips],
) => [...changes, ...flips]);

/** Drafts that the next release changes: an edited question and a new one. */
export const changed = [question(1, 1, 1, "Neu?"), question(2, 0, 9)].map((row) =>
  [`${row.kind}/${row.id}`, row] as const
);
