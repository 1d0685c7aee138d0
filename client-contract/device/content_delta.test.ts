// C6: a delta, and a repair after `verify`, touch only the nodes that they change, and miss no damage by that. CARREL_SEED repeats a run,
// CARREL_RUNS makes it longer.
import fc from "fast-check";
import assert from "node:assert/strict";
import { join } from "node:path";
import type { HashBytes } from "../contract/sha256.ts";
import { openNodeSqlite } from "./node_sqlite.ts";
import { drafts, uuid } from "../conformance/server/curriculum.ts";
import { inflict } from "../../scripts/testkit/device/damage.ts";
import {
  assertHolds,
  changed,
  damage,
  fileAfter,
  held,
  LEARNER,
  published,
  SKILLS,
} from "../../scripts/testkit/device/damaged.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { startTestServer } from "../../scripts/testkit/device/server.ts";
import { publishedLines } from "../../scripts/testkit/device/server_rows.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";

Deno.test("C6: a delta over damage that nobody has noticed hides none of it", async () => {
  const server = await published();
  await server.publish(new Map([...drafts(3, SKILLS / 3, 6), ...changed]));
  const [before, after] = server.releases;
  const begin = fileAfter(server);
  const property = fc.asyncProperty(damage, async (damages) => {
    using lab = openLab();
    const file = join(lab.folder, "1.sqlite");
    server.releases = before ? [before] : [];
    await begin(1, file);
    for (const damage of damages) inflict(file, damage);
    if (after) server.releases.push(after);
    // The sync checks one node, and then applies the delta.
    using device = lab.open(1, { learnerId: LEARNER, handle: server.handle, checkRows: 1 });
    await device.sync();
    assert.equal(device.status().version, 2);
    if (!(await device.verify()).ok) await device.repair();
    await assertHolds(device, server, 2);
  });
  await fc.assert(property, { ...settings(30), endOnFailure: true });
});

Deno.test("C6: a delta and the repair of a damage that verify has found hash only the nodes that they change", async () => {
  const server = await published();
  using lab = openLab();
  const storage = openNodeSqlite(join(lab.folder, "1.sqlite"));
  let hashed = 0;
  const sha256: HashBytes = (bytes) => {
    hashed++;
    return storage.sha256?.(bytes) ?? assert.fail();
  };
  const o = { learnerId: LEARNER, handle: server.handle, checkRows: 1 };
  using device = lab.open(1, { ...o, storage: { ...storage, sha256 } });
  await device.sync();
  const rows = server.linesOf(1).size;
  assert.ok(hashed > rows, "the snapshot is hashed with the storage's own function");

  hashed = 0;
  await server.publish(new Map([...drafts(3, SKILLS / 3, 6), ...changed]));
  await device.sync();
  assert.ok(
    hashed < 25,
    `${hashed} hashes: two rows, two skills, two domains, the root, and the check of one node`,
  );
  await assertHolds(device, server, 2);

  device.db.run("update content_row set body = replace(body, 'Neu?', 'Alt?')");
  const { nodes } = await device.verify();
  assert.deepEqual(nodes, [uuid(1, 1)]);
  hashed = 0;
  const { wasSound, repairs } = await device.repair();
  assert.deepEqual([wasSound, repairs.map(({ rows }) => rows)], [false, [7]]);
  assert.ok(
    hashed < 30,
    `${hashed} hashes: the seven rows of the node as they were, as fetched and as written`,
  );
  await assertHolds(device, server, 2);
});

Deno.test("C1, C2: a device that has missed a release and its roll-back fetches no text that it holds", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const pages: string[] = [];
  const handle = async (request: Request) => {
    const response = await server.handle(request);
    if (request.url.includes("/delta")) pages.push(await response.clone().text());
    return response;
  };
  using device = lab.open(1, { learnerId: LEARNER, handle });
  const editAndRollBack = async (version: number) => {
    await server
      .sql`update content.question set explanation = 'Edited' where key in (select min(key) from content.question)`;
    await server
      .sql`update content.question set status = 'withdrawn' where key in (select max(key) from content.question)`;
    await server.sql`select public.publish_release()`;
    await server.sql`select public.rollback_release(${version})`;
    pages.length = 0;
    const { repairs } = await device.sync();
    assert.deepEqual(new Set(held(device).values()), new Set((await publishedLines(server.sql)).values()));
    assert.ok((await device.verify()).ok);
    const kinds = pages.flatMap((page) => page.trimEnd().split("\n")).map((line) => JSON.parse(line).kind);
    assert.deepEqual(kinds, ["page", "same", "same", "end"]);
    return repairs.length;
  };
  await device.sync();
  assert.equal(await editAndRollBack(1), 0);

  // If the held row is damaged, the line that is made of it is not the published one.
  device.db.run("update content_row set body = replace(body, '\"key\":', '\"key\" :') where version = 3");
  assert.equal(await editAndRollBack(3), 1);
});
