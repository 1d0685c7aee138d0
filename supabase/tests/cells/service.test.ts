// A service of three cells as its operator and its devices see it: publishing, status, a cell that is down, and devices that follow their learner.
import assert from "node:assert/strict";
import * as command from "../../../scripts/cells/main.ts";
import { moveSteps } from "../../../scripts/cells/move.ts";
import { openLab } from "../../../scripts/testkit/device/devices.ts";
import { type Handle, serveCluster, testToken } from "../../../scripts/testkit/device/server.ts";
import { serverAttempts } from "../../../scripts/testkit/device/server_rows.ts";
import { firstQuestions, studyOnce } from "../../../scripts/testkit/device/study.ts";
import { runCommand } from "../../../scripts/testkit/run_command.ts";
import { environmentOf, startCells } from "./cells.ts";

const service = await startCells(3);
const { cells, clusters, open } = service;
const { cell: a, sql: first } = service.at(0);
const { cell: b, sql: second } = service.at(1);
const { cell: c, sql: third } = service.at(2);
const servers = clusters.map((cluster) => serveCluster(cluster));
Deno.test.afterAll(async () => {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  await service[Symbol.asyncDispose]();
});
Deno.env.set("CARREL_CELLS", environmentOf(cells));

/** Edits a draft. */
const setDifficulty = (sql: typeof first, difficulty: number) =>
  sql`update content.question set difficulty = ${difficulty} where key = (select min(key) from content.question)`;

/** Runs `npm run cells`, with its JSON. */
async function run(...args: string[]) {
  const { code, stdout, stderr } = await runCommand(command, [...args, "--json"]);
  return { code, answer: stdout ? JSON.parse(stdout) : null, stderr };
}

const unreachable = new Set<string>();
const asked: string[] = [];
/** The network of the devices: each cell under its URL. */
const handle: Handle = (request) => {
  const { origin } = new URL(request.url);
  asked.push(origin);
  const server = servers[cells.findIndex(({ url }) => url === origin)];
  if (!server || unreachable.has(origin)) return Promise.reject(new TypeError("unreachable"));
  return server.handle(request);
};

Deno.test("O6, C5: a publish reaches all cells; one that was down gets its releases, in order, by the next run", async () => {
  await setDifficulty(first, 1);
  const publish = await run("publish", "--note", "The first one for all");
  assert.deepEqual(publish.answer.map(({ published }: { published: number[] }) => published), [[2], [2], [
    2,
  ]]);
  // A cell that does not answer.
  Deno.env.set(
    "CARREL_CELLS",
    environmentOf([a, b, { ...c, db: "postgresql://postgres@127.0.0.1:1/postgres" }]),
  );
  try {
    for (const difficulty of [2, 3]) {
      await setDifficulty(first, difficulty);
      const { code, answer } = await run("publish");
      assert.equal(code, 2);
      assert.match(answer[2].problem, /No database answers/);
      assert.equal(answer[2].version, null);
    }
    const { code, answer } = await run("status");
    assert.equal(code, 2);
    assert.equal(answer.sum.down, 1);
    assert.equal(answer.newLearnersIn, "a");
    assert.deepEqual(
      answer.cells.map(({ status }: { status: { version: number } | null }) => status?.version),
      [4, 4, undefined],
    );
  } finally {
    Deno.env.set("CARREL_CELLS", environmentOf(cells));
  }
  assert.equal((await run("status")).answer.isSame, false);
  const followed = await run("follow");
  assert.deepEqual([followed.code, followed.answer[2].published], [0, [3, 4]]);
  const { code, answer } = await run("status");
  assert.deepEqual([code, answer.isSame], [0, true]);
});

