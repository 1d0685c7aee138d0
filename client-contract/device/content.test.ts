// The content cache against the real function and database: what a device holds is a release, to the byte.
import assert from "node:assert/strict";
import { z } from "zod";
import { readState } from "./context.ts";
import type { Device } from "./device.ts";
import { DeviceError } from "./device_error.ts";
import { rightAnswer } from "../../scripts/testkit/device/answers.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import {
  type Handle,
  rotateHistory,
  startTestServer,
  type TestServer,
} from "../../scripts/testkit/device/server.ts";
import { publishedLines } from "../../scripts/testkit/device/server_rows.ts";
import { allQuestions, firstQuestions } from "../../scripts/testkit/device/study.ts";

const Line = z.object({ id: z.string(), body: z.string() });
const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const IMPATIENT = { attempts: 1, baseMs: 0, capMs: 0, patienceMs: 0 };

const cachedLines = ({ db }: Device) =>
  new Map(db.all(Line, "select id, body from content_row order by id").map(({ id, body }) => [id, body]));

/** The device holds the newest release, byte for byte, and nothing of a download. */
async function assertHolds(device: Device, { sql }: TestServer): Promise<void> {
  assert.deepEqual(cachedLines(device), await publishedLines(sql));
  assert.ok((await device.verify()).ok);
  assert.equal(device.db.get(z.unknown(), "select * from content_staged"), undefined);
  assert.equal(device.db.get(z.unknown(), "select * from content_download"), undefined);
}

/** Publishes a release that corrects one question, withdraws two and adds one. */
async function publishChanges({ sql }: TestServer): Promise<void> {
  await sql`update content.question set answer = '{"choice": 0}', explanation = 'Corrected – «ü» 🧭'
    where id = (select min(id::text)::uuid from content.question where answer <> '{"choice": 0}' and status = 'active')`;
  await sql`update content.question set status = 'withdrawn'
    where id in (select id from content.question where status = 'active' order by key desc limit 2)`;
  await sql`insert into content.question (skill_id, key, prompt, choices, answer)
    select min(id::text)::uuid, gen_random_uuid()::text, 'New?', '{yes,no}', '{"choice": 1}' from content.skill`;
  await sql`select public.publish_release()`;
}

Deno.test("C1, C2, C3: a snapshot and a delta with tombstones give the rows and the root of the server", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  using device = lab.open(1, { learnerId: LEARNER, handle: server.handle });
  assert.equal((await device.sync()).rows, 72);
  await assertHolds(device, server);
  assert.deepEqual(
    [device.domains().length, device.domains().flatMap(({ id }) => device.skills(id)).length],
    [3, 9],
  );
  assert.equal(allQuestions(device).length, 60);

  await publishChanges(server);
  const { rows, version } = await device.sync();
  assert.deepEqual({ rows, version }, { rows: 4, version: 2 });
  await assertHolds(device, server);
  assert.equal((await device.sync()).rows, 0);
});

Deno.test("C1, K3: an interrupted download continues after a kill and after a newer release", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const asked: string[] = [];
  let left = 3;
  const handle: Handle = (request) => {
    if (!request.url.includes("/delta")) return server.handle(request);
    if (left-- <= 0) return Promise.reject(new TypeError("killed"));
    const { searchParams } = new URL(request.url);
    asked.push(
      `${searchParams.get("since")}-${searchParams.get("until")} ${searchParams.get("after") ?? ""}`,
    );
    return server.handle(request);
  };
  const o = { learnerId: LEARNER, handle, pageRows: 20, retry: IMPATIENT };
  {
    using device = lab.open(1, o);
    await assert.rejects(() => device.sync(), { name: "NetworkError" });
    assert.equal(device.status().version, 0, "nothing of it can be seen");
  }
  await publishChanges(server);
  left = Infinity;
  using device = lab.open(1, o);
  await device.sync();
  await assertHolds(device, server);
  assert.equal(asked.length, 5, "four pages of release 1, each once, and one of release 2");
  assert.equal(new Set(asked).size, 5);
  assert.ok(asked.slice(0, 4).every((page) => page.startsWith("0-1 ")));
  assert.equal(asked[4], "1-2 ");
});

