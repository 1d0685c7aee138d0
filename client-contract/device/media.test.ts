// The files of questions on a device: whatever the network does, a file is there whole and right, or not at all.
import assert from "node:assert/strict";
import fc from "fast-check";
import postgres from "postgres";
import { testClock } from "../../scripts/testkit/device/clock.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { startTestServer } from "../../scripts/testkit/device/server.ts";
import { newLearner, startBench } from "../../supabase/tests/functions/bench.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { createClient } from "../client/client.ts";
import { NetworkError } from "../client/client_error.ts";
import type { MediaReference } from "../contract/question.ts";
import { sha256 } from "../contract/sha256.ts";
import { openDevice } from "./device.ts";
import { mediaFiles, type MediaOptions, syncMedia } from "./media.ts";
import { openMediaFolder } from "./node_media.ts";
import { openNodeSqlite } from "./node_sqlite.ts";

/** The bytes of the nth file. */
const bytesOf = (n: number, size = 700 + 300 * n) =>
  Uint8Array.from({ length: size }, (_, i) => (i * (n + 3)) % 251);
function fileOf(n: number): MediaReference {
  const bytes = bytesOf(n);
  return { path: `${n}.png`, bytes: bytes.length, sha256: sha256(bytes), mime: "image/png" };
}

/** A device whose questions name these files, and a folder of its own. */
async function bench() {
  const lab = openLab();
  const server = await startTestServer();
  const learnerId = crypto.randomUUID();
  const device = lab.open(1, { learnerId, handle: server.handle });
  const folder = await Deno.makeTempDir();
  /** Publishes the curriculum with these files, one a question, and fetches it. */
  async function publish(...files: MediaReference[]): Promise<void> {
    await server.sql`update content.question set media = '[]' where media <> '[]'`;
    const questions = await server.sql<
      { id: string }[]
    >`select id from content.question where status = 'active' order by position, id`;
    for (const [n, file] of files.entries()) {
      await server.sql`update content.question set media = ${
        JSON.stringify([file])
      }::text::jsonb where id = ${questions[n]?.id ?? ""}`;
    }
    await server.sql`select public.publish_release('media')`;
    await device.sync();
  }
  return {
    device,
    folder,
    publish,
    store: await openMediaFolder(folder),
    /** What the folder has, complete files only; each is checked. */
    async held(): Promise<number[]> {
      const { files } = await (await openMediaFolder(folder)).list();
      const places: number[] = [];
      for (const name of files.keys()) {
        assert.equal(sha256(await Deno.readFile(`${folder}/${name}`)), name, "a file is what its name says");
        places.push([0, 1, 2, 3, 4, 5].findIndex((n) => fileOf(n).sha256 === name));
      }
      return places.toSorted();
    },
    async [Symbol.asyncDispose]() {
      device[Symbol.dispose]();
      lab[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

type Fate = "ok" | "cut" | "lost" | "wrong" | "longer" | "busy" | "expired" | "whole";

/** Storage in memory, whose replies are scripted; after the script it does everything right. */
function storage(fates: Fate[] = [], absent: number[] = []) {
  const asked: { n: number; range: string | null }[] = [];
  const client: MediaOptions["client"] = {
    mediaUrls: (files) =>
      Promise.resolve(
        new Map(files.flatMap(({ sha256 }) => {
          const n = [0, 1, 2, 3, 4, 5].findIndex((n) => fileOf(n).sha256 === sha256);
          return absent.includes(n) ? [] : [[sha256, `http://storage.test/${n}`] as const];
        })),
      ),
  };
  function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const n = Number(String(input).split("/").at(-1));
    const range = new Headers(init?.headers).get("range");
    asked.push({ n, range });
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const fate = fates.shift() ?? "ok";
    const rest = bytesOf(n).slice(fate === "whole" ? 0 : from);
    const status = from > 0 && fate !== "whole" ? 206 : 200;
    switch (fate) {
      case "lost":
        return Promise.reject(new TypeError("connection refused"));
      case "busy":
        return Promise.resolve(new Response("busy", { status: 503 }));
      case "expired":
        return Promise.resolve(new Response("expired", { status: 400 }));
      case "wrong":
        return Promise.resolve(new Response(rest.map((byte) => byte ^ 1), { status }));
      case "longer":
        return Promise.resolve(new Response(new Uint8Array(rest.length + 9), { status }));
      case "cut": {
        const half = rest.slice(0, rest.length >> 1);
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            if (half.length > 0) controller.enqueue(half);
          },
          pull: (controller) => controller.error(new TypeError("connection reset")),
        });
        return Promise.resolve(new Response(body, { status }));
      }
      default:
        return Promise.resolve(new Response(rest, { status }));
    }
  }
  return { client, fetch, asked, clock: testClock(), random: () => 0.5 };
}

