// What the server's steering does to a device: versions that must be updated, schemas that end, cursors that are too
// old, snapshots instead of deltas, bundles and their faults.
import assert from "node:assert/strict";
import { ContentServer } from "../../scripts/testkit/device/content_server.ts";
import { drafts, uuid } from "../conformance/server/curriculum.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { allQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";
import { assertHolds, LEARNER, synced } from "../../scripts/testkit/device/synced.ts";

Deno.test("C2: a snapshot in place of a delta replaces all content", async () => {
  using t = await synced();
  await t.next();
  t.server.prefersSnapshots = true;
  // What a snapshot does not mention is gone, also what nobody ever published.
  t.device.db.run("delete from content_row where id = ?", uuid(1, 1, 1));
  const { rows, repairs } = await t.device.sync();
  assert.deepEqual({ rows, repairs }, { rows: 69, repairs: [] });
  assert.deepEqual(t.deltas().map((query) => query.get("since")), ["1"]);
  assertHolds(t.device, t.server, 2);
});

Deno.test("C3: a cursor below the horizon starts over, found in the head or by a refusal", async () => {
  using t = await synced();
  await t.next();
  await t.next();
  t.server.horizon = 2;
  await t.device.sync();
  assert.deepEqual(t.deltas().map((query) => query.get("since")), ["0"]);
  assertHolds(t.device, t.server, 3);

  // The horizon moves between the head and the page.
  await t.next();
  await t.next();
  t.server.asked.length = 0;
  const { tamper } = t.server;
  t.server.tamper = (asked, bytes) => {
    if (asked.path === "/sync") t.server.horizon = 5;
    return tamper(asked, bytes);
  };
  await t.device.sync();
  assert.deepEqual(t.deltas().map((query) => query.get("since")), ["0"], "the refused one is not among them");
  assertHolds(t.device, t.server, 5);
});

Deno.test("C4: current, outdated and must update are reported, offline as well", async () => {
  using t = await synced();
  const told = () => {
    const { standing, mustUpdate, newest } = t.device.status();
    return { standing, mustUpdate, newest };
  };
  assert.deepEqual(told(), { standing: "current", mustUpdate: null, newest: 1 });
  await t.next();
  t.server.tamper = ({ path }, bytes) => path === "/delta" ? new Response("", { status: 400 }) : bytes;
  await assert.rejects(() => t.device.sync());
  assert.deepEqual(told(), { standing: "outdated", mustUpdate: null, newest: 2 });
  t.server.minimumVersion = 2;
  await assert.rejects(() => t.device.sync());
  assert.deepEqual(told(), { standing: "must_update", mustUpdate: "content", newest: 2 });
  t.server.tamper = (_, bytes) => bytes;
  await t.device.sync();
  assert.deepEqual(told(), { standing: "current", mustUpdate: null, newest: 2 });
});

Deno.test("C8: a retired schema requires an update of the app, but study and outbox continue", async () => {
  using t = await synced();
  t.server.schemaEndsAt = "2027-01-31T00:00:00Z";
  await t.device.sync();
  assert.equal(t.device.status().schemaEndsAt, "2027-01-31T00:00:00Z");
  await t.next();
  t.server.isRefused = true;
  const ids = studyOnce(t.device, allQuestions(t.device).slice(0, 3));
  const { delivered } = await t.device.sync();
  assert.equal(delivered, ids.length + 2);
  const { standing, mustUpdate, version, outbox } = t.device.status();
  assert.deepEqual({ standing, mustUpdate, version, pending: outbox.pending }, {
    standing: "must_update",
    mustUpdate: "app",
    version: 1,
    pending: 0,
  });
  assertHolds(t.device, t.server, 1);
  assert.ok((await t.device.verify()).ok);
  // The window is extended, or the app updated.
  t.server.isRefused = false;
  await t.device.sync();
  assert.equal(t.device.status().standing, "current");
});

Deno.test("C8: rows of another schema are fetched again in the schema of the app", async () => {
  using t = await synced();
  t.device.db.run("update sync_state set content_schema = 7");
  assert.equal(t.device.status().standing, "outdated");
  await t.device.sync();
  assert.deepEqual(t.deltas().map((query) => query.get("since")), ["0"]);
  assertHolds(t.device, t.server, 1);
});

Deno.test("C1: bundles deliver the snapshot without the learner's token", async () => {
  using t = await synced();
  t.server.isBundled = true;
  using lab = openLab(2);
  const tokens: (string | null)[] = [];
  using device = lab.open(1, {
    learnerId: LEARNER,
    handle: (request) => {
      if (request.url.includes("/files/")) tokens.push(request.headers.get("authorization"));
      return t.server.handle(request);
    },
  });
  const { rows } = await device.sync();
  assert.equal(rows, 69);
  assert.deepEqual(tokens, [null, null, null]);
  assert.deepEqual(t.deltas(), []);
  assertHolds(device, t.server, 1);
});

Deno.test("C1: only a missing, wrong or incomplete bundle is replaced by pages", async () => {
  const faults: Record<string, (bytes: Uint8Array<ArrayBuffer>) => Response> = {
    missing: () => new Response("<Error/>", { status: 404 }),
    wrong: (bytes) => new Response(bytes.map((byte, index) => index === 40 ? byte ^ 1 : byte)),
    "another's": () => new Response(new Uint8Array(20_000)),
    "cut off": (bytes) => new Response(bytes.slice(0, -9)),
  };
  for (const [name, fault] of Object.entries(faults)) {
    const server = new ContentServer();
    await server.publish(drafts(3, 2, 10));
    server.isBundled = true;
    server.tamper = ({ path, url }, bytes) =>
      path === "/bundle" && url.pathname.includes(uuid(1)) ? fault(bytes) : bytes;
    using lab = openLab();
    using device = lab.open(1, { learnerId: LEARNER, handle: server.handle });
    await device.sync();
    assertHolds(device, server, 1);
    assert.deepEqual(paged(server), [["0", uuid(1)]], name);
  }
});