Deno.test("O6, C6: a cell whose content differs refuses the publish before anything is written", async () => {
  await setDifficulty(third, 5);
  await third`select private.publish_release('by mistake', null, false)`;
  await setDifficulty(first, 4);
  const { code, answer } = await run("publish");
  assert.equal(code, 1);
  assert.match(answer.error, /^Nothing was published\. c: It has versions that the default cell lacks/);
  assert.equal((await first`select max(version) as version from content.release`)[0]?.["version"], 4);
  // The default cell publishes alone, by another command: the roots of version 5 differ.
  await first`select private.publish_release(null, null, false)`;
  const follow = await run("follow");
  assert.equal(follow.code, 2);
  assert.deepEqual(follow.answer.map(({ published }: { published: number[] }) => published), [[], [5], []]);
  assert.match(follow.answer[2].problem, /differs from the first cell's/);
});

Deno.test("O6, K3: a device follows its learner to another cell, keeps its outbox, and is there after a restart", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  const o = { learnerId, url: a.url, handle };
  const ids: string[] = [];
  {
    using device = lab.open(1, o);
    await device.sync();
    ids.push(...studyOnce(device, firstQuestions(device).slice(0, 3)));
    await device.sync();
    ids.push(...studyOnce(device, firstQuestions(device).slice(0, 2)));
    // While the learner is being moved, the outbox waits.
    const move = moveSteps(cells, open, learnerId, b);
    for (let step = 0; step < 2; step++) await move.next();
    await assert.rejects(device.sync(), { code: "moved" });
    assert.equal(device.status().url, a.url);
    assert.equal(device.status().outbox.pending, 4);
    for (let done = false; !done;) ({ done = false } = await move.next());
    await device.sync();
    assert.equal(device.status().url, b.url);
    assert.equal(device.status().outbox.pending, 0);
  }
  using device = lab.open(1, o);
  asked.length = 0;
  ids.push(...studyOnce(device, firstQuestions(device).slice(0, 1)));
  await device.sync();
  assert.deepEqual(new Set(asked), new Set([b.url]), "the device knows the cell");
  assert.deepEqual(await serverAttempts(second, learnerId), ids);
  assert.deepEqual(await serverAttempts(first, learnerId), []);

  // Between two cells that are not the default one, it finds the way by the default cell.
  await run("move", learnerId, "--to", "c");
  ids.push(...studyOnce(device, firstQuestions(device).slice(0, 1)));
  asked.length = 0;
  await device.sync();
  assert.deepEqual([...new Set(asked)], [b.url, a.url, c.url]);
  assert.deepEqual(await serverAttempts(third, learnerId), ids);
  assert.deepEqual((await run("find", learnerId)).answer, { cell: "c", url: c.url });
  // A second device of the learner begins at the default cell.
  using other = lab.open(2, o);
  await other.sync();
  assert.deepEqual(other.progress(), device.progress());
});

Deno.test("O6, U8: a function answers moved with 421, Retry-After and the URL of the cell, for pushes, pulls and reports", async () => {
  const learnerId = crypto.randomUUID();
  await run("place", learnerId, "--to", "b");
  const headers = { authorization: `Bearer ${testToken(learnerId)}`, "content-type": "application/x-ndjson" };
  const batch = JSON.stringify({
    batch_id: "01KB8Q9T3V0000000000000001",
    device_id: crypto.randomUUID(),
    sent_at: new Date().toISOString(),
    contract_version: 1,
  });
  const report = JSON.stringify({ kind: "mismatch", version: 1, rows: 1, nodes: [] });
  const requests = [
    new Request(`${a.url}/functions/v1/sync`, { headers }),
    new Request(`${a.url}/functions/v1/sync`, { method: "POST", headers, body: batch }),
    new Request(`${a.url}/functions/v1/content/report`, { method: "POST", headers, body: report }),
  ];
  for (const request of requests) {
    const response = await handle(request);
    assert.equal(response.status, 421);
    assert.ok(Number(response.headers.get("retry-after")) >= 1);
    const { code, info, retryable } = await response.json();
    assert.deepEqual({ code, info, retryable }, { code: "moved", info: b.url, retryable: true });
  }
  // Content is the same everywhere, so that each cell answers everybody.
  assert.equal((await handle(new Request(`${a.url}/functions/v1/content/head`, { headers }))).status, 200);
});

