// The Realtime stand-in against the contract that hosted fulfils, and what only the stand-in does.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { realtimeContract } from "../contract/realtime.ts";
import { Inbox, rawSocket } from "../contract/realtime_client.ts";
import { throwAwayCluster } from "../harness.ts";
import { openKeys, type ProjectKeys } from "../keys.ts";
import type { Service } from "../service.ts";
import { createRealtime } from "./service.ts";

const cluster = await throwAwayCluster();
const folder = await Deno.makeTempDir();
const logged: string[] = [];

/** The gateway's part: an API key, in the query of a socket's address, stands for a token of its role. */
async function tokenOf(request: Request, keys: ProjectKeys): Promise<string> {
  const bearer = request.headers.get("authorization")?.replace(/^Bearer /i, "");
  if (bearer && !keys.roleOf(bearer)) return bearer;
  const key = request.headers.get("apikey") ?? new URL(request.url).searchParams.get("apikey") ?? "";
  const role = keys.roleOf(key);
  return role ? await keys.tokenFor(role) : key;
}

async function serve() {
  const started = Promise.withResolvers<{ keys: ProjectKeys; service: Service }>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { keys, service } = await started.promise;
    return service.fetch(request, await tokenOf(request, keys));
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const keys = await openKeys(`${folder}/keys.json`, url);
  const log = (line: string) => void logged.push(line);
  const service = await createRealtime({ databaseUrl: cluster.url, keys, apiUrl: url, log });
  started.resolve({ keys, service });
  const close = async () => {
    await service.close();
    await server.shutdown();
  };
  return { url, keys, publishableKey: keys.publishableKey, close, [Symbol.asyncDispose]: close };
}

