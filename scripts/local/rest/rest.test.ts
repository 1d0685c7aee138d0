// The REST stand-in against the contract that hosted fulfils, and what only the stand-in does.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { restContract } from "../contract/rest.ts";
import { throwAwayCluster } from "../harness.ts";
import { openKeys } from "../keys.ts";
import { until } from "../until.ts";
import { createRest, type RestOptions } from "./service.ts";

const cluster = await throwAwayCluster();
const folder = await Deno.makeTempDir();
const keys = await openKeys(`${folder}/keys.json`, "http://127.0.0.1");
const logged: string[] = [];
const context = {
  databaseUrl: cluster.url,
  keys,
  apiUrl: "http://127.0.0.1",
  log: (line: string) => void logged.push(line),
};

const start = (options?: RestOptions) => createRest(context, options);
const sql = postgres(cluster.url("postgres"), { max: 2, onnotice: () => {} });
await sql`
  create function wait_for_test() returns void language sql volatile set search_path = ''
    as 'select pg_advisory_xact_lock(7)'`;
const service = await start();

/** The gateway's part: an API key alone stands for a token of its role. */
async function tokenOf(request: Request): Promise<string> {
  const bearer = request.headers.get("authorization")?.replace(/^Bearer /i, "");
  if (bearer && !keys.roleOf(bearer)) return bearer;
  const role = keys.roleOf(request.headers.get("apikey") ?? "");
  return role ? await keys.tokenFor(role) : "";
}

const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  async (request) => service.fetch(request, await tokenOf(request)),
);
const url = `http://127.0.0.1:${server.addr.port}`;