Deno.test("C1, K3: a page that is cut off is fetched again", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  let cuts = 3;
  const handle: Handle = async (request) => {
    const response = await server.handle(request);
    if (!request.url.includes("/delta") || cuts-- <= 0) return response;
    const text = await response.text();
    return new Response(text.slice(0, text.lastIndexOf("\n", text.length - 2 - 40 * cuts) + 1));
  };
  using device = lab.open(1, { learnerId: LEARNER, handle });
  await device.sync();
  await assertHolds(device, server);
});

Deno.test("C6: a flipped byte is found by verify, stays readable, and is repaired by the next sync", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  using device = lab.open(1, { learnerId: LEARNER, handle: server.handle });
  await device.sync();
  const [{ id, skill_id }] = firstQuestions(device);
  device.db.run(
    "update content_row set body = replace(body, '\"choice\":', '\"choice\" :') where id = ?",
    id,
  );
  const { ok, damaged, nodes } = await device.verify();
  assert.deepEqual({ ok, damaged, nodes }, {
    ok: false,
    damaged: [{ kind: "question", id }],
    nodes: [skill_id],
  });
  assert.ok(device.status().isSuspect);
  assert.equal(allQuestions(device).length, 60);
  const { repairs } = await device.sync();
  assert.deepEqual(repairs.map(({ nodes, rows }) => ({ nodes, rows })), [{ nodes: [skill_id], rows: 8 }]);
  await assertHolds(device, server);
  assert.equal(device.status().isSuspect, false);

  // A row that has gone missing leaves no damaged row behind, only another root.
  device.db.run("delete from content_row where id = ?", id);
  assert.equal((await device.verify()).ok, false);
  await device.sync();
  await assertHolds(device, server);
  const reports = await server
    .sql`select kind, version, rows, nodes from ops.content_report order by reported_at, number`;
  assert.deepEqual(reports.map(({ kind, rows, nodes }) => ({ kind, rows, nodes })), [
    { kind: "mismatch", rows: 1, nodes: [skill_id] },
    { kind: "repair", rows: 8, nodes: [skill_id] },
    { kind: "mismatch", rows: 1, nodes: [skill_id] },
    { kind: "repair", rows: 8, nodes: [skill_id] },
  ]);
});

Deno.test("C6: unnoticed damage is found when a delta is applied, and repaired", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  using device = lab.open(1, { learnerId: LEARNER, handle: server.handle });
  await device.sync();
  device.db.run(
    "update content_row set body = replace(body, '\"position\":', '\"position\": ') where kind = 'domain'",
  );
  await publishChanges(server);
  const { repairs } = await device.sync();
  assert.deepEqual(repairs.map(({ rows }) => rows), [3], "the domains' own rows, and nothing below");
  await assertHolds(device, server);
});

Deno.test("C6: a snapshot with a wrong hash is not applied, and the old release stays", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  let isForged = false;
  const handle: Handle = async (request) => {
    const response = await server.handle(request);
    if (!isForged || !/[/](delta|node)[?]/.test(request.url)) return response;
    return new Response(
      (await response.text()).replace('"choice" :', '"choice":').replace('"choice":0', '"choice":1'),
    );
  };
  using device = lab.open(1, { learnerId: LEARNER, handle });
  await device.sync();
  const before = cachedLines(device);
  await publishChanges(server);
  isForged = true;
  await assert.rejects(
    () => device.sync(),
    (error) => error instanceof DeviceError && error.code === "content_mismatch",
  );
  assert.deepEqual(cachedLines(device), before);
  assert.equal(device.status().version, 1);
  isForged = false;
  await device.sync();
  await assertHolds(device, server);
});

Deno.test("I11: a device replaces its content by a snapshot after another history or an older server", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  using device = lab.open(1, { learnerId: LEARNER, handle: server.handle });
  await device.sync();
  await publishChanges(server);
  await device.sync();
  await rotateHistory(server);
  assert.equal((await device.sync()).rows, 71);
  await assertHolds(device, server);

  // Release 3 is on the device, but not on the server.
  device.db.run("update sync_state set content_version = 3");
  assert.equal((await device.sync()).rows, 71);
  await assertHolds(device, server);
});