const local = await serve();
const { keys } = local;
const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
const admin = postgres(cluster.url("supabase_admin"), { max: 1, onnotice: () => {} });
Deno.test.afterAll(async () => {
  await Promise.all([sql.end(), admin.end()]);
  await local.close();
  await cluster[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

function tokenLasting(userId: string, seconds: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return keys.sign({
    sub: userId,
    role: "authenticated",
    aud: "authenticated",
    iat: now,
    exp: now + seconds,
  });
}

realtimeContract({
  url: local.url,
  publishableKey: keys.publishableKey,
  secretKey: keys.secretKey,
  databaseUrl: cluster.url("postgres"),
  tokenLasting,
  async signIn() {
    const userId = crypto.randomUUID();
    return { userId, token: await tokenLasting(userId, 3600) };
  },
});

const send = (topic: string, n: number) =>
  sql`select realtime.send(${sql.json({ n })}, 'note', ${topic}, false)`;

/** A public channel with what it hears; left at the end of the test. */
async function listen(topic: string, url = local.url) {
  const client = createClient(url, keys.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const inbox = new Inbox(client.channel(topic, { config: { broadcast: { replication_ready: true } } }));
  await inbox.joined();
  const leave = async () => {
    await client.realtime.removeAllChannels();
    while (client.realtime.connectionState() !== "closed") await delay(10);
  };
  return { client, inbox, [Symbol.asyncDispose]: leave };
}

async function refused(statement: string): Promise<string> {
  const error = await sql.unsafe(statement).then(() => undefined, (error) => error);
  return error instanceof postgres.PostgresError ? error.code : "accepted";
}

Deno.test("messages sent while the database connections were cut arrive late and in order", async () => {
  const topic = crypto.randomUUID();
  await using listener = await listen(topic);
  await send(topic, 0);
  await listener.inbox.hold(1);
  for (let round = 0; round < 3; round++) {
    await admin`
      select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'realtime' and pid <> pg_backend_pid()`;
    for (let n = 1; n <= 20; n++) await send(topic, round * 20 + n);
    await listener.inbox.hold(1 + (round + 1) * 20);
  }
  assert.deepEqual(listener.inbox.payloads().map(({ n }) => n), Array.from({ length: 61 }, (_, n) => n));
});

Deno.test("an unsupported request is refused with a sentence", async () => {
  await using socket = await rawSocket(local);
  const join = (ref: string, config: unknown) =>
    socket.ask([ref, ref, `realtime:${ref}`, "phx_join", { config }]);
  const reasons = [
    await join("1", { presence: { enabled: true } }),
    await join("2", { postgres_changes: [{ event: "*", schema: "public", table: "t" }] }),
    await join("3", { broadcast: { replay: { since: 0 } } }),
    await join("4", { private: true, broadcast: { replay: { limit: 3 } } }),
    await join("5", { private: "perhaps" }),
  ].map(({ status, response }) => [status, response.reason]);
  assert.deepEqual(reasons.slice(0, 4), [
    ["error", "NotImplemented: Presence is not part of the local stack"],
    ["error", "NotImplemented: Postgres Changes are not part of the local stack"],
    ["error", "UnableToReplayMessages: Replay is not allowed for public channels"],
    ["error", "UnableToReplayMessages: Replay params are not valid"],
  ]);
  assert.match(String(reasons[4]?.[1]), /^InvalidJoinPayload: config\.private: /);
  assert.equal((await join("6", {})).status, "ok");
  for (const event of ["presence", "unheard_of"]) {
    const reply = await socket.ask(["6", event, "realtime:6", event, {}]);
    assert.match(String(reply.response.reason), /^NotImplemented: /, event);
  }
  for (const [method, path] of [["GET", "/api/broadcast"], ["POST", "/api/tenants"], ["GET", "/longpoll"]]) {
    const answer = await fetch(`${local.url}/realtime/v1${path}`, {
      method,
      headers: { apikey: keys.publishableKey },
    });
    const { message } = await answer.json();
    assert.equal(answer.status, 501);
    assert.equal(message, `${method} /realtime/v1${path} is not part of the local Realtime.`);
  }
});

Deno.test("invalid tokens and requests are answered like on hosted", async () => {
  const now = Math.floor(Date.now() / 1000);
  const handshake = { upgrade: "websocket", connection: "upgrade" };
  const cases: [string, RequestInit, number, string][] = [
    [`/websocket?apikey=${await tokenLasting("u", -9)}`, { headers: handshake }, 401, "Token has expired"],
    ["/websocket?apikey=nonsense", { headers: handshake }, 401, "The token provided is not a valid JWT"],
    [
      `/websocket?apikey=${await keys.sign({ exp: now + 60 })}`,
      { headers: handshake },
      401,
      "Fields `role` and `exp` are required in JWT",
    ],
    [`/websocket?apikey=${keys.publishableKey}`, {}, 426, "This address takes WebSockets only"],
  ];
  for (const [path, init, status, error] of cases) {
    const answer = await fetch(`${local.url}/realtime/v1${path}`, init);
    assert.deepEqual([answer.status, await answer.json()], [status, { error }]);
  }
  const post = async (path: string, body: string, headers: Record<string, string>) => {
    const answer = await fetch(`${local.url}/realtime/v1/api${path}`, { method: "POST", headers, body });
    await answer.body?.cancel();
    return answer.status;
  };
  const key = { apikey: keys.publishableKey };
  const json = { ...key, "content-type": "application/json" };
  assert.equal(
    await post("/broadcast", "{}", { authorization: `Bearer ${await tokenLasting("u", -9)}` }),
    401,
  );
  assert.equal(await post("/broadcast", "{", json), 400);
  assert.equal(await post("/broadcast", "[]", json), 422);
  assert.equal(await post("/broadcast/t/events/e", "{", json), 400);
  assert.equal(await post("/broadcast/t/events/%zz", "{}", json), 400);
  assert.equal(await post("/broadcast/t/events/e", "{}", { ...key, "content-type": "text/plain" }), 415);
  assert.equal(await post(`/broadcast/${"t".repeat(250)}/events/e`, "{}", json), 422);
  assert.equal(await post("/broadcast/t/events/e?persist=true", "{}", json), 501);
});

Deno.test("invalid frames close the socket with a code that makes clients reconnect", async () => {
  for (const frame of ["{", "[1]", new Uint8Array([9, 1]), new Uint8Array([3, 1, 1, 200, 1, 0, 1, 65])]) {
    const socket = await rawSocket(local);
    socket.send(frame);
    assert.equal(await socket.closed, 4000);
  }
});

Deno.test("payloads above the limit of hosted are dropped, and senders who ask for an acknowledgement are told", async () => {
  const topic = crypto.randomUUID();
  await using listener = await listen(topic);
  await using socket = await rawSocket(local);
  await socket.ask(["1", "1", `realtime:${topic}`, "phx_join", { config: { broadcast: { ack: true } } }]);
  const push = (ref: string, size: number) => {
    const payload = { type: "broadcast", event: "big", payload: { text: "x".repeat(size) } };
    return socket.ask(["1", ref, `realtime:${topic}`, "broadcast", payload]);
  };
  assert.deepEqual(await push("2", 300_000), {
    status: "error",
    response: { error: "payload_size_exceeded" },
  });
  assert.equal((await push("3", 200_000)).status, "ok");
  await sql`select realtime.send(jsonb_build_object('text', repeat('x', 300000)), 'big', ${topic}, false)`;
  await sql`select realtime.send(jsonb_build_object('text', repeat('x', 200000)), 'big', ${topic}, false)`;
  await listener.inbox.hold(2);
  assert.deepEqual(listener.inbox.payloads().map(({ text }) => String(text).length), [200_000, 200_000]);
  assert.match(logged.join("\n"), /larger than 256000 bytes/);
});

Deno.test("a failing policy refuses the join, and the log has the reason", async () => {
  await sql`create policy test_fails on realtime.messages for select to authenticated using (1 / length(topic) = 1 / 0)`;
  try {
    const token = await tokenLasting(crypto.randomUUID(), 60);
    await using socket = await rawSocket(local);
    const join = { config: { private: true }, access_token: token };
    const { response } = await socket.ask(["1", "1", "realtime:failing", "phx_join", join]);
    assert.match(String(response.reason), /^Unauthorized: /);
    assert.match(
      logged.join("\n"),
      /policy on realtime\.messages failed for topic failing: division by zero/,
    );
  } finally {
    await sql`drop policy test_fails on realtime.messages`;
  }
});

Deno.test("postgres manages policies and triggers of realtime.messages only", async () => {
  assert.equal(
    await refused("create policy test_p on realtime.messages for select to anon using (true)"),
    "accepted",
  );
  assert.equal(
    await refused("create policy test_p on realtime.messages for select to anon using (true)"),
    "42710",
  );
  assert.equal(await refused("alter policy test_p on realtime.messages using (false)"), "accepted");
  assert.equal(await refused("drop policy test_p on realtime.messages"), "accepted");
  assert.equal(
    await refused(
      "create function public.test_t() returns trigger language plpgsql as 'begin return new; end'",
    ),
    "accepted",
  );
  const trigger =
    "create trigger test_t before insert on realtime.messages for each row execute function test_t()";
  assert.equal(await refused(trigger), "accepted");
  assert.equal(await refused("drop trigger test_t on realtime.messages"), "accepted");
  assert.equal(await refused("drop function public.test_t()"), "accepted");
  for (
    const statement of [
      "create table realtime.test_x (id int)",
      "create function realtime.test_x() returns int language sql as 'select 1'",
      "alter table realtime.messages add column test_x int",
      "alter table realtime.messages disable row level security",
      "drop table realtime.messages",
      "drop function realtime.send(jsonb, text, text, boolean)",
      "set role supabase_realtime_admin",
      "select realtime.maintain_partitions()",
    ]
  ) assert.equal(await refused(statement), "42501", statement);
  const [table] = await sql`
    select relowner::regrole::text as owner, relrowsecurity, relacl::text from pg_class
     where oid = 'realtime.messages'::regclass`;
  assert.equal(table?.owner, "supabase_realtime_admin");
  assert.equal(table?.relrowsecurity, true);
  assert.match(table?.relacl, /postgres=a\*r\*wdDxtm\/supabase_realtime_admin/);
});

Deno.test("other roles gain no rights while postgres owns the table for a moment", async () => {
  const anon = await sql.reserve();
  try {
    await anon`set role authenticated`;
    const policy = anon`create policy test_p on realtime.messages for select to anon using (true)`;
    await assert.rejects(policy, { code: "42501" });
  } finally {
    await anon`reset role`;
    anon.release();
  }
});

Deno.test("partitions are created ahead, old ones are dropped, and the default one is emptied", async () => {
  const partitions = async () => {
    const rows = await sql<{ name: string }[]>`
      select inhrelid::regclass::text as name from pg_inherits where inhparent = 'realtime.messages'::regclass`;
    return rows.map(({ name }) => name);
  };
  const day = (offset: number) =>
    new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "_");
  const named = (offset: number) => `realtime.messages_${day(offset)}`;
  // A day may have begun since the service did.
  await admin`select realtime.maintain_partitions()`;
  for (const offset of [-1, 0, 1, 2, 3]) assert((await partitions()).includes(named(offset)), named(offset));
  await admin.unsafe(`
    set role supabase_realtime_admin;
    drop table ${named(3)};
    create table ${named(-5)} partition of realtime.messages
      for values from (current_date - 5) to (current_date - 4);
    insert into realtime.messages (topic, extension, inserted_at)
    values ('moved', 'broadcast', current_date + 3), ('old', 'broadcast', current_date - 6);
    select realtime.maintain_partitions();
    reset role`);
  const after = await partitions();
  assert(after.includes(named(3)) && !after.includes(named(-5)), String(after));
  const rows =
    await sql`select topic, tableoid::regclass::text as name from realtime.messages where event is null`;
  assert.deepEqual([...rows], [{ topic: "moved", name: named(3) }]);
  await sql`delete from realtime.messages where event is null`;
});

Deno.test("closing ends every socket and connection, even with a connected client", async () => {
  const second = await serve();
  const socket = await rawSocket(second);
  await socket.ask(["1", "1", "realtime:t", "phx_join", { config: {} }]);
  await second.close();
  assert.equal(await socket.closed, 4001);
});