Deno.test.afterAll(async () => {
  await sql.end();
  await service.close();
  await server.shutdown();
  await cluster[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

function tokenLasting(userId: string, seconds: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return keys.sign({
    sub: userId,
    role: "authenticated",
    aud: "authenticated",
    iat: now - 7200,
    exp: now + seconds,
  });
}

restContract({
  url,
  publishableKey: keys.publishableKey,
  secretKey: keys.secretKey,
  databaseUrl: cluster.url("postgres"),
  async signIn() {
    const userId = crypto.randomUUID();
    return { userId, token: await tokenLasting(userId, 3600) };
  },
  tokenLasting,
});

/** Asks a service directly, as a role. */
async function ask(
  target: { fetch: typeof service.fetch },
  method: string,
  path: string,
  claims: Record<string, unknown> = { role: "anon" },
  init: RequestInit = {},
) {
  const token = await keys.sign({ exp: Math.floor(Date.now() / 1000) + 60, ...claims });
  const answer = await target.fetch(new Request(`${url}/rest/v1${path}`, { method, ...init }), token);
  const text = await answer.text();
  return { status: answer.status, text, code: text.startsWith("{") ? JSON.parse(text).code : undefined };
}

Deno.test("rest: an unsupported request is answered with 501 and one sentence", async () => {
  const requests: [string, string, Record<string, string>][] = [
    ["GET", "/", {}],
    ["PUT", "/contract_country?code=eq.at", {}],
    ["OPTIONS", "/contract_country", {}],
    ["GET", "/contract_country?select=code,contract_note(slug)", {}],
    ["GET", "/contract_country?select=...contract_note(slug)", {}],
    ...["fts", "plfts", "phfts", "wfts", "sl", "sr", "nxr", "nxl", "adj"].map((
      operator,
    ): [string, string, Record<string, string>] => ["GET", `/contract_country?name=${operator}.one`, {}]),
    ["GET", "/contract_country?order=contract_note(slug)", {}],
    ["GET", "/contract_country", { accept: "text/csv" }],
    ["GET", "/contract_country", { prefer: "count=planned" }],
    ["GET", "/contract_country", { prefer: "timezone=UTC" }],
    ["DELETE", "/contract_country?code=eq.zz&limit=1", {}],
    ["POST", "/contract_country", { "content-type": "text/csv" }],
    ["POST", "/contract_country", { prefer: "return=headers-only" }],
  ];
  for (const [method, path, headers] of requests) {
    const { status, text, code } = await ask(service, method, path, {}, { headers });
    assert.deepEqual([status, code], [501, "PGRST127"], `${method} ${path} ${text}`);
    assert.match(JSON.parse(text).message, /^[A-Z].*\.$/);
  }
});

Deno.test("rest: the role of a token must exist and be granted", async () => {
  const call = (claims: Record<string, unknown>) => ask(service, "POST", "/rpc/contract_nothing", claims);
  assert.equal((await call({})).status, 204, "anon without a role");
  const ghost = await call({ role: "ghost" });
  assert.deepEqual([ghost.status, ghost.code], [401, "22023"]);
  const postgresRole = await call({ role: "postgres" });
  assert.deepEqual([postgresRole.status, postgresRole.code], [403, "42501"]);
  const early = await call({ role: "anon", nbf: Math.floor(Date.now() / 1000) + 600 });
  assert.deepEqual([early.status, early.code], [401, "PGRST303"]);
  const ahead = await call({ role: "anon", iat: Math.floor(Date.now() / 1000) + 600 });
  assert.deepEqual([ahead.status, ahead.code], [401, "PGRST303"]);
  for (const token of ["", "nonsense", "a.b", "a.b.c"]) {
    const answer = await service.fetch(new Request(`${url}/rest/v1/contract_country`), token);
    assert.equal(answer.status, 401);
    assert.equal((await answer.json()).code, "PGRST301");
  }
});

Deno.test("rest: the statement timeout of a role applies", async () => {
  await sql`create function contract_limits() returns text[] language sql stable set search_path = ''
    as $$select array[current_setting('statement_timeout'), current_setting('lock_timeout')]$$`;
  await using two = await disposable({ pool: { size: 1, acquireSeconds: 60 } });
  assert.equal((await ask(two, "POST", "/rpc/contract_limits")).text, '["3s","8s"]');
  const asUser = await ask(two, "POST", "/rpc/contract_limits", { role: "authenticated" });
  assert.equal(asUser.text, '["8s","8s"]');
});

/** Calls a function that is under way while `work` is, however long that takes: up to the 8 s of its role. */
async function whileUnderWay<T>(target: { fetch: typeof service.fetch }, work: () => Promise<T>) {
  return await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(7)`;
    const call = ask(target, "POST", "/rpc/wait_for_test", { role: "service_role" });
    await until("a call under way", async () => {
      const waiting = await sql`
        select from pg_stat_activity where usename = 'authenticator' and wait_event = 'advisory'`;
      return waiting.count > 0;
    });
    return { call, result: await work() };
  }) as { call: ReturnType<typeof ask>; result: T };
}

async function disposable(options: RestOptions) {
  const other = await start(options);
  return { fetch: other.fetch, [Symbol.asyncDispose]: () => other.close() };
}

Deno.test("rest: a request waits for a connection, but not forever", async () => {
  await using small = await disposable({ pool: { size: 1, acquireSeconds: 0.1 } });
  const { call, result: waiting } = await whileUnderWay(
    small,
    () => ask(small, "POST", "/rpc/contract_nothing"),
  );
  assert.deepEqual([waiting.status, waiting.code], [504, "PGRST003"]);
  assert.equal((await call).status, 204);
  assert.equal((await ask(small, "POST", "/rpc/contract_nothing")).status, 204);
});

Deno.test("rest: answers have at most the configured number of rows", async () => {
  await using small = await disposable({ maxRows: 2 });
  const read = await ask(small, "GET", "/contract_country?select=code&order=code");
  assert.deepEqual(JSON.parse(read.text), [{ code: "at" }, { code: "ch" }]);
  const limited = await ask(small, "GET", "/contract_country?select=code&order=code&limit=9&offset=3");
  assert.deepEqual(JSON.parse(limited.text), [{ code: "pt" }]);
  const numbers = await ask(small, "GET", "/rpc/contract_numbers?p_count=5");
  assert.deepEqual(JSON.parse(numbers.text), [1, 2]);
});

Deno.test("rest: profiles select the schema", async () => {
  await using two = await disposable({ schemas: ["public", "contract_other"] });
  const answer = await two.fetch(
    new Request(`${url}/rest/v1/contract_country?limit=0`, { headers: { "accept-profile": "public" } }),
    await keys.tokenFor("anon"),
  );
  assert.equal(await answer.text(), "[]");
  assert.equal(answer.headers.get("content-profile"), "public");
  const elsewhere = await ask(two, "GET", "/contract_country", {}, {
    headers: { "accept-profile": "contract_other" },
  });
  assert.deepEqual([elsewhere.status, elsewhere.code], [404, "PGRST205"]);
});

Deno.test("rest: the schema is reloaded only after notify pgrst", async () => {
  const find = () => ask(service, "POST", "/rpc/contract_unseen");
  await sql`create function contract_unseen() returns integer language sql immutable as 'select 1'`;
  await delay(300);
  assert.equal((await find()).code, "PGRST202");
  // A call that is under way when the cache is renewed ends as it began.
  const { call } = await whileUnderWay(service, async () => {
    await sql`notify pgrst`;
    await until("the function", async () => (await find()).status === 200);
  });
  assert.equal((await call).status, 204);
  await sql`drop function contract_unseen()`;
  await sql`notify pgrst, 'reload schema'`;
  await until("the function's end", async () => (await find()).status === 404);
});

Deno.test("rest: booleans are compared with is", async () => {
  await sql`create table contract_flag as select * from (values (1, true), (2, false), (3, null)) f (id, flag)`;
  await sql`grant select on contract_flag to anon`;
  await sql`notify pgrst`;
  const find = (value: string) => ask(service, "GET", `/contract_flag?select=id&flag=${value}`);
  await until("the table", async () => (await find("is.null")).status === 200);
  for (const [value, id] of [["is.true", 1], ["is.false", 2], ["is.unknown", 3], ["is.null", 3]] as const) {
    assert.deepEqual(JSON.parse((await find(value)).text), [{ id }], value);
  }
  await sql`drop table contract_flag`;
});

Deno.test("rest: a column whose type changed is compared with its new type", async () => {
  await sql`create table contract_changing (value integer)`;
  await sql`grant select on contract_changing to anon`;
  await sql`notify pgrst`;
  const find = (value: string) => ask(service, "GET", `/contract_changing?value=eq.${value}`);
  await until("the table", async () => (await find("1")).status === 200);
  assert.equal((await find("one")).code, "22P02");
  await sql`alter table contract_changing alter column value type text`;
  await sql`notify pgrst`;
  await until("the new type", async () => (await find("one")).status === 200);
  await sql`drop table contract_changing`;
});

Deno.test("rest: a lost connection is answered with 503, and the next request gets another", async () => {
  // Under way for certain: a connection that is only being made would be made again.
  const { call } = await whileUnderWay(
    service,
    () =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'authenticator'`.execute(),
  );
  assert.equal((await call).status, 503);
  const next = await ask(service, "POST", "/rpc/contract_nothing");
  assert.equal(next.status, 204, next.text);
  // The schema is watched again, and read anew: a notification may have been lost with the connection.
  await sql`create function contract_found() returns integer language sql immutable as 'select 1'`;
  await until(
    "the function",
    async () => (await ask(service, "POST", "/rpc/contract_found")).status === 200,
  );
});

Deno.test("rest: every request without a database is answered with 503", async () => {
  const gone = await throwAwayCluster();
  const owner = postgres(gone.url("postgres"), { max: 1 });
  await owner`create function contract_ping() returns integer language sql immutable as 'select 1'`;
  await owner.end();
  const orphan = await createRest({ ...context, databaseUrl: gone.url });
  try {
    assert.equal((await ask(orphan, "POST", "/rpc/contract_ping")).text, "1");
    await gone[Symbol.asyncDispose]();
    const answer = await ask(orphan, "POST", "/rpc/contract_ping");
    assert.deepEqual([answer.status, answer.code], [503, "PGRST000"], answer.text);
  } finally {
    await orphan.close();
  }
  await assert.rejects(createRest({ ...context, databaseUrl: gone.url }));
});
