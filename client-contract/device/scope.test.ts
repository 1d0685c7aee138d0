// C7: a device that holds some domains has, after each sync, exactly what the server has of them at that version.
// CARREL_SEED repeats a run, CARREL_RUNS makes it longer.
import fc from "fast-check";
import assert from "node:assert/strict";
import { z } from "zod";
import type { Device } from "./device.ts";
import { ContentServer } from "../../scripts/testkit/device/content_server.ts";
import { type Draft, drafts, question, uuid } from "../conformance/server/curriculum.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";

const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const DOMAINS = 4;
const SKILLS = 2;

const Line = z.object({ key: z.string(), body: z.string() });
const held = ({ db }: Device) =>
  new Map(
    db.all(Line, "select kind || '/' || id as key, body from content_row order by kind || '/' || id")
      .map(({ key, body }) => [key, body]),
  );

const domain = fc.nat(DOMAINS - 1);
const skill = fc.nat(SKILLS - 1);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("edit" as const),
      domain,
      skill,
      q: fc.nat(3),
      text: fc.string(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("withdraw" as const), domain, skill, q: fc.nat(3) }) },
  // A skill, with its questions, goes to another domain; or comes back.
  { weight: 2, arbitrary: fc.record({ do: fc.constant("move" as const), domain, skill, to: domain }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("drop" as const), domain }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("publish" as const) }) },
  // As a roll-back to the first release, once it is published.
  { weight: 1, arbitrary: fc.record({ do: fc.constant("back" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("choose" as const),
      domains: fc.option(fc.uniqueArray(fc.nat(DOMAINS), { maxLength: DOMAINS }), { freq: 4 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("sync" as const) }) },
  // The process dies, or the network, after the server's nth answer.
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("cut" as const), after: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("horizon" as const) }) },
  // The newest release gets its bundles.
  { weight: 2, arbitrary: fc.record({ do: fc.constant("bundle" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Edits drafts as the step says. */
function edit(rows: Map<string, Draft>, step: Step): void {
  const put = (row: Draft) => rows.set(`${row.kind}/${row.id}`, row);
  if (step.do === "edit") {
    const at = rows.get(`skill/${uuid(step.domain, step.skill)}`);
    if (at?.kind !== "skill") return;
    put({ ...question(step.domain, step.skill, step.q, `Q ${step.text}`), domain_id: at.domain_id });
  } else if (step.do === "withdraw") rows.delete(`question/${uuid(step.domain, step.skill, step.q)}`);
  else if (step.do === "move") {
    const id = uuid(step.domain, step.skill);
    if (!rows.has(`domain/${uuid(step.to)}`)) return;
    for (const row of rows.values()) {
      if (row.kind === "skill" && row.id === id) put({ ...row, domain_id: uuid(step.to) });
      if (row.kind === "question" && row.skill_id === id) put({ ...row, domain_id: uuid(step.to) });
    }
  } else if (step.do === "back") {
    rows.clear();
    for (const row of drafts(DOMAINS, SKILLS, 2).values()) put(row);
  } else if (step.do === "drop" && rows.size > 20) {
    const id = uuid(step.domain);
    for (const [key, row] of rows) {
      if (row.id === id || (row.kind !== "domain" && row.domain_id === id)) rows.delete(key);
    }
  }
}

async function assertHolds(device: Device, server: ContentServer): Promise<void> {
  const { domains, version, standing } = device.status();
  assert.equal(version, server.releases.length);
  assert.deepEqual(held(device), server.linesOf(version, domains && new Set(domains)));
  const { ok, nodes } = await device.verify();
  assert.deepEqual({ ok, nodes, standing }, { ok: true, nodes: [], standing: "current" });
}

Deno.test("C7: a device has the server's rows of its chosen domains in any sequence of releases and choices", async () => {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 4, maxLength: 30, size: "max" }),
    fc.constantFrom("none", "at once", "later"),
    fc.boolean(),
    async (steps, bundles, prefersSnapshots) => {
      using lab = openLab();
      const server = new ContentServer();
      Object.assign(server, { isBundled: bundles !== "none", prefersSnapshots });
      const rows = drafts(DOMAINS, SKILLS, 2);
      await server.publish(rows);
      if (bundles === "later") server.bundledUntil = 1;
      let left = Infinity;
      const device = lab.open(1, {
        learnerId: LEARNER,
        pageRows: 5,
        checkRows: 10,
        retry: { attempts: 1, baseMs: 0, capMs: 0, patienceMs: 0 },
        handle: (request) => left-- > 0 ? server.handle(request) : Promise.reject(new TypeError("cut")),
      });
      try {
        for (const step of steps) {
          edit(rows, step);
          if (step.do === "publish") await server.publish(rows);
          if (step.do === "bundle" && bundles === "later") server.bundledUntil = server.releases.length;
          if (step.do === "horizon") server.horizon = server.releases.length;
          if (step.do === "choose") {
            const ids = step.domains?.map((n) => uuid(n)) ?? null;
            device.setDomains(ids);
            // What goes, goes at once.
            const kept = device.db.all(Line, "select coalesce(domain_id, id) as key, body from content_row");
            assert.ok(ids === null || kept.every(({ key }) => ids.includes(key)));
            assert.ok((await device.verify()).ok);
          }
          if (step.do === "cut") {
            left = step.after;
            await device.sync().catch(() => {});
            left = Infinity;
          }
          if (step.do === "sync") {
            await device.sync();
            await assertHolds(device, server);
          }
        }
        await device.sync();
        await assertHolds(device, server);
        assert.deepEqual(server.reports, [], "and no sync's check of the cache raised a false alarm");
      } finally {
        device[Symbol.dispose]();
      }
    },
  );
  // What is held is below the horizon and all is wanted: bundles name no domain that is gone meanwhile.
  const gone: Step[] = [
    { do: "choose", domains: [0, 2] },
    { do: "sync" },
    { do: "drop", domain: 0 },
    { do: "publish" },
    { do: "choose", domains: null },
    { do: "horizon" },
  ];
  await fc.assert(property, { ...settings(40), examples: [[gone, "at once", false]], endOnFailure: true });
});

Deno.test("C7: an added domain costs its snapshot, a kept one its delta, a removed one nothing", async () => {
  using lab = openLab();
  const server = new ContentServer();
  const rows = drafts(DOMAINS, SKILLS, 20);
  await server.publish(rows);
  using device = lab.open(1, { learnerId: LEARNER, handle: server.handle, domains: [uuid(0), uuid(1)] });
  await device.sync();
  assert.deepEqual(device.domains().map(({ id }) => id), [uuid(0), uuid(1)]);
  edit(rows, { do: "edit", domain: 1, skill: 0, q: 1, text: "new" });
  await server.publish(rows);
  device.setDomains([uuid(1), uuid(2)]);
  assert.equal(device.status().standing, "outdated");
  server.asked.length = 0;
  const { rows: written } = await device.sync();
  assert.equal(written, 1 + 43);
  const deltas = server.asked.filter(({ path }) => path === "/delta").map(({ url }) => url.searchParams);
  assert.deepEqual(deltas.map((query) => [query.get("since"), query.get("domains")]), [
    ["1", uuid(1)],
    ["0", uuid(2)],
  ]);
  device.setDomains(null);
  server.asked.length = 0;
  await device.sync();
  await assertHolds(device, server);
  const [rest] = server.asked.filter(({ path }) => path === "/delta").map(({ url }) => url.searchParams);
  assert.deepEqual(rest?.get("domains")?.split(",").sort(), [uuid(0), uuid(3)]);
});

Deno.test("C6, C7: a device with some domains fetches no manifest with a release, and the hashes of the domains instead", async () => {
  using lab = openLab();
  const server = new ContentServer();
  const rows = drafts(DOMAINS, SKILLS, 20);
  await server.publish(rows);
  using device = lab.open(1, { learnerId: LEARNER, handle: server.handle, domains: [uuid(1)] });
  await device.sync();
  edit(rows, { do: "edit", domain: 1, skill: 0, q: 1, text: "new" });
  edit(rows, { do: "edit", domain: 2, skill: 0, q: 1, text: "new" });
  await server.publish(rows);
  await device.sync();
  await assertHolds(device, server);
  assert.equal(server.bytesOf("/manifest"), 0);

  // A server that lies about a domain that the device does not hold gives another root.
  edit(rows, { do: "edit", domain: 1, skill: 0, q: 1, text: "newer" });
  await server.publish(rows);
  server.tamper = ({ path }, bytes) =>
    path === "/domains"
      ? new Response(
        new TextDecoder().decode(bytes).replace(
          server.release(3).tree.domains.get(uuid(3)) ?? "-",
          "0".repeat(64),
        ),
      )
      : bytes;
  await device.sync();
  await assertHolds(device, server);
  assert.equal(server.asked.filter(({ path }) => path === "/manifest").length, 1, "the manifest decides");

  // Nor is a forged row of a held domain applied.
  edit(rows, { do: "edit", domain: 1, skill: 0, q: 1, text: "true" });
  await server.publish(rows);
  server.tamper = ({ path }, bytes) =>
    path === "/delta" ? new Response(new TextDecoder().decode(bytes).replace("Q true", "Q false")) : bytes;
  const { repairs } = await device.sync();
  assert.deepEqual(repairs.map(({ nodes }) => nodes), [[uuid(1, 0)]]);
  await assertHolds(device, server);
});

Deno.test("C7: a choice of domains that is made during a sync wins", async () => {
  using lab = openLab();
  const server = new ContentServer();
  await server.publish(drafts(DOMAINS, SKILLS, 20));
  for (const path of ["/delta", "/domains"]) {
    let isChosen = false;
    const device: Device = lab.open(path.length, {
      learnerId: LEARNER,
      domains: [uuid(0)],
      handle: async (request) => {
        const answer = await server.handle(request);
        if (!isChosen && request.url.includes(path)) {
          isChosen = true;
          device.setDomains([uuid(1), uuid(3)]);
        }
        return answer;
      },
    });
    await device.sync();
    assert.ok(isChosen);
    await assertHolds(device, server);
    device[Symbol.dispose]();
  }
});