/** Since when, and of which domains, pages were asked for. */
function paged(server: ContentServer): (string | null)[][] {
  return server.asked.filter(({ path }) => path === "/delta")
    .map(({ url }) => [url.searchParams.get("since"), url.searchParams.get("domains")]);
}

Deno.test("C1: only a slow bundle is replaced by pages", async () => {
  // A slow machine gets more time for the bundles that do come.
  for (let bundleMs = 50;; bundleMs *= 10) {
    const server = new ContentServer();
    await server.publish(drafts(3, 2, 10));
    server.isBundled = true;
    server.tamper = ({ path, url }, bytes) =>
      path === "/bundle" && url.pathname.includes(uuid(1))
        ? new Response(new ReadableStream({ start() {} }))
        : bytes;
    using lab = openLab();
    using device = lab.open(1, {
      learnerId: LEARNER,
      bundleMs,
      fetch: (input, init) => hanging(server.handle(new Request(input, init)), init?.signal ?? undefined),
    });
    // A timeout alone does not keep the test's process alive, as an open connection would.
    const alive = setInterval(() => {}, 10);
    await device.sync().finally(() => clearInterval(alive));
    assertHolds(device, server, 1);
    if (paged(server).length > 1 && bundleMs < 10_000) continue;
    assert.deepEqual(paged(server), [["0", uuid(1)]]);
    break;
  }
});

/** An answer whose body breaks off when the signal says so, as fetch does. */
async function hanging(answer: Promise<Response>, signal?: AbortSignal): Promise<Response> {
  const response = await answer;
  const body = response.body?.pipeThrough(new TransformStream(), { signal });
  return new Response(body, { status: response.status, headers: response.headers });
}

Deno.test("C1: a release without a bundle or a manifest is fetched as pages", async () => {
  for (const isManifestLost of [false, true]) {
    const server = new ContentServer();
    await server.publish(drafts(3, 2, 10));
    server.isBundled = true;
    server.tamper = ({ path }, bytes) => {
      if (path !== "/manifest") return bytes;
      if (isManifestLost) return new Response("", { status: 400 });
      const manifest = JSON.parse(new TextDecoder().decode(bytes));
      return new Response(JSON.stringify({ ...manifest, bundles: manifest.bundles.slice(0, 1) }));
    };
    using lab = openLab();
    using device = lab.open(1, { learnerId: LEARNER, handle: server.handle });
    await device.sync();
    assertHolds(device, server, 1);
    assert.equal(server.asked.filter(({ path }) => path === "/bundle").length, isManifestLost ? 0 : 1);
  }
});

Deno.test("C1: a new device takes older bundles and the delta while the newest release has none", async () => {
  using t = await synced();
  t.server.isBundled = true;
  t.server.bundledUntil = 1;
  t.server.minimumVersion = 2;
  await t.next();
  using lab = openLab(2);
  using device = lab.open(1, { learnerId: LEARNER, handle: t.server.handle });
  assert.equal((await device.sync()).rows, 69 + 1);
  assert.deepEqual(t.server.asked.map(({ path }) => path), [
    "/sync",
    "/manifest",
    "/bundle",
    "/bundle",
    "/bundle",
    "/delta",
  ]);
  assert.deepEqual(paged(t.server), [["1", null]]);
  assertHolds(device, t.server, 2);
  assert.equal(device.status().standing, "current");
});

Deno.test("C1: a device that holds an older release takes the delta and no bundle", async () => {
  for (const bundledUntil of [1, Infinity]) {
    using t = await synced();
    Object.assign(t.server, { isBundled: true, bundledUntil });
    await t.next();
    await t.device.sync();
    assert.deepEqual(t.server.asked.map(({ path }) => path), ["/sync", "/delta"]);
    assertHolds(t.device, t.server, 2);
  }
});

Deno.test("C1, I2: older bundles never take a device back", async () => {
  using t = await synced();
  await t.next();
  await t.device.sync();
  t.server.isBundled = true;
  t.server.bundledUntil = 1;
  await t.next();
  // It starts over, as after an update of the app.
  t.device.db.run("update sync_state set content_schema = 7");
  const held: number[] = [];
  t.server.tamper = ({ path }, bytes) => {
    if (path !== "/sync") held.push(t.device.status().version);
    return bytes;
  };
  t.server.asked.length = 0;
  await t.device.sync();
  assert.deepEqual(paged(t.server), [["0", null]], "pages of the newest release");
  assert.ok(held.every((version) => version === 2));
  assertHolds(t.device, t.server, 3);
});

Deno.test("C1: older bundles that do not have their published root cost pages, and no failure", async () => {
  using t = await synced();
  t.server.isBundled = true;
  t.server.bundledUntil = 1;
  await t.next();
  t.server.tamper = ({ path }, bytes) => {
    if (path !== "/sync") return bytes;
    const answer = JSON.parse(new TextDecoder().decode(bytes));
    answer.head.bundled.root = "0".repeat(64);
    return new Response(JSON.stringify(answer));
  };
  using lab = openLab(2);
  using device = lab.open(1, { learnerId: LEARNER, handle: t.server.handle });
  await device.sync();
  assert.deepEqual(paged(t.server), [["0", null]]);
  assertHolds(device, t.server, 2);
});