Deno.test("C3: a device starts over from the new head after a delta is refused with 410", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  using device = lab.open(1, { learnerId: LEARNER, handle: server.handle });
  await device.sync();
  await publishChanges(server);
  // The restore comes between the answer to the push and the first page.
  let isPending = true;
  const handle: Handle = async (request) => {
    if (request.url.includes("/delta") && isPending) {
      isPending = false;
      await rotateHistory(server);
    }
    return await server.handle(request);
  };
  using again = lab.open(1, { learnerId: LEARNER, handle });
  await again.sync();
  await assertHolds(again, server);
  await again.sync();
  await assertHolds(again, server);
});

Deno.test("C1, K3: a device without a release has no content, and keeps what it had cached", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  using device = lab.open(1, { learnerId: LEARNER, handle: server.handle });
  await device.sync();
  await server.sql`alter table content.release disable trigger release_append_only`;
  const tables = ["release_state", "release_size", "tree_node", "revision", "answer_key", "release"];
  for (const table of tables) {
    await server.sql.unsafe(`delete from content.${table}`);
  }
  await rotateHistory(server);
  await device.sync();
  assert.equal(allQuestions(device).length, 60);
  using other = lab.open(2, { learnerId: LEARNER, handle: server.handle });
  await other.sync();
  assert.equal(other.status().version, 0);
});

Deno.test("C4, K3: a question that is withdrawn while it is on screen is answered in the version shown", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  using device = lab.open(1, { learnerId, handle: server.handle });
  await device.sync();
  const sessionId = device.startSession();
  const [question] = firstQuestions(device);
  await server.sql`update content.question set status = 'withdrawn' where id = ${question.id}`;
  await server.sql`select public.publish_release()`;
  await device.sync();
  assert.equal(device.question(question.id), undefined);
  assert.equal(readState(device.db).content_version, 2);
  const { correct } = device.answer({ sessionId, question, answer: rightAnswer(question) });
  assert.ok(correct);
  await device.sync();
  const [attempt] = await server.sql`
    select content_state, graded_correct from learner.attempt where user_id = ${learnerId}`;
  assert.deepEqual({ ...attempt }, { content_state: "withdrawn", graded_correct: true });
  assert.equal(device.progressIn(question.skill_id).correct, 1);
});

Deno.test("C7: a device with some domains has the server's rows of them through added and removed domains", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const ids = (await server.sql<{ id: string }[]>`select id from content.domain order by key`).map(({ id }) =>
    id
  );
  const [a = "", b = "", c = ""] = ids;
  using device = lab.open(1, { learnerId: LEARNER, handle: server.handle, domains: [a] });
  const assertHoldsOnly = async (wanted: string[]) => {
    const all = await publishedLines(server.sql);
    const lines = [...all].filter(([id, line]) => wanted.includes(JSON.parse(line).domain_id ?? id));
    assert.deepEqual(cachedLines(device), new Map(lines));
    assert.ok((await device.verify()).ok);
    assert.deepEqual(device.status().domains, [...wanted].sort());
  };
  await device.sync();
  await assertHoldsOnly([a]);
  await publishChanges(server);
  device.setDomains([a, b]);
  await device.sync();
  await assertHoldsOnly([a, b]);
  device.setDomains([b, c]);
  await publishChanges(server);
  await device.sync();
  await assertHoldsOnly([b, c]);
  // Damage of a device that holds some is repaired as for one that holds all.
  device.db.run(
    "delete from content_row where rowid = (select min(rowid) from content_row where kind = 'question')",
  );
  assert.equal((await device.verify()).ok, false);
  const { repairs, wasSound } = await device.repair();
  assert.deepEqual([repairs.length, wasSound], [1, false]);
  await assertHoldsOnly([b, c]);
  device.setDomains(null);
  await device.sync();
  await assertHolds(device, server);
});
