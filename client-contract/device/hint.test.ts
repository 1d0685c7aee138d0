// What a device does once a hint is due: the shared head and new content, and everything else only where there is something
// to send.
import assert from "node:assert/strict";
import type { ContentHint } from "../contract/hint.ts";
import { CONTENT_SCHEMA } from "../contract/limits.ts";
import type { Device } from "./device.ts";
import type { ContentServer } from "../../scripts/testkit/device/content_server.ts";
import { uuid } from "../conformance/server/curriculum.ts";
import { deviceId } from "../../scripts/testkit/device/devices.ts";
import { allQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";
import { assertHolds, synced } from "../../scripts/testkit/device/synced.ts";

function hintOf(server: ContentServer, o: Partial<ContentHint> = {}): ContentHint {
  const version = server.releases.length;
  return { history: server.history, version, domains: [uuid(0)], bytes: 500, spread_s: 30, ...o };
}

const pathsOf = (server: ContentServer) => server.asked.map(({ path }) => path);

function headQuery(server: ContentServer): Record<string, string> {
  const asked = server.asked.find(({ path }) => path === "/head");
  return Object.fromEntries(asked?.url.searchParams ?? []);
}

Deno.test("S1: a hint leads to a request of the shared head and of the content, without a sync", async () => {
  using t = await synced();
  const { syncedAt } = t.device.status();
  await t.next();
  const { batches, rows, version } = await t.device.sync({ hint: hintOf(t.server) });
  assert.deepEqual({ batches, rows, version }, { batches: 0, rows: 1, version: 2 });
  assert.deepEqual(pathsOf(t.server), ["/head", "/delta"]);
  assert.deepEqual(headQuery(t.server), {
    schema: "2",
    expected: "2",
    history: t.server.history,
    device: deviceId(1),
    version: "1",
  });
  assertHolds(t.device, t.server, 2);
  const { standing, newest, ...status } = t.device.status();
  assert.deepEqual({ standing, newest, syncedAt: status.syncedAt }, {
    standing: "current",
    newest: 2,
    syncedAt,
  });
});

Deno.test("S1: a hint fetches the chosen domains and the hashes of all, without a sync", async () => {
  using t = await synced();
  t.device.setDomains([uuid(0)]);
  t.server.isBundled = true;
  t.server.prefersSnapshots = true;
  await t.next();
  await t.device.sync({ hint: hintOf(t.server) });
  assert.ok(!pathsOf(t.server).includes("/sync"));
  assert.ok(pathsOf(t.server).includes("/domains"));
  assert.deepEqual(t.device.status().standing, "current");
  assert.ok((await t.device.verify()).ok);
});

Deno.test("S1: a device with unsent or unseen changes syncs after a hint", async () => {
  const reasons: Record<string, (device: Device, server: ContentServer) => void> = {
    "an event waits": (device) => void studyOnce(device, allQuestions(device).slice(0, 1)),
    "a dead letter waits": (device) => device.deadLetter(`{"id":"01KANB7Q0000000000000000AB"}`, "unreadable"),
    "the server was restored": (_, server) => void (server.history = "ffffffffffffffff"),
    "the device was signed off": (device) => void device.db.run("update sync_state set revoked = 1"),
    "it never synced": (device) =>
      void device.db.run("update sync_state set history = null, pull_cursor = null"),
  };
  for (const [reason, arrange] of Object.entries(reasons)) {
    using t = await synced();
    await t.next();
    arrange(t.device, t.server);
    await t.device.sync({ hint: hintOf(t.server) });
    assert.equal(pathsOf(t.server)[0], "/sync", reason);
    assert.ok(!pathsOf(t.server).includes("/head"), reason);
    assertHolds(t.device, t.server, 2);
    const { pending, dead } = t.device.status().outbox;
    assert.deepEqual({ pending, dead }, { pending: 0, dead: 0 }, reason);
  }
});

Deno.test("S1: telemetry alone causes no sync after a hint", async () => {
  using t = await synced();
  t.device.recordFailure({ code: "sync_failed", fatal: false });
  await t.next();
  await t.device.sync({ hint: hintOf(t.server) });
  assert.deepEqual(pathsOf(t.server), ["/head", "/delta"]);
});

Deno.test("S1: a hint about a release that the device has causes no request", async () => {
  using t = await synced();
  await t.next();
  await t.device.sync();
  t.server.asked.length = 0;
  await t.device.sync({ hint: hintOf(t.server) });
  assert.deepEqual(pathsOf(t.server), []);
});

Deno.test("S1: a late hint expects the newer release that a sync has announced", async () => {
  using t = await synced();
  await t.next();
  await t.next();
  t.server.tamper = ({ path }, bytes) => path === "/delta" ? new Response("", { status: 400 }) : bytes;
  await assert.rejects(() => t.device.sync());
  t.server.tamper = (_, bytes) => bytes;
  t.server.asked.length = 0;
  await t.device.sync({ hint: hintOf(t.server, { version: 2 }) });
  assert.equal(headQuery(t.server).expected, "3");
});

Deno.test("C4: a shared head does not undo what a sync has reported, and its news count at once", async () => {
  using t = await synced();
  t.server.minimumVersion = 2;
  t.server.schemaEndsAt = "2027-01-31T00:00:00Z";
  await t.device.sync();
  await t.next();
  t.server.tamper = ({ path }, bytes) => {
    if (path === "/delta") return new Response("", { status: 400 });
    if (path !== "/head") return bytes;
    const head = JSON.parse(new TextDecoder().decode(bytes));
    return new Response(JSON.stringify({ ...head, minimum_version: 0, schema_ends_at: null }));
  };
  await assert.rejects(() => t.device.sync({ hint: hintOf(t.server) }));
  const { mustUpdate, schemaEndsAt } = t.device.status();
  assert.deepEqual({ mustUpdate, schemaEndsAt }, {
    mustUpdate: "content",
    schemaEndsAt: "2027-01-31T00:00:00Z",
  });
  // The release that comes with the hint is mandatory.
  t.server.minimumVersion = 3;
  t.server.tamper = ({ path }, bytes) => path === "/delta" ? new Response("", { status: 400 }) : bytes;
  await t.next();
  await assert.rejects(() => t.device.sync({ hint: hintOf(t.server) }));
  t.server.minimumVersion = 0;
  t.server.tamper = (_, bytes) => bytes;
  await t.device.sync({ hint: hintOf(t.server) });
  assert.equal(t.device.status().standing, "current");
  t.device.db.run("update sync_state set content_version = 2");
  assert.equal(t.device.status().mustUpdate, "content", "3 was told once, and holds until the next sync");
});

Deno.test("C8: a hint to an app whose schema has ended requires an update", async () => {
  using t = await synced();
  await t.next();
  t.server.isRefused = true;
  await t.device.sync({ hint: hintOf(t.server) });
  const { mustUpdate, version } = t.device.status();
  assert.deepEqual({ mustUpdate, version }, { mustUpdate: "app", version: 1 });
  assertHolds(t.device, t.server, 1);
});

Deno.test("S1: a sync for a hint and a full sync are not mistaken for each other", async () => {
  using t = await synced();
  await t.next();
  const { promise: isFetching, resolve } = Promise.withResolvers<void>();
  t.server.tamper = ({ path }, bytes) => {
    if (path === "/delta") resolve();
    return bytes;
  };
  const first = t.device.sync();
  await isFetching;
  // It has its head already: joined by the hint, it would leave the device behind until the next poll.
  await t.next();
  const hinted = t.device.sync({ hint: hintOf(t.server) });
  assert.equal((await first).version, 2);
  studyOnce(t.device, allQuestions(t.device).slice(0, 1));
  const last = t.device.sync();
  assert.equal((await hinted).version, 3);
  await last;
  assert.equal(t.device.status().outbox.pending, 0);
});

/** The server answers with the head of release 1, so many times. */
function answerLate(server: ContentServer, times: number): void {
  const { root } = server.release(1).tree;
  server.tamper = ({ path }, bytes) => {
    if ((path !== "/head" && path !== "/sync") || times-- <= 0) return bytes;
    const answer = JSON.parse(new TextDecoder().decode(bytes));
    Object.assign(answer.head ?? answer, { version: 1, root });
    return new Response(JSON.stringify(answer));
  };
}

Deno.test("S1: a hint that overtakes its release is followed once the head has the release", async () => {
  for (const hasEvents of [false, true]) {
    using t = await synced();
    await t.next();
    if (hasEvents) studyOnce(t.device, allQuestions(t.device).slice(0, 1));
    answerLate(t.server, 3);
    await t.device.sync({ hint: hintOf(t.server) });
    const heads = Array.from({ length: hasEvents ? 3 : 4 }, () => "/head");
    assert.deepEqual(pathsOf(t.server), [...(hasEvents ? ["/sync"] : []), ...heads, "/delta"]);
    assertHolds(t.device, t.server, 2);
  }
});

Deno.test("S1: a hint whose release never comes ends after some requests, without a failure", async () => {
  using t = await synced();
  await t.device.sync({ hint: hintOf(t.server, { version: 9 }) });
  assert.deepEqual(new Set(pathsOf(t.server)), new Set(["/head"]));
  assert.ok(t.server.asked.length <= 6, `${t.server.asked.length} requests`);
  assertHolds(t.device, t.server, 1);
});

/** A hint with the release's root, or another one. */
function rootedHint(server: ContentServer, o: Partial<ContentHint> & { root?: string } = {}): ContentHint {
  const { root = server.release(server.releases.length).tree.root, ...rest } = o;
  return hintOf(server, { roots: [{ schema: CONTENT_SCHEMA, root }], ...rest });
}

Deno.test("S1: a hint with the release's root leads to the delta at once", async () => {
  using t = await synced();
  await t.next();
  const { batches, rows, version } = await t.device.sync({ hint: rootedHint(t.server) });
  assert.deepEqual({ batches, rows, version }, { batches: 0, rows: 1, version: 2 });
  assert.deepEqual(pathsOf(t.server), ["/delta"]);
  assertHolds(t.device, t.server, 2);
  const { standing, newest } = t.device.status();
  assert.deepEqual({ standing, newest }, { standing: "current", newest: 2 });
  assert.ok((await t.device.verify()).ok);
});

Deno.test("S1: a hint with a root leads to the head where the delta alone is not enough", async () => {
  const reasons: Record<string, (device: Device, server: ContentServer) => ContentHint> = {
    "the root is of another content schema": (_, server) =>
      hintOf(server, { roots: [{ schema: CONTENT_SCHEMA - 1, root: "0".repeat(64) }] }),
    "the change is large": (_, server) => rootedHint(server, { bytes: 10_000_000 }),
    "a newer release is known": (device, server) => {
      device.db.run("update sync_state set head_version = 3");
      return rootedHint(server);
    },
    "the device holds some domains": (device, server) => {
      device.setDomains([uuid(0)]);
      return rootedHint(server);
    },
    "the cache is damaged": (device, server) => {
      device.db.run("update sync_state set content_suspect = 1");
      return rootedHint(server);
    },
  };
  for (const [reason, arrange] of Object.entries(reasons)) {
    using t = await synced();
    await t.next();
    await t.device.sync({ hint: arrange(t.device, t.server) });
    assert.equal(pathsOf(t.server)[0], "/head", reason);
    assert.equal(t.device.status().version, 2, reason);
    assert.ok((await t.device.verify()).ok, reason);
  }
});

Deno.test("S1: a hint with a wrong root costs one request, and the cache is not suspected", async () => {
  using t = await synced();
  await t.next();
  await t.device.sync({ hint: rootedHint(t.server, { root: "0".repeat(64) }) });
  assert.deepEqual(pathsOf(t.server), ["/delta", "/head", "/delta"]);
  assertHolds(t.device, t.server, 2);
  assert.ok((await t.device.verify()).ok);
});

Deno.test("S1: a hint with the root of a release that does not exist costs one request, and changes nothing", async () => {
  using t = await synced();
  await t.device.sync({ hint: rootedHint(t.server, { version: 9 }) });
  assert.deepEqual(t.server.refused, ["/delta"]);
  assert.deepEqual(new Set(pathsOf(t.server)), new Set(["/head"]));
  assertHolds(t.device, t.server, 1);
});

Deno.test("S1: a hint with a root applies nothing where the server sends other rows", async () => {
  using t = await synced();
  await t.next();
  t.server.tamper = ({ path }, bytes) =>
    path === "/delta"
      ? new TextEncoder().encode(new TextDecoder().decode(bytes).replace(/"prompt":"/, '"prompt":"not '))
      : path === "/head"
      ? new Response("{}", { status: 400 })
      : bytes;
  await assert.rejects(() => t.device.sync({ hint: rootedHint(t.server) }));
  assertHolds(t.device, t.server, 1);
  t.server.tamper = (_, bytes) => bytes;
  await t.device.sync({ hint: rootedHint(t.server) });
  assertHolds(t.device, t.server, 2);
});
