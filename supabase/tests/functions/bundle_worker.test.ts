// The bundle worker's own decisions: how much one call does, and what it says to Storage.
import assert from "node:assert/strict";
import { bundleHandler, type BundleReport } from "../../functions/bundle/handler.ts";
import { type BundleStore, openBundleStore } from "../../functions/bundle/store.ts";
import type { Work, WorkList } from "../../functions/bundle/work_list.ts";

const request = new Request("http://worker/bundle", { method: "POST" });
const CALL = {
  request,
  url: new URL(request.url),
  path: "",
  learner: "service_role",
  session: null,
};
const waitUntil = () => assert.fail("nobody asked for an early answer");

/** A list of `left` bundles to write, each of `size` characters. */
function listOf(left: number, size: number): { list: WorkList; did: string[] } {
  const did: string[] = [];
  const work = (n: number): Work => ({
    task: "write",
    lease: `lease-${n}`,
    history: "h",
    url_days: 30,
    bundles: [{ schema: 1, domain_id: `domain-${n}`, version: 1, path: null }],
  });
  const list: WorkList = {
    claim: () => Promise.resolve(left > 0 ? work(left--) : null),
    text: () => Promise.resolve("x".repeat(size)),
    name: (lease) => (did.push(`name ${lease}`), Promise.resolve(lease === "lease-13" ? null : lease)),
    stored: (lease) => (did.push(`stored ${lease}`), Promise.resolve()),
    signed: () => Promise.resolve(),
    removed: () => Promise.resolve(),
    claimMedia: () => Promise.resolve(null),
    mediaSigned: () => Promise.resolve(),
    mediaRemoved: () => Promise.resolve(),
    continue: () => (did.push("continue"), Promise.resolve(true)),
  };
  return { list, did };
}

function storeIn(did: string[]): BundleStore {
  return {
    put: (path) => (did.push(`put ${path}`), Promise.resolve()),
    sign: () => Promise.resolve({}),
    remove: () => Promise.resolve(),
  };
}

async function work({ list, did }: ReturnType<typeof listOf>, now?: () => number): Promise<BundleReport> {
  const handler = bundleHandler({ work: list, store: storeIn(did), waitUntil, now });
  return await (await handler(CALL)).json();
}

Deno.test("C1: a call works until nothing is left, and each file is named, uploaded and reported", async () => {
  const { list, did } = listOf(2, 10);
  assert.deepEqual(await work({ list, did }), { written: 2, signed: 0, removed: 0, more: false });
  assert.deepEqual(did, ["lease-2", "lease-1"].flatMap((l) => [`name ${l}`, `put ${l}`, `stored ${l}`]));
});

Deno.test("C1: a call stops after its limit of bytes or time, and asks for another call", async () => {
  const heavy = listOf(10, 8 * 1024 * 1024);
  const byBytes = await work(heavy);
  assert.deepEqual([byBytes.written, byBytes.more, heavy.did.at(-1)], [2, true, "continue"]);

  const slow = listOf(10, 1);
  let clock = 0;
  const byTime = await work(slow, () => clock += 700);
  assert.deepEqual([byTime.written, byTime.more], [4, true]);
});

Deno.test("C1: a worker that the database woke answers before the work", async () => {
  const { list, did } = listOf(1, 10);
  const claimed = Promise.withResolvers<void>();
  const works: Promise<unknown>[] = [];
  const handler = bundleHandler({
    work: { ...list, claim: () => claimed.promise.then(list.claim) },
    store: storeIn(did),
    waitUntil: (work) => works.push(work),
  });
  const request = new Request(CALL.url, { method: "POST", headers: { "x-carrel-wake": "" } });
  const response = await handler({ ...CALL, request });
  assert.deepEqual([response.status, await response.json(), did], [202, { accepted: true }, []]);
  claimed.resolve();
  await Promise.all(works);
  assert.deepEqual(did, ["name lease-1", "put lease-1", "stored lease-1"]);
});

Deno.test("C1: a bundle that another worker has taken over is not uploaded", async () => {
  const { list, did } = listOf(13, 1);
  await work({ list, did });
  assert.ok(did.includes("name lease-13") && !did.includes("put lease-13"));
});

Deno.test("C1: Storage gets raw bytes with a permanent cache time, and its errors reveal no key", async () => {
  const seen: { method: string; path: string; headers: Headers; body: string }[] = [];
  let status = 200;
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    seen.push({
      method: request.method,
      path: pathname,
      headers: request.headers,
      body: await request.text(),
    });
    const signed = [{ path: "a", signedURL: "/object/sign/content/a?token=t", error: null }, {
      path: "b",
      signedURL: null,
      error: "not found",
    }];
    return Response.json(pathname.endsWith("/sign/content") ? signed : {}, { status });
  });
  const store = openBundleStore(`http://127.0.0.1:${server.addr.port}`, "sb_secret_x");
  await store.put("h/1/a", new TextEncoder().encode("bytes").buffer);
  assert.deepEqual(await store.sign("content", ["a", "b"], 60), {
    a: "/storage/v1/object/sign/content/a?token=t",
  });
  await store.remove("content", ["a"]);
  assert.deepEqual(seen.map(({ method, path, body }) => [method, path, body]), [
    ["POST", "/storage/v1/object/content/h/1/a", "bytes"],
    ["POST", "/storage/v1/object/sign/content", '{"expiresIn":60,"paths":["a","b"]}'],
    ["DELETE", "/storage/v1/object/content", '{"prefixes":["a"]}'],
  ]);
  const [upload] = seen;
  assert.deepEqual(
    ["content-type", "cache-control", "x-upsert", "apikey"].map((name) => upload?.headers.get(name)),
    ["application/gzip", "public, max-age=31536000, immutable", "true", "sb_secret_x"],
  );
  status = 500;
  await assert.rejects(store.remove("content", ["a"]), (error: Error) => {
    assert.match(error.message, /^DELETE \/object\/content answered 500/);
    return !error.message.includes("sb_secret");
  });
});
