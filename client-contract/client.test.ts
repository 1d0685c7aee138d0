import assert from "node:assert/strict";
import { createClient } from "./client.ts";
import { ContractError, NetworkError, ProblemError } from "./client_error.ts";

const HISTORY = "0a93ab2dc16574ce";
const ID = "5f17a0de-0000-4000-8000-000000000001";
const ULID = "01KANZ00000000000000000000";
const HEAD = {
  history: HISTORY,
  schema: 1,
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
  bundled: false,
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
const page = (history = HISTORY) => ({ kind: "page", history, schema: 1, since: 0, until: 3 });
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

Deno.test("head: sends token, key and ETag; 304 is no change", async () => {
  const { client, requests } = clientOf(
    new Response(JSON.stringify(HEAD), { headers: { etag: 'W/"x"' } }),
    new Response(null, { status: 304 }),
  );
  assert.deepEqual(await client.head(), { changed: true, head: HEAD, etag: 'W/"x"' });
  assert.deepEqual(await client.head('W/"x"', { expected: 4 }), { changed: false });
  assert.deepEqual(requests.map(path), ["/content/head?schema=1", "/content/head?schema=1&expected=4"]);
  assert.equal(requests[1]?.headers.get("if-none-match"), 'W/"x"');
  assert.equal(requests[0]?.headers.get("authorization"), "Bearer token");
  assert.equal(requests[0]?.headers.get("apikey"), "key");
});

Deno.test("delta: later pages are until the first one's version, lines stay exact", async () => {
  const odd = JSON.stringify(tombstone).replace(":2", " : 2.0 ");
  const { client, requests } = clientOf(
    new Response(`${JSON.stringify(page())}\n${odd}\n${JSON.stringify(end(1, "2.question.x"))}\n`),
    ndjson(page(), end(0)),
  );
  const pages = await Array.fromAsync(client.delta({ domains: [ID], limit: 1 }));
  assert.deepEqual(pages.map(({ changes }) => changes), [[{ line: odd, row: tombstone }], []]);
  assert.deepEqual(requests.map(path), [
    `/content/delta?schema=1&since=0&domains=${ID}&limit=1`,
    `/content/delta?schema=1&since=0&until=3&domains=${ID}&after=2.question.x&limit=1`,
  ]);
});

Deno.test("delta: a page that was cut off is the network's fault", async () => {
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

Deno.test("delta: a history that changes between two pages means to start over", async () => {
  const { client } = clientOf(
    ndjson(page(), end(0, "1.question.x")),
    ndjson(page("ffffffffffffffff"), end(0)),
  );
  const error = await failure(ProblemError, Array.fromAsync(client.delta()));
  assert.equal(error.code, "history_changed");
});

Deno.test("delta: no domains is not all domains", async () => {
  const { client, requests } = clientOf();
  await failure(RangeError, Array.fromAsync(client.delta({ domains: [] })));
  assert.equal(requests.length, 0);
});

const syncAnswer = (results: object[]) =>
  new Response(JSON.stringify({
    batch: { batch_id: ULID, received_at: "2026-11-22T10:00:06.000001Z", results },
    head: HEAD,
    pull: { changes: [], cursor: `${HISTORY}.0`, more: false },
  }));

Deno.test("sync: a short batch goes as it is, a long one gzipped, its bytes untouched", async () => {
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

Deno.test("sync: results that can't be told apart by place are refused", async () => {
  await failure(ContractError, clientOf(syncAnswer([])).client.sync(header, ["{}"]));
  const { client, requests } = clientOf();
  for (const line of ["", "{\n}"]) await failure(RangeError, client.sync(header, [line]));
  assert.equal(requests.length, 0);
});

Deno.test("pull: a page, or the reason to start over", async () => {
  const { client, requests } = clientOf(
    new Response(JSON.stringify({ changes: [], cursor: `${HISTORY}.7`, more: false })),
    new Response(JSON.stringify({ reset: "cursor_ahead" })),
  );
  assert.deepEqual(await client.pull(null, { limit: 5 }), {
    changes: [],
    cursor: `${HISTORY}.7`,
    more: false,
  });
  assert.deepEqual(await client.pull(`${HISTORY}.7`), { reset: "cursor_ahead" });
  assert.deepEqual(requests.map(path), ["/sync?limit=5", `/sync?cursor=${HISTORY}.7`]);
});

Deno.test("problem details become a ProblemError", async () => {
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

Deno.test("an error of something in between is told by its status", async () => {
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

Deno.test("network, contract and abort are told apart", async () => {
  const network = await failure(NetworkError, clientOf(new TypeError("connection refused")).client.head());
  assert.equal(network.message, "connection refused");
  await failure(ContractError, clientOf(new Response("{}")).client.head());
  await failure(ContractError, clientOf(new Response("<html>")).client.head());
  const signal = AbortSignal.abort(new DOMException("enough", "AbortError"));
  const aborted = await failure(DOMException, clientOf(new Error("aborted")).client.head(null, { signal }));
  assert.equal(aborted.name, "AbortError");
});
