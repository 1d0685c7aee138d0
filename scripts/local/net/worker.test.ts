// The worker of pg_net, with a server that sees what arrives.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { throwAwayCluster } from "../harness.ts";
import { freePort } from "../postgres/port.ts";
import { ended, until } from "../until.ts";
import { startNetWorker } from "./worker.ts";

interface Seen {
  method: string;
  search: string;
  headers: Headers;
  body: string;
}

interface Recorded {
  id: string;
  status_code: number | null;
  content_type: string | null;
  content: string | null;
  timed_out: boolean;
  error_msg: string | null;
}

async function bench() {
  const cleanup = new AsyncDisposableStack();
  const cluster = cleanup.use(await throwAwayCluster());
  const seen: Seen[] = [];
  const abort = new AbortController();
  const { promise: closing, resolve: close } = Promise.withResolvers<void>();
  const server = cleanup.adopt(
    Deno.serve({ port: 0, hostname: "127.0.0.1", signal: abort.signal, onListen() {} }, async (request) => {
      const { pathname, search } = new URL(request.url);
      if (pathname === "/away") return Response.redirect(new URL("/here", request.url));
      seen.push({ method: request.method, search, headers: request.headers, body: await request.text() });
      if (pathname === "/never") await closing;
      return Response.json({ path: pathname }, { status: pathname === "/broken" ? 500 : 200 });
    }),
    async (s) => {
      close();
      abort.abort();
      await s.finished;
    },
  );
  const worker = cleanup.adopt(
    await startNetWorker({ databaseUrl: cluster.url, log() {} }),
    (w) => w.close(),
  );
  const sql = cleanup.adopt(
    postgres(cluster.url("postgres"), { max: 2, onnotice: () => {} }),
    (s) => s.end(),
  );
  const admin = cleanup.adopt(postgres(cluster.url("supabase_admin"), { max: 1 }), (s) => s.end());
  await sql`create extension pg_net with schema extensions`;
  const responses = async (count: number) => {
    let rows: Recorded[] = [];
    await until(`${count} responses`, async () => {
      rows = await sql<Recorded[]>`
        select id::text, status_code, content_type, content, timed_out, error_msg from net._http_response
         where id > 0 order by id`;
      return rows.length >= count;
    });
    return rows;
  };
  const url = `http://127.0.0.1:${server.addr.port}`;
  return { url, seen, worker, sql, admin, responses, [Symbol.asyncDispose]: () => cleanup.disposeAsync() };
}

Deno.test("requests are sent as SQL wrote them, and responses are recorded", async () => {
  await using b = await bench();
  await b.sql`select net.http_post(${`${b.url}/post`}, '{"a": "ü"}', '{"k": "é & ="}', '{"x-own": "1"}')`;
  await b.sql`select net.http_get(${`${b.url}/get?a=1`}, '{"b": "2"}')`;
  await b.sql`select net.http_delete(${`${b.url}/broken`})`;
  await b.sql`select net.http_get(${`${b.url}/away`})`;
  const rows = await b.responses(4);
  const [post] = b.seen;
  assert.deepEqual([post?.method, post?.search, post?.body], ["POST", "?k=%C3%A9%20%26%20%3D", '{"a": "ü"}']);
  assert.equal(post?.headers.get("content-type"), "application/json");
  assert.equal(post?.headers.get("x-own"), "1");
  assert.match(post?.headers.get("user-agent") ?? "", /^pg_net\//);
  assert.equal(b.seen.find(({ method }) => method === "GET")?.search, "?a=1&b=2");
  assert.deepEqual(rows.map((r) => [r.status_code, r.content, r.timed_out, r.error_msg]), [
    [200, '{"path":"/post"}', false, null],
    [200, '{"path":"/get"}', false, null],
    [500, '{"path":"/broken"}', false, null],
    [200, '{"path":"/here"}', false, null],
  ]);
});

Deno.test("requests are sent after the commit, and never after a rollback", async () => {
  await using b = await bench();
  await assert.rejects(b.sql.begin(async (tx) => {
    await tx`select net.http_get(${`${b.url}/no`})`;
    throw new Error("rolled back");
  }));
  await b.sql.begin(async (tx) => {
    await tx`select net.http_get(${`${b.url}/yes`})`;
    await delay(200);
    assert.equal(b.seen.length, 0);
  });
  const rows = await b.responses(1);
  assert.deepEqual(rows.map((r) => r.content), ['{"path":"/yes"}']);
});

Deno.test("timeouts and unreachable addresses are recorded and not retried", async () => {
  await using b = await bench();
  await b.sql`select net.http_get(${`${b.url}/never`}, timeout_milliseconds => 200)`;
  await b.sql`select net.http_get(${`http://127.0.0.1:${freePort()}/`}, timeout_milliseconds => 60000)`;
  await b.sql`select net.http_get('no address')`;
  await b.sql`select net.http_get(${b.url}, timeout_milliseconds => 0)`;
  const [slow, dead, wrong, never] = await b.responses(4);
  assert.deepEqual([slow?.status_code, slow?.timed_out], [null, true]);
  assert.match(slow?.error_msg ?? "", /^Timeout of 200 ms reached/);
  for (const row of [dead, wrong, never]) {
    assert.deepEqual([row?.status_code, row?.timed_out, typeof row?.error_msg], [null, false, "string"]);
  }
  await delay(300);
  assert.equal((await b.responses(4)).length, 4);
  assert.equal((await b.sql`select from net.http_request_queue`).count, 0);
});

Deno.test("more requests than a batch are sent once each, even when the worker's connections are cut", async () => {
  await using b = await bench();
  const post = (from: number, to: number) =>
    b.sql`
      select net.http_post(${b.url}, jsonb_build_object('n', n), timeout_milliseconds => 60000)
        from generate_series(${from}::int, ${to}::int) n`;
  await post(1, 450);
  await b.responses(450);
  await b.admin`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pg_net' and pid <> pg_backend_pid()`;
  await post(451, 460);
  await b.responses(460);
  const numbers = b.seen.map(({ body }) => JSON.parse(body).n).sort((x, y) => x - y);
  assert.deepEqual(numbers, Array.from({ length: 460 }, (_, i) => i + 1));
});

Deno.test("a JSON header with another body is refused, and old responses are removed", async () => {
  await using b = await bench();
  await assert.rejects(
    b.sql`select net.http_post(${b.url}, '{}', '{}', '{"content-type": "text/plain"}')`,
    { code: "P0001" },
  );
  await b.sql`
    insert into net._http_response (id, created) values (-1, now() - interval '7 hours'), (-2, now() - interval '5 hours')`;
  await b.sql`select net.http_get(${b.url})`;
  await b.responses(1);
  assert.deepEqual([...await b.sql`select id::int from net._http_response order by id`], [{ id: -2 }, {
    id: 1,
  }]);
});

Deno.test("closing does not wait for a missing answer", async () => {
  await using b = await bench();
  await b.sql`select net.http_get(${`${b.url}/never`}, timeout_milliseconds => 90000)`;
  await until("the request", () => b.seen.length > 0);
  await ended("an end without the answer", b.worker.close());
});
