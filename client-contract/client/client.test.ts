import assert from "node:assert/strict";
import { createClient } from "./client.ts";
import { ContractError, NetworkError, ProblemError } from "./client_error.ts";
import { sha256 } from "../contract/sha256.ts";
import { CONTENT_SCHEMA } from "../contract/limits.ts";
import { DEFAULT_STEERING } from "../contract/steering.ts";

const HISTORY = "0a93ab2dc16574ce";
const ID = "5f17a0de-0000-4000-8000-000000000001";
const ULID = "01KANZ00000000000000000000";
const HEAD = {
  history: HISTORY,
  schema: CONTENT_SCHEMA,
  version: 0,
  published_at: null,
  root: null,
  domains: 0,
  skills: 0,
  questions: 0,
  minimum_version: 0,
  horizon: 0,
  poll_after_s: 300,
  schema_ends_at: null,
  bundled: null,
};
const header = { batch_id: ULID, device_id: ID, sent_at: "2026-11-22T10:00:05Z", contract_version: 1 };

/** A client whose server is a function, and the requests that it got. */
function clientOf(...answers: (Response | Error)[]) {
  const requests: Request[] = [];
  const client = createClient({
    url: "http://carrel.test/",
    getToken: () => Promise.resolve("token"),
    publishableKey: "key",
    fetch: (input, init) => {
      requests.push(new Request(input, init));
      const answer = answers.shift() ?? new Error("connection refused");
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  return { client, requests };
}

const path = (request?: Request) => request?.url.replace("http://carrel.test/functions/v1", "");
const ndjson = (...lines: object[]) =>
  new Response(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
const page = (history = HISTORY) => ({ kind: "page", history, schema: CONTENT_SCHEMA, since: 0, until: 3 });
const tombstone = { kind: "tombstone", of: "question", id: ID, version: 2 };
const end = (rows: number, next: string | null = null) => ({ kind: "end", rows, next });

async function failure<T extends Error>(
  type: new (...parameters: never[]) => T,
  work: Promise<unknown>,
): Promise<T> {
  const error = await work.then(() => undefined, (error: unknown) => error);
  assert.ok(error instanceof type, String(error));
  return error;
}

Deno.test("head: the request has token, key and ETag, and 304 means no change", async () => {
  const { client, requests } = clientOf(
    new Response(JSON.stringify(HEAD), { headers: { etag: 'W/"x"' } }),
    ...Array.from({ length: 3 }, () => new Response(null, { status: 304 })),
  );
  assert.deepEqual(await client.head(), { changed: true, head: HEAD, etag: 'W/"x"' });
  const holds = { deviceId: ID, version: 3, history: HISTORY };
  assert.deepEqual(await client.head('W/"x"', { expected: 4, holds }), { changed: false });
  // A hint after a restore: what the device holds is of a history that is over.
  await client.head(null, { history: "f".repeat(16), holds });
  await client.head(null, { history: HISTORY, holds: { deviceId: ID, version: 0, history: null } });
  assert.deepEqual(requests.map(path), [
    `/content/head?schema=${CONTENT_SCHEMA}`,
    `/content/head?schema=${CONTENT_SCHEMA}&expected=4&history=${HISTORY}&device=${ID}&version=3`,
    `/content/head?schema=${CONTENT_SCHEMA}&history=${"f".repeat(16)}&device=${ID}&version=0`,
    `/content/head?schema=${CONTENT_SCHEMA}&history=${HISTORY}&device=${ID}&version=0`,
  ]);
  assert.equal(requests[1]?.headers.get("if-none-match"), 'W/"x"');
  assert.equal(requests[0]?.headers.get("authorization"), "Bearer token");
  assert.equal(requests[0]?.headers.get("apikey"), "key");
});

Deno.test("delta: later pages ask for the version of the first page, and lines stay exact", async () => {
  const odd = JSON.stringify(tombstone).replace(":2", " : 2.0 ");
  const { client, requests } = clientOf(
    new Response(`${JSON.stringify(page())}\n${odd}\n${JSON.stringify(end(1, "2.question.x"))}\n`),
    ndjson(page(), end(0)),
  );
  const pages = await Array.fromAsync(client.delta({ domains: [ID], limit: 1 }));
  assert.deepEqual(pages.map(({ changes }) => changes), [[{ line: odd, row: tombstone }], []]);
  assert.deepEqual(requests.map(path), [
    `/content/delta?schema=${CONTENT_SCHEMA}&since=0&domains=${ID}&limit=1`,
    `/content/delta?schema=${CONTENT_SCHEMA}&since=0&until=3&domains=${ID}&after=2.question.x&limit=1`,
  ]);
});

Deno.test("delta and sync: only a line feed ends a line, so U+2028 and U+2029 stay inside", async () => {
  const line = JSON.stringify({ ...tombstone, note: "a\u2028b\u2029c" });
  const body = `${JSON.stringify(page())}\n${line}\n${JSON.stringify(end(1))}\n`;
  const { client, requests } = clientOf(new Response(body), syncAnswer([{ id: ULID, status: "applied" }]));
  assert.equal((await Array.fromAsync(client.delta()))[0]?.changes[0]?.line, line);
  await client.sync(header, [line]);
  assert.equal(await requests[1]?.text(), `${JSON.stringify(header)}\n${line}\n`);
});

Deno.test("delta: a page that was cut off is a NetworkError", async () => {
  const whole = await ndjson(page(), tombstone, end(1)).text();
  for (
    const part of [
      whole.slice(0, -1),
      whole.slice(0, -20),
      whole.split("\n").slice(0, 2).join("\n") + "\n",
      "",
    ]
  ) {
    await failure(NetworkError, Array.fromAsync(clientOf(new Response(part)).client.delta()));
  }
  await failure(NetworkError, Array.fromAsync(clientOf(ndjson(page(), end(1))).client.delta()));
});

Deno.test("delta: a history that changes between two pages is refused", async () => {
  const { client } = clientOf(
    ndjson(page(), end(0, "1.question.x")),
    ndjson(page("ffffffffffffffff"), end(0)),
  );
  const error = await failure(ProblemError, Array.fromAsync(client.delta()));
  assert.equal(error.code, "history_changed");
});

Deno.test("delta: an empty list of domains is refused", async () => {
  const { client, requests } = clientOf();
  await failure(RangeError, Array.fromAsync(client.delta({ domains: [] })));
  assert.equal(requests.length, 0);
});

const HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const manifest = (version = 3) => ({
  history: HISTORY,
  schema: CONTENT_SCHEMA,
  version,
  root: HASH,
  rows: 1,
  domains: [{ id: ID, hash: HASH, rows: 1, skills: [] }],
  bundles: [],
});

Deno.test("manifest: a manifest of another version than requested is refused", async () => {
  const { client, requests } = clientOf(Response.json(manifest()), Response.json(manifest(2)));
  assert.deepEqual(await client.manifest({ history: HISTORY, version: 3 }), manifest());
  assert.deepEqual(requests.map(path), [
    `/content/manifest?schema=${CONTENT_SCHEMA}&history=${HISTORY}&version=3`,
  ]);
  await failure(ContractError, client.manifest({ history: HISTORY, version: 3 }));
});

Deno.test("node and delta: all pages are read, and a delta knows the version of its first page", async () => {
  const { client, requests } = clientOf(
    ndjson({ ...page(), node: ID }, tombstone, end(1, "x")),
    ndjson({ ...page(), node: ID }, end(0)),
    ndjson(page(), end(0, "x")),
    ndjson(page(), end(0)),
    ndjson(page(), end(0, "x")),
    ndjson({ ...page(), since: 1 }, end(0)),
  );
  assert.equal((await client.node({ history: HISTORY, version: 3, id: ID })).length, 1);
  assert.deepEqual(requests.map(path), [
    `/content/node?schema=${CONTENT_SCHEMA}&history=${HISTORY}&version=3&id=${ID}`,
    `/content/node?schema=${CONTENT_SCHEMA}&history=${HISTORY}&version=3&id=${ID}&after=x`,
  ]);
  await Array.fromAsync(client.delta({ since: 2, history: HISTORY }));
  assert.deepEqual(requests.slice(2).map((request) => new URL(request.url).searchParams.get("since")), [
    "2",
    "0",
  ]);
  await failure(ContractError, Array.fromAsync(client.delta({ since: 2, history: HISTORY })));
});

Deno.test("report: a report is sent as JSON and has an empty answer", async () => {
  const { client, requests } = clientOf(new Response(null, { status: 204 }));
  await client.report({ kind: "repair", version: 3, rows: 9, nodes: [ID] });
  assert.deepEqual(await requests[0]?.json(), { kind: "repair", version: 3, rows: 9, nodes: [ID] });
});

const domainRow = { kind: "domain", version: 1, id: ID, key: "k", title: "t", position: 1 };

/** A bundle of a page's lines, and what the manifest says of it. */
async function bundleOf(...lines: object[]) {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const hash = sha256(bytes);
  return { bytes, bundle: { domain_id: ID, url: "/files/x.gz", bytes: bytes.length, sha256: hash, rows: 1 } };
}

Deno.test("bundle: a bundle is fetched from the project's URL without a token, and its size, hash and rows are checked", async () => {
  const { bytes, bundle } = await bundleOf(page(), domainRow, end(1));
  const { client, requests } = clientOf(new Response(bytes));
  assert.deepEqual(await client.bundle(bundle), [{ line: JSON.stringify(domainRow), row: domainRow }]);
  assert.equal(requests[0]?.url, "http://carrel.test/files/x.gz");
  assert.equal(requests[0]?.headers.get("authorization"), null);

  const read = (o: Partial<typeof bundle>, from = bytes) =>
    clientOf(new Response(from)).client.bundle({ ...bundle, ...o });
  await failure(NetworkError, read({}, bytes.slice(0, -1)));
  await failure(ContractError, read({ bytes: bytes.length - 1 }));
  await failure(ContractError, read({ sha256: HASH }));
  await failure(ContractError, read({ rows: 2 }));
  await failure(ContractError, read({ domain_id: ID.replace("5", "6") }));
  const part = await bundleOf(page(), domainRow, end(1, "more"));
  await failure(ContractError, read(part.bundle, part.bytes));
  const bomb = await bundleOf(page(), { ...domainRow, title: " ".repeat(3_000_000) }, end(1));
  await failure(ContractError, read(bomb.bundle, bomb.bytes));
  const { client: refused } = clientOf(new Response("", { status: 404 }));
  assert.equal((await failure(ProblemError, refused.bundle(bundle))).code, "not_found");
});

const syncAnswer = (results: object[]) =>
  new Response(JSON.stringify({
    batch: {
      batch_id: ULID,
      changed: true,
      received_at: "2026-11-22T10:00:06.000001Z",
      token: `${HISTORY}.0`,
      results,
    },
    head: HEAD,
    steering: DEFAULT_STEERING,
    pull: { changes: [], cursor: `${HISTORY}.0`, more: false },
  }));

Deno.test("sync: a short batch is sent plain and a long one gzipped, with unchanged bytes", async () => {
  const lines = ['{"odd" : 1.0}', "x".repeat(2000)];
  const { client, requests } = clientOf(
    syncAnswer([{ id: ULID, status: "applied" }]),
    syncAnswer([{ status: "quarantined", code: "invalid_event", field: "" }, {
      status: "retry",
      code: "wrong_learner",
    }]),
  );
  assert.equal((await client.sync(header, lines.slice(0, 1))).batch.results[0]?.status, "applied");
  assert.equal((await client.sync(header, lines)).batch.results[1]?.code, "wrong_learner");
  const [short, long] = requests;
  assert.equal(await short?.text(), `${JSON.stringify(header)}\n${lines[0]}\n`);
  assert.equal(long?.headers.get("content-type"), "application/x-ndjson");
  assert.equal(long?.headers.get("content-encoding"), "gzip");
  const inflated = long?.body?.pipeThrough(new DecompressionStream("gzip"));
  assert.equal(await new Response(inflated).text(), `${JSON.stringify(header)}\n${lines.join("\n")}\n`);
});

Deno.test("sync: an answer with another number of results is refused", async () => {
  await failure(ContractError, clientOf(syncAnswer([])).client.sync(header, ["{}"]));
  const { client, requests } = clientOf();
  for (const line of ["", "{\n}"]) await failure(RangeError, client.sync(header, [line]));
  assert.equal(requests.length, 0);
});

Deno.test("pull: the answer is a page or the reason to start over, with the steering for the app", async () => {
  const steering = { ...DEFAULT_STEERING, batch_events: 10 };
  const { client, requests } = clientOf(
    new Response(JSON.stringify({ changes: [], cursor: `${HISTORY}.7`, more: false, steering })),
    new Response(JSON.stringify({ reset: "cursor_ahead", steering })),
  );
  assert.deepEqual(await client.pull(null, { limit: 5, atLeast: `${HISTORY}.7`, device: ID }), {
    changes: [],
    cursor: `${HISTORY}.7`,
    more: false,
    steering,
  });
  assert.deepEqual(await client.pull(`${HISTORY}.7`), { reset: "cursor_ahead", steering });
  assert.deepEqual(requests.map(path), [
    `/sync?limit=5&at_least=${HISTORY}.7&device=${ID}`,
    `/sync?cursor=${HISTORY}.7`,
  ]);
});

Deno.test("problem: problem details become a ProblemError", async () => {
  const problem = {
    type: "https://carrel.dev/errors/busy",
    title: "Busy.",
    status: 503,
    code: "busy",
    detail: "Another request.",
    info: "x",
    request_id: "r-1",
    retryable: true,
  };
  const headers = { "retry-after": "3", "x-request-id": "r-1" };
  const { client } = clientOf(new Response(JSON.stringify(problem), { status: 503, headers }));
  const { code, status, message, info, requestId, retryAfter, retryable } = await failure(
    ProblemError,
    client.head(),
  );
  assert.deepEqual(
    { code, status, message, info, requestId, retryAfter, retryable },
    {
      code: "busy",
      status: 503,
      message: "Another request.",
      info: "x",
      requestId: "r-1",
      retryAfter: 3,
      retryable: true,
    },
  );
});

Deno.test("problem: an error of a proxy is classified by its status", async () => {
  for (
    const [status, code, retryable] of [
      [401, "unauthenticated", false],
      [429, "overloaded", true],
      [502, "overloaded", true],
      [546, "internal", true],
      [418, "malformed_request", false],
    ] as const
  ) {
    const error = await failure(ProblemError, clientOf(new Response("<html>", { status })).client.head());
    assert.deepEqual([error.status, error.code, error.retryable], [status, code, retryable]);
  }
});

Deno.test("problem: network errors, contract errors and aborts have their own classes", async () => {
  const network = await failure(NetworkError, clientOf(new TypeError("connection refused")).client.head());
  assert.equal(network.message, "connection refused");
  await failure(ContractError, clientOf(new Response("{}")).client.head());
  await failure(NetworkError, clientOf(new Response("<html>")).client.head());
  await failure(NetworkError, clientOf(new Response(JSON.stringify(HEAD).slice(0, -1))).client.head());
  const signal = AbortSignal.abort(new DOMException("enough", "AbortError"));
  const aborted = await failure(DOMException, clientOf(new Error("aborted")).client.head(null, { signal }));
  assert.equal(aborted.name, "AbortError");
});