Deno.test("C1, C6: whatever the network does, a run leaves whole files alone, and the next run brings the rest", async () => {
  await using t = await bench();
  await t.publish(...[0, 1, 2].map(fileOf));
  const fates = fc.array(
    fc.constantFrom<Fate[]>("ok", "cut", "lost", "wrong", "longer", "busy", "expired", "whole"),
    { maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(fates, async (fates) => {
      for (const name of (await t.store.list()).files.keys()) await t.store.remove(name);
      const report = await syncMedia({ db: t.device.db, store: t.store, ...storage([...fates]) });
      const held = await t.held();
      assert.equal(report.held, held.length);
      assert.equal(report.downloaded, held.length);
      const isWhole = report.stopped === undefined && report.unavailable.length === 0;
      assert.equal(isWhole, held.length === 3);
      const next = await syncMedia({ db: t.device.db, store: t.store, ...storage() });
      assert.deepEqual([next.held, next.downloaded, next.unavailable, next.stopped], [
        3,
        3 - held.length,
        [],
        undefined,
      ]);
      assert.deepEqual(await t.held(), [0, 1, 2]);
    }),
    settings(60),
  );
});

Deno.test("C1: a download that was cut off goes on where it ended, in a later run too", async () => {
  await using t = await bench();
  await t.publish(fileOf(4));
  const cut = storage(["cut", "cut"]);
  const progress: number[] = [];
  await syncMedia({
    db: t.device.db,
    store: t.store,
    ...cut,
    onProgress: ({ bytes }) => progress.push(bytes),
  });
  assert.deepEqual(cut.asked.map(({ range }) => range), [null, "bytes=950-", "bytes=1425-"]);
  assert.deepEqual(progress, [950, 1425, 1900]);
  assert.deepEqual(await t.held(), [4]);
  await t.store.remove(fileOf(4).sha256);
  const offline = storage(["cut", ...Array.from({ length: 9 }, () => "lost" as const)]);
  const { stopped, held } = await syncMedia({ db: t.device.db, store: t.store, ...offline });
  assert.ok(stopped instanceof NetworkError);
  assert.equal(held, 0);
  const later = storage();
  await syncMedia({ db: t.device.db, store: await openMediaFolder(t.folder), ...later });
  assert.deepEqual(later.asked, [{ n: 4, range: "bytes=950-" }]);
  assert.deepEqual(await t.held(), [4]);
});

Deno.test("C1: a file that is wrong or was never uploaded keeps no other away, and is asked for again in the next run", async () => {
  await using t = await bench();
  await t.publish(...[0, 1, 2].map(fileOf));
  const t1 = storage(["wrong", "wrong"], [1]);
  const report = await syncMedia({ db: t.device.db, store: t.store, ...t1 });
  assert.deepEqual(report.unavailable, [fileOf(0).sha256, fileOf(1).sha256]);
  assert.equal(report.stopped, undefined);
  assert.deepEqual(await t.held(), [2]);
  assert.deepEqual((await t.store.list()).parts, [], "wrong bytes are no beginning of a file");
  await syncMedia({ db: t.device.db, store: t.store, ...storage() });
  assert.deepEqual(await t.held(), [0, 1, 2]);
});

Deno.test("C1, C3: files of deleted questions go, and so does what the budget has no room for", async () => {
  await using t = await bench();
  await t.publish(...[0, 1, 2].map(fileOf));
  const run = (budgetBytes?: number) =>
    syncMedia({ db: t.device.db, store: t.store, budgetBytes, ...storage() });
  assert.deepEqual(mediaFiles(t.device.db), [0, 1, 2].map(fileOf));
  // 700, 1000 and 1300 bytes.
  const tight = await run(2000);
  assert.deepEqual([tight.downloaded, tight.overBudget], [2, [fileOf(2).sha256]]);
  assert.deepEqual(await t.held(), [0, 1]);
  await run();
  assert.deepEqual(await t.held(), [0, 1, 2]);
  assert.equal((await run(1000)).removed, 2);
  assert.deepEqual(await t.held(), [0], "a smaller budget removes files");
  await run();
  await t.publish(fileOf(1), fileOf(3), fileOf(1));
  await Deno.writeTextFile(`${t.folder}/notes.txt`, "of the app");
  const after = await run();
  assert.deepEqual([after.held, after.downloaded, after.removed], [2, 1, 2]);
  assert.deepEqual(await t.held(), [1, 3]);
  assert.equal(
    await Deno.readTextFile(`${t.folder}/notes.txt`),
    "of the app",
    "files of other names are left alone",
  );
  await t.publish();
  assert.equal((await run()).removed, 2);
});

Deno.test("C1: an abort and a full disk end a run, and leave no half file", async () => {
  await using t = await bench();
  await t.publish(fileOf(0), fileOf(1));
  const end = new AbortController();
  const reason = new RangeError("the app goes to the background");
  const aborted = storage();
  const report = await syncMedia({
    db: t.device.db,
    store: t.store,
    ...aborted,
    signal: end.signal,
    fetch(input, init) {
      if (aborted.asked.length === 1) end.abort(reason);
      return end.signal.aborted ? Promise.reject(reason) : aborted.fetch(input, init);
    },
  });
  assert.equal(report.stopped, reason);
  assert.deepEqual(await t.held(), [0]);
  const full = new Error("the disk is full");
  const stuck = await syncMedia({
    db: t.device.db,
    ...storage(),
    store: { ...t.store, append: () => Promise.reject(full) },
  });
  assert.equal(stuck.stopped, full);
  assert.deepEqual(await t.held(), [0]);
});

Deno.test("C1, I9: a device downloads the files of a release from Storage, and goes on after a cut", async () => {
  await using stack = await startBench();
  const { id: learnerId, token } = await newLearner(stack);
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  const folder = await Deno.makeTempDir();
  const o = { url: stack.apiUrl, publishableKey: stack.publishableKey, getToken: () => token };
  using device = openDevice({ ...o, storage: openNodeSqlite(":memory:"), learnerId });
  const files = [fileOf(0), fileOf(5)];
  for (const [n, file] of [[0, files[0]], [5, files[1]]] as const) {
    const response = await fetch(`${stack.apiUrl}/storage/v1/object/media/${file?.sha256}`, {
      method: "POST",
      headers: { apikey: stack.secretKey, "content-type": "image/png" },
      body: bytesOf(n),
    });
    assert.ok(response.ok, await response.text());
  }
  await sql`update content.question set media = ${
    JSON.stringify(files)
  }::text::jsonb where id = (select id from content.question where status = 'active' limit 1)`;
  await sql`select public.publish_release('media')`;
  await sql.end();
  await device.sync();
  const store = await openMediaFolder(folder);
  const ranges: (string | null)[] = [];
  // The first reply is cut after 100 bytes.
  const cutting: typeof fetch = async (input, init) => {
    ranges.push(new Headers(init?.headers).get("range"));
    const response = await fetch(input, init);
    if (ranges.length > 1) return response;
    return new Response((await response.arrayBuffer()).slice(0, 100));
  };
  const report = await syncMedia({ db: device.db, client: createClient(o), store, fetch: cutting });
  assert.deepEqual(report, { held: 2, downloaded: 2, removed: 0, overBudget: [], unavailable: [] });
  assert.deepEqual(ranges, [null, "bytes=100-", null]);
  const { files: held } = await store.list();
  assert.deepEqual(held, new Map(files.map(({ sha256, bytes }) => [sha256, bytes])));
  await Deno.remove(folder, { recursive: true });
});
