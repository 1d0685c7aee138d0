// C6: whatever happens to the cache on its disk is found, and repaired to the server's bytes by fetching the damaged
// nodes alone. CARREL_SEED repeats a run, CARREL_RUNS makes it longer.
import fc from "fast-check";
import assert from "node:assert/strict";
import { join } from "node:path";
import { ContentServer } from "../../scripts/testkit/device/content_server.ts";
import { drafts, uuid } from "../conformance/server/curriculum.ts";
import { type BitDamage, flipIndex, inflict } from "../../scripts/testkit/device/damage.ts";
import {
  assertHolds,
  changed,
  damage,
  fileAfter,
  held,
  LEARNER,
  pick,
  published,
  SKILLS,
} from "../../scripts/testkit/device/damaged.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";

Deno.test("C6: any damage of the cache is found and repaired by fetching only the damaged nodes", async () => {
  const server = await published();
  const begin = fileAfter(server);
  const property = fc.asyncProperty(
    damage,
    fc.constantFrom("repair", "sync", "delta"),
    async (damages, by) => {
      using lab = openLab();
      server.releases.length = 1;
      const o = { learnerId: LEARNER, handle: server.handle };
      const file = join(lab.folder, "1.sqlite");
      await begin(1, file);
      for (const damage of damages) inflict(file, damage);
      using device = lab.open(1, o);
      const { ok, nodes } = await device.verify();
      // Flipping a bit twice, or deleting what was added, is no damage.
      const isSame = damages.length > 1 &&
        JSON.stringify([...held(device)]) === JSON.stringify([...server.linesOf(1)]);
      assert.ok(!ok || isSame, "the damage was not found");
      assert.equal(device.status().isSuspect, !ok);
      server.asked.length = 0;
      server.reports.length = 0;
      if (by === "delta") await server.publish(new Map([...drafts(3, SKILLS / 3, 6), ...changed]));
      if (by === "repair") await device.repair();
      else await device.sync();
      await assertHolds(device, server, by === "delta" ? 2 : 1);
      const asked = server.asked.filter(({ path }) => path === "/node").map(({ url }) =>
        url.searchParams.get("id")
      );
      assert.equal(new Set(asked).size, asked.length, "each once");
      if (by !== "delta") assert.ok(asked.every((id) => id !== null && nodes.includes(id)));
      // Each can damage two skills, or a domain as well: never the snapshot.
      assert.ok(asked.length <= 2 * damages.length + 3);
      if (by !== "delta") assert.equal(server.bytesOf("/delta"), 0);
      const isReported = asked.length > 0 || server.reports.length > 0;
      assert.deepEqual(server.reports.map(({ kind }) => kind), isReported ? ["mismatch", "repair"] : []);
    },
  );
  await fc.assert(property, { ...settings(30), endOnFailure: true });
});

Deno.test("C6: syncs find and repair any damage by checking a part of the cache each", async () => {
  const server = await published();
  const [rows, checkRows] = [server.linesOf(1).size, 10];
  // A node begins below the budget and is looked at to its end: 7 rows at most.
  const syncs = Math.ceil(rows / checkRows) + 1;
  const begin = fileAfter(server, checkRows);
  const property = fc.asyncProperty(damage, fc.nat(syncs), async (damages, before) => {
    using lab = openLab();
    server.releases.length = 1;
    const o = { learnerId: LEARNER, handle: server.handle, checkRows };
    const file = join(lab.folder, "1.sqlite");
    // Wherever in its round the device is when the damage is done.
    await begin(before + 1, file);
    for (const damage of damages) inflict(file, damage);
    using device = lab.open(1, o);
    server.asked.length = 0;
    let repaired = 0;
    for (let i = 0; i < syncs; i++) {
      const { checked, repairs } = await device.sync();
      assert.ok(checked < checkRows + 7, `${checked} rows in one sync`);
      repaired += repairs.length;
    }
    await assertHolds(device, server, 1);
    assert.equal(server.bytesOf("/delta"), 0, "never the snapshot");
    assert.ok(server.asked.filter(({ path }) => path === "/manifest").length <= repaired + 1);
  });
  // A flip that makes one row's key another row's: then no unique index can be made of what lies there.
  const collision: BitDamage = { do: "flip", pick: 366, at: 20, bit: 1 };
  await fc.assert(property, { ...settings(30), examples: [[[collision], 7]], endOnFailure: true });
});

Deno.test("C6: an undamaged cache is checked in rounds without any request", async () => {
  const server = await published();
  using lab = openLab();
  using device = lab.open(1, { learnerId: LEARNER, handle: server.handle, checkRows: 30 });
  assert.equal((await device.sync()).checked, 0, "there was nothing yet");
  server.asked.length = 0;
  const rows = server.linesOf(1).size;
  const round: number[] = [];
  while (round.reduce((sum, checked) => sum + checked, 0) < rows) round.push((await device.sync()).checked);
  assert.deepEqual(round.reduce((sum, checked) => sum + checked, 0), rows, "each row once");
  assert.ok(round.every((checked) => checked > 0 && checked < 37) && round.length >= 3);
  assert.equal((await device.sync()).checked, round[0], "and from the start again");
  assert.deepEqual(new Set(server.asked.map(({ path }) => path)), new Set(["/sync"]));
});