Deno.test("O6: a cell that is down affects its own learners alone", async () => {
  using lab = openLab();
  const [here, there] = [crypto.randomUUID(), crypto.randomUUID()];
  assert.equal((await run("place", there, "--to", "b")).code, 0);
  using own = lab.open(3, { learnerId: here, url: a.url, handle });
  using others = lab.open(4, { learnerId: there, url: a.url, handle });
  await own.sync();
  await others.sync();
  assert.equal(others.status().url, b.url);
  studyOnce(own, firstQuestions(own).slice(0, 2));
  studyOnce(others, firstQuestions(others).slice(0, 2));
  unreachable.add(b.url);
  try {
    await own.sync();
    assert.equal(own.status().outbox.pending, 0);
    await assert.rejects(others.sync(), { name: "NetworkError" });
    assert.equal(others.status().outbox.pending, 4);
  } finally {
    unreachable.clear();
  }
  await others.sync();
  assert.equal(others.status().outbox.pending, 0);
});

Deno.test("O6: a move that has not arrived is cancelled, and the learner goes on where they were", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  using device = lab.open(5, { learnerId, url: a.url, handle });
  await device.sync();
  const ids = studyOnce(device, firstQuestions(device).slice(0, 3));
  await device.sync();
  const move = moveSteps(cells, open, learnerId, b, 2);
  for (let step = 0; step < 4; step++) await move.next();
  assert.deepEqual((await run("cancel", learnerId, "--to", "b")).answer, { cell: "a" });
  // The killed run may still be at work.
  await assert.rejects(
    (async () => {
      for (let done = false; !done;) ({ done = false } = await move.next());
    })(),
    { code: "CR056" },
  );
  ids.push(...studyOnce(device, firstQuestions(device).slice(0, 1)));
  await device.sync();
  assert.deepEqual(await serverAttempts(first, learnerId), ids);
  assert.deepEqual(await serverAttempts(second, learnerId), []);
  // Another attempt succeeds.
  assert.equal((await run("move", learnerId, "--to", "b")).code, 0);
  assert.deepEqual(await serverAttempts(second, learnerId), ids);
});

Deno.test("O6, U3: place refuses a learner who has rows in any cell, and changes nothing", async () => {
  const learnerId = crypto.randomUUID();
  await run("place", learnerId, "--to", "b");
  await second`insert into learner.batch (user_id, received_at, batch_id, device_id, events, applied, duplicate, quarantined, retry)
    values (${learnerId}, now(), ${crypto.randomUUID()}, ${crypto.randomUUID()}, 1, 1, 0, 0, 0)`;
  for (const to of ["a", "c"]) {
    const { code, answer } = await run("place", learnerId, "--to", to);
    assert.equal(code, 1);
    assert.match(answer.error, /has rows of the learner/);
  }
  assert.equal((await run("find", learnerId)).answer.cell, "b");
  const other = crypto.randomUUID();
  await first`insert into learner.batch (user_id, received_at, batch_id, device_id, events, applied, duplicate, quarantined, retry)
    values (${other}, now(), ${crypto.randomUUID()}, ${crypto.randomUUID()}, 1, 1, 0, 0, 0)`;
  assert.match((await run("place", other, "--to", "b")).answer.error, /^a has rows of the learner/);
  assert.deepEqual([...await second`select from ops.learner_cell where user_id = ${other}`], []);
  await run("place", learnerId, "--to", "b");
});

Deno.test("O6: two cells with one database or one URL are refused, and so is another default cell", async () => {
  const wrong: [typeof cells, RegExp][] = [
    [[a, { ...b, db: a.db }, c], /^Cells a and b have the same database\. Nothing was written/],
    [[a, { ...b, url: `${a.url}:443/` }, c], /^Cell b has the URL of another cell/],
    [[a, { ...b, url: "http://192.168.1.2" }, c], /^The URL of cell b must be https/],
    [[a, { ...b, url: "https://user:secret-password@b.carrel.test" }, c], /^The URL of cell b must be https/],
    [[b, a, c], /^The default cell stays the default/],
    [[{ ...a, name: "b" }, { ...b, name: "a" }, c], /stays the default|keeps its name/],
  ];
  const lists = async () =>
    (await Promise.all([first, second].map((sql) => sql`select * from ops.cell order by name`))).flat();
  const before = await lists();
  try {
    for (const [list, expected] of wrong) {
      Deno.env.set("CARREL_CELLS", environmentOf(list));
      const { code, answer } = await run("configure");
      assert.equal(code, 1);
      assert.match(answer.error, expected);
      assert.doesNotMatch(answer.error, /secret-password/);
    }
  } finally {
    Deno.env.set("CARREL_CELLS", environmentOf(cells));
  }
  assert.deepEqual(await lists(), before);
});

Deno.test("O6, O5: configure, check, erase and erasures go on when a cell is down, name the cells that they missed, and end with 2", async () => {
  const [learnerId, other] = [crypto.randomUUID(), crypto.randomUUID()];
  await run("place", learnerId, "--to", "c");
  await second`select ops.erase_learner(${other}::uuid)`;
  const missing = { cell: "b", problem: /No database answers at 127\.0\.0\.1:1 / };
  Deno.env.set(
    "CARREL_CELLS",
    environmentOf([a, { ...b, db: "postgresql://postgres@127.0.0.1:1/postgres" }, c]),
  );
  try {
    for (
      const [command, ...operands] of [["configure"], ["check"], ["erase", learnerId], ["erasures"]] as const
    ) {
      const { code, answer } = await run(command, ...operands);
      assert.equal(code, 2, command);
      assert.deepEqual(answer.cells, ["a", "c"], command);
      assert.deepEqual(answer.missed.map(({ cell }: { cell: string }) => cell), [missing.cell], command);
      assert.match(answer.missed[0].problem, missing.problem);
    }
    const { code, stdout } = await runCommand(command, ["check"]);
    assert.equal(code, 2);
    assert.match(stdout, /^Not reached: b\. Run the same command again when all cells answer\.$/m);
  } finally {
    Deno.env.set("CARREL_CELLS", environmentOf(cells));
  }
  const isErasedIn = (sql: typeof first, id: string) =>
    sql`select from ops.erasure where user_id = ${id}`.then((rows) => rows.length === 1);
  const all = [first, second, third];
  assert.deepEqual(await Promise.all(all.map((sql) => isErasedIn(sql, learnerId))), [true, false, true]);
  // The next run erases where the cell was down, and what was erased there meanwhile.
  const { code, answer } = await run("erasures");
  assert.equal(code, 0);
  assert.deepEqual(answer.missed, []);
  for (const id of [learnerId, other]) {
    assert.ok(answer.learners.includes(id));
    assert.deepEqual(await Promise.all(all.map((sql) => isErasedIn(sql, id))), [true, true, true]);
  }
});

Deno.test("O6: status counts a move once as leaving and once as arriving", async () => {
  const learnerId = crypto.randomUUID();
  const before = (await run("status")).answer.sum;
  const move = moveSteps(cells, open, learnerId, b);
  for (let step = 0; step < 2; step++) await move.next();
  const { sum, cells: each } = (await run("status")).answer;
  assert.deepEqual([sum.leaving - before.leaving, sum.arriving - before.arriving], [1, 1]);
  const [inA, inB] = each.map(({ status }: { status: { leaving: number; arriving: number } }) => status);
  assert.deepEqual([inA.leaving, inB.arriving], [1, 1]);
  for (let done = false; !done;) ({ done = false } = await move.next());
  const after = (await run("status")).answer.sum;
  assert.deepEqual([after.leaving, after.arriving], [before.leaving, before.arriving]);
});

Deno.test("O6: CARREL_CELLS that is missing or invalid is refused without a word of its passwords", async () => {
  for (const text of ["", "{", '{"a": {"url": "https://a.test", "db": "secret-password"}}', "{}"]) {
    Deno.env.set("CARREL_CELLS", text);
    const { code, stderr, answer } = await run("status");
    assert.equal(code, 1);
    assert.match(answer.error, /^CARREL_CELLS/);
    assert.doesNotMatch(`${JSON.stringify(answer)}${stderr}`, /secret-password/);
  }
  Deno.env.set("CARREL_CELLS", environmentOf(cells));
});