Deno.test("C6: a table that SQLite cannot read is found and fetched again", async () => {
  const server = await published();
  const flips = fc.record({ do: fc.constant("header" as const), pick, at: fc.nat(11), bit: fc.nat(7) });
  const begin = fileAfter(server);
  const property = fc.asyncProperty(flips, async (damage) => {
    using lab = openLab();
    const o = { learnerId: LEARNER, handle: server.handle };
    const file = join(lab.folder, "1.sqlite");
    await begin(1, file);
    inflict(file, damage);
    using device = lab.open(1, o);
    assert.equal((await device.verify()).ok, false);
    await device.sync();
    await assertHolds(device, server, 1);
  });
  await fc.assert(property, { ...settings(20), endOnFailure: true });
});

Deno.test("C6: a download that was damaged before it is applied is repaired", async () => {
  const server = await published();
  let isCut = false;
  const tampering = (sql: string) => async () => {
    using lab = openLab();
    const o = {
      learnerId: LEARNER,
      pageRows: 40,
      retry: { attempts: 1, baseMs: 0, capMs: 0, patienceMs: 0 },
    };
    let pages = 0;
    isCut = true;
    const handle = (request: Request) =>
      isCut && request.url.includes("/delta") && pages++ > 1
        ? Promise.reject(new TypeError("killed"))
        : server.handle(request);
    {
      using device = lab.open(1, { ...o, handle });
      await assert.rejects(() => device.sync());
      assert.ok(device.db.run(sql) > 0, sql);
    }
    isCut = false;
    using device = lab.open(1, { ...o, handle });
    const { repairs } = await device.sync();
    assert.equal(repairs.length, 1, sql);
    assert.ok(repairs[0] && repairs[0].nodes.length <= 2);
    await assertHolds(device, server, 1);
  };
  const one = "rowid = (select min(rowid) from content_staged where kind = 'question')";
  for (
    const sql of [
      `update content_staged set body = replace(body, 'F', 'E') where ${one}`,
      `update content_staged set body = '{' || body where ${one}`,
      `update content_staged set body = null where ${one}`,
      `update content_staged set id = 'x' where ${one}`,
      `delete from content_staged where ${one}`,
      "delete from content_staged where rowid = (select min(rowid) from content_staged where kind = 'skill')",
      "update content_staged set body = replace(body, '🧭', '?') where kind = 'domain' and rowid = 1",
    ]
  ) await tampering(sql)();
});

Deno.test("C6: the repair of one row fetches its skill and the manifest only", async () => {
  const server = new ContentServer();
  await server.publish(drafts(5, 20, 30));
  using lab = openLab();
  const o = { learnerId: LEARNER, handle: server.handle };
  {
    using device = lab.open(1, o);
    await device.sync();
  }
  inflict(join(lab.folder, "1.sqlite"), { do: "flip", pick: 777, at: 100, bit: 3 });
  using device = lab.open(1, o);
  const { repairs, replaced } = await device.repair();
  assert.deepEqual(repairs.map(({ rows, nodes }) => [rows, nodes.length]), [[31, 1]]);
  assert.equal(replaced, false);
  assert.ok(server.bytesOf("/node") < server.bytesOf("/delta") / 90);
  await assertHolds(device, server, 1);
  assert.ok((await device.repair()).wasSound);
});

Deno.test("C6: the snapshot replaces the cache where the manifest cannot be matched", async () => {
  const server = await published();
  for (const isRootLost of [false, true]) {
    using lab = openLab();
    const o = { learnerId: LEARNER, handle: server.handle };
    using device = lab.open(1, o);
    await device.sync();
    if (isRootLost) device.db.run("update sync_state set content_root = ?", "0".repeat(64));
    else {
      device.db.run("update content_row set sha256 = ? where id = ?", "0".repeat(64), uuid(0));
      server.tamper = ({ path }, bytes) => path === "/manifest" ? new Response(null, { status: 404 }) : bytes;
    }
    server.asked.length = 0;
    assert.equal((await device.verify()).ok, false);
    const report = await device.repair();
    assert.deepEqual([report.replaced, report.version], [true, 1]);
    assert.equal(server.asked.filter(({ path }) => path === "/delta").length, 1);
    server.tamper = (_, bytes) => bytes;
    await assertHolds(device, server, 1);
  }
});

Deno.test("C6: a node that does not match the hash tree is not applied", async () => {
  const server = await published();
  using lab = openLab();
  using device = lab.open(1, { learnerId: LEARNER, handle: server.handle });
  await device.sync();
  device.db.run("delete from content_row where id = ?", uuid(0, 0, 0));
  server.tamper = ({ path }, bytes) =>
    path === "/node" || path === "/delta"
      ? new Response(new TextDecoder().decode(bytes).replace("Frage 0.0.1", "Frage 0.0.2"))
      : bytes;
  const before = held(device);
  await device.verify();
  await assert.rejects(() => device.sync(), { code: "content_mismatch" });
  assert.deepEqual(held(device), before);
  server.tamper = (_, bytes) => bytes;
  await device.sync();
  await assertHolds(device, server, 1);
});

Deno.test("C6: a broken index is rebuilt without a request", async () => {
  const server = await published();
  using lab = openLab();
  const o = { learnerId: LEARNER, handle: server.handle };
  {
    using device = lab.open(1, o);
    await device.sync();
  }
  flipIndex(join(lab.folder, "1.sqlite"), uuid(1, 2));
  using device = lab.open(1, o);
  assert.deepEqual(device.questions(uuid(1, 2)), [], "as an app would see it");
  const { ok, damaged, nodes } = await device.verify();
  assert.deepEqual({ ok, damaged, nodes }, { ok: false, damaged: [], nodes: [] });
  server.asked.length = 0;
  assert.deepEqual((await device.repair()).repairs, []);
  assert.deepEqual(server.asked, []);
  await assertHolds(device, server, 1);
});
