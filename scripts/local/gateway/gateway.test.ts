// The gateway in front of services that only tell what reached them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { openKeys, type ProjectKeys } from "../keys.ts";
import { PortTaken } from "../postgres/port.ts";
import type { Service } from "../service.ts";
import { ended } from "../until.ts";
import { type Gateway, startGateway } from "./gateway.ts";

interface Bench extends AsyncDisposable {
  gateway: Gateway;
  keys: ProjectKeys;
  url: string;
  lines: string[];
}

/** Answers with what it was given. */
function mirror(name: string) {
  return {
    async fetch(request: Request, token: string, remote?: string) {
      const { pathname, search } = new URL(request.url);
      if (pathname.endsWith("/broken")) throw new Error("secret detail");
      if (pathname.endsWith("/own-cors")) {
        return new Response("x", { headers: { "access-control-allow-origin": "https://app.example" } });
      }
      if (pathname.endsWith("/stream")) return new Response(request.body);
      const body = await request.text();
      const headers = Object.fromEntries(request.headers);
      return Response.json({ name, method: request.method, pathname, search, token, remote, headers, body });
    },
    close: () => Promise.resolve(),
  };
}

async function bench(): Promise<Bench> {
  const folder = await Deno.makeTempDir();
  const gateway = startGateway(0);
  const url = `http://127.0.0.1:${gateway.port}`;
  const keys = await openKeys(join(folder, "keys.json"), url);
  const lines: string[] = [];
  gateway.open({
    keys,
    auth: mirror("auth"),
    rest: mirror("rest"),
    realtime: mirror("realtime"),
    storage: mirror("storage"),
    functions: mirror("functions"),
    log: (line) => lines.push(line),
  });
  return {
    gateway,
    keys,
    url,
    lines,
    async [Symbol.asyncDispose]() {
      await gateway.close(0);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const MISSING = {
  message: "No API key found in request",
  hint: "No `apikey` request header or url param was found.",
};
const INVALID = {
  message: "Invalid API key",
  hint: "Double check your Supabase `anon` or `service_role` API key.",
};

Deno.test("a request without a valid API key reaches no service", async () => {
  await using b = await bench();
  for (
    const path of ["/auth/v1/user", "/rest/v1/thing", "/rest/v1", "/realtime/v1/websocket", "/graphql/v1"]
  ) {
    const missing = await fetch(b.url + path);
    assert.equal(missing.status, 401, path);
    assert.deepEqual(await missing.json(), MISSING);
    for (const apikey of ["sb_publishable_wrong", "anon", await b.keys.tokenFor("service_role")]) {
      const invalid = await fetch(b.url + path, { headers: { apikey } });
      assert.equal(invalid.status, 401, path);
      assert.deepEqual(await invalid.json(), INVALID);
    }
  }
  const other = { apikey: b.keys.publishableKey, authorization: "Bearer sb_secret_wrong" };
  assert.deepEqual(await (await fetch(`${b.url}/rest/v1/thing`, { headers: other })).json(), INVALID);
  const raised = { apikey: b.keys.publishableKey, authorization: `Bearer ${b.keys.secretKey}` };
  assert.equal((await fetch(`${b.url}/rest/v1/thing`, { headers: raised })).status, 401);
});

Deno.test("an API key is replaced by a token of its role, unless the caller has a token", async () => {
  await using b = await bench();
  const reached = async (headers: Record<string, string>, query = "") =>
    (await (await fetch(`${b.url}/rest/v1/thing${query}`, { headers })).json()).token;
  const role = async (token: string) => (await b.keys.verify(token)).role;
  const { publishableKey, secretKey } = b.keys;

  assert.equal(await role(await reached({ apikey: publishableKey })), "anon");
  assert.equal(await role(await reached({ apikey: secretKey })), "service_role");
  assert.equal(await role(await reached({}, `?apikey=${publishableKey}`)), "anon");
  assert.equal(
    await role(await reached({ apikey: publishableKey, authorization: `Bearer ${publishableKey}` })),
    "anon",
  );
  assert.equal(await reached({ apikey: publishableKey, authorization: "Bearer a.b.c" }), "a.b.c");
  assert.equal(await reached({ apikey: publishableKey, authorization: "bearer  a.b.c" }), "a.b.c");
  assert.equal(await role(await reached({ apikey: publishableKey, authorization: "Bearer " })), "anon");
});

Deno.test("a key in the URL is removed for PostgREST and kept for Realtime", async () => {
  await using b = await bench();
  const query = `?id=eq.1&apikey=${b.keys.publishableKey}`;
  const rest = await (await fetch(`${b.url}/rest/v1/thing${query}`, { method: "POST", body: "{}" })).json();
  assert.deepEqual([rest.search, rest.method, rest.body], ["?id=eq.1", "POST", "{}"]);
  assert.equal((await (await fetch(`${b.url}/realtime/v1/x${query}`)).json()).search, query);
});

Deno.test("public keys and links in mails need no API key, and similar paths do", async () => {
  await using b = await bench();
  for (const path of ["/auth/v1/.well-known/jwks.json", "/auth/v1/verify?token=x", "/auth/v1/callback"]) {
    const seen = await (await fetch(b.url + path)).json();
    assert.deepEqual([seen.name, seen.token], ["auth", ""]);
  }
  assert.equal((await fetch(`${b.url}/auth/v1/verifyx`)).status, 401);
  assert.equal((await fetch(`${b.url}/auth/v1/.well-known/openid-configuration`)).status, 401);
});

Deno.test("functions get the request unchanged, with any key or none", async () => {
  await using b = await bench();
  const seen = await (await fetch(`${b.url}/functions/v1/sync/push?apikey=x`, {
    method: "POST",
    body: "hello",
    headers: { apikey: "wrong", authorization: "Bearer anything" },
  })).json();
  assert.deepEqual([seen.name, seen.pathname, seen.search], [
    "functions",
    "/functions/v1/sync/push",
    "?apikey=x",
  ]);
  assert.deepEqual([seen.headers.apikey, seen.headers.authorization], ["wrong", "Bearer anything"]);
  assert.deepEqual([seen.body, seen.remote], ["hello", "127.0.0.1"]);
  const preflight = await fetch(`${b.url}/functions/v1/sync`, {
    method: "OPTIONS",
    headers: { origin: "https://app.example", "access-control-request-method": "POST" },
  });
  assert.equal((await preflight.json()).method, "OPTIONS");
  assert.equal(preflight.headers.get("access-control-allow-origin"), null);
});

Deno.test("an unknown path is answered with 404, with and without a key", async () => {
  await using b = await bench();
  for (const path of ["/", "/rest", "/rest/v2/thing", "/rest/v1x", "/pg/query", "/auth/v1%2Fuser"]) {
    const response = await fetch(b.url + path, { headers: { apikey: b.keys.publishableKey } });
    assert.equal(response.status, 404, path);
    assert.deepEqual(await response.json(), { error: "requested path is invalid" });
  }
});

Deno.test("an unsupported path is answered with 501 in the form of its service", async () => {
  await using b = await bench();
  const graphql = await fetch(`${b.url}/graphql/v1`, {
    method: "POST",
    headers: { apikey: b.keys.publishableKey },
  });
  assert.equal(graphql.status, 501);
  assert.equal((await graphql.json()).errors.length, 1);
});

Deno.test("Storage accepts a request with a token only, and refuses a wrong key", async () => {
  await using b = await bench();
  const path = `${b.url}/storage/v1/object/public/bucket/name`;
  const tokenOf = async (headers: Record<string, string>) =>
    (await (await fetch(path, { headers })).json()).token;
  assert.equal(await tokenOf({}), "");
  assert.equal(await tokenOf({ authorization: "Bearer a.b.c" }), "a.b.c");
  assert.equal(
    await tokenOf({ authorization: `Bearer ${b.keys.secretKey}` }),
    await b.keys.tokenFor("service_role"),
  );
  assert.equal(await tokenOf({ apikey: b.keys.publishableKey }), await b.keys.tokenFor("anon"));
  for (const [name, value] of [["apikey", "sb_secret_wrong"], ["authorization", "Bearer sb_secret_wrong"]]) {
    const response = await fetch(path, { headers: { [name ?? ""]: value ?? "" } });
    assert.equal(response.status, 401);
    assert.deepEqual(await response.json(), INVALID);
  }
});

Deno.test("preflight requests need no key, and every origin may read", async () => {
  await using b = await bench();
  const preflight = await fetch(`${b.url}/rest/v1/thing`, {
    method: "OPTIONS",
    headers: {
      origin: "https://app.example",
      "access-control-request-method": "PATCH",
      "access-control-request-headers": "apikey,content-profile",
    },
  });
  assert.equal(preflight.status, 200);
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
  assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /\bPATCH\b/);
  assert.equal(preflight.headers.get("access-control-allow-headers"), "apikey,content-profile");
  const headers = { apikey: b.keys.publishableKey };
  const read = await fetch(`${b.url}/rest/v1/thing`, { headers });
  assert.equal(read.headers.get("access-control-allow-origin"), "*");
  assert.match(read.headers.get("access-control-expose-headers") ?? "", /Content-Range/);
  assert.equal((await fetch(`${b.url}/rest/v1/thing`)).headers.get("access-control-allow-origin"), "*");
  const own = await fetch(`${b.url}/rest/v1/own-cors`, { headers });
  assert.equal(own.headers.get("access-control-allow-origin"), "https://app.example");
});

Deno.test("every answer has the id of its request", async () => {
  await using b = await bench();
  const ids = new Set<string | null>();
  for (const path of ["/", "/rest/v1/thing", "/functions/v1/x"]) {
    const { headers } = await fetch(b.url + path);
    assert.match(headers.get("sb-request-id") ?? "", /^[0-9a-f-]{36}$/);
    ids.add(headers.get("sb-request-id"));
  }
  assert.equal(ids.size, 3);
});

Deno.test("an unexpected failure is answered with 500 without details and is logged", async () => {
  await using b = await bench();
  for (const path of ["/rest/v1/broken", "/functions/v1/broken"]) {
    const response = await fetch(b.url + path, { headers: { apikey: b.keys.publishableKey } });
    assert.equal(response.status, 500);
    assert.deepEqual(await response.json(), { message: "An unexpected error occurred" });
  }
  assert.equal(b.lines.filter((line) => /^GET \/\w+\/v1\/broken: Error: secret detail/.test(line)).length, 2);
});

Deno.test("bodies are streamed unchanged", async () => {
  await using b = await bench();
  const headers = { apikey: b.keys.publishableKey, "content-encoding": "gzip" };
  const bytes = new Uint8Array(5 << 20).map((_, i) => i % 251);
  const echoed = await fetch(`${b.url}/rest/v1/stream`, { method: "POST", headers, body: bytes });
  assert.deepEqual(new Uint8Array(await echoed.arrayBuffer()), bytes);
});

Deno.test("requests before the start are answered with 503, and a used port is refused", async () => {
  const gateway = startGateway(0);
  const response = await fetch(`http://127.0.0.1:${gateway.port}/rest/v1/thing`);
  assert.equal(response.status, 503);
  await response.body?.cancel();
  assert.throws(
    () => startGateway(gateway.port),
    (error) => error instanceof PortTaken && error.port === gateway.port,
  );
  await gateway.close(0);
});

Deno.test("closing waits for running requests, but not forever", async () => {
  for (const isAnswered of [true, false]) {
    const folder = await Deno.makeTempDir();
    const gateway = startGateway(0);
    const url = `http://127.0.0.1:${gateway.port}`;
    const reached = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const slow: Service = {
      async fetch() {
        reached.resolve();
        await answer.promise;
        return new Response("done");
      },
      close: () => Promise.resolve(),
    };
    const keys = await openKeys(join(folder, "keys.json"), url);
    gateway.open({
      keys,
      auth: slow,
      rest: slow,
      realtime: slow,
      storage: slow,
      functions: mirror("functions"),
      log() {},
    });
    const order: string[] = [];
    const asked = fetch(`${url}/rest/v1/thing`, { headers: { apikey: keys.publishableKey } })
      .then((response) => response.text(), () => "cut off");
    await reached.promise;
    const closing = gateway.close(isAnswered ? 600_000 : 100).then(() => order.push("closed"));
    if (isAnswered) {
      // A gateway that did not wait would be closed by now.
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push("answered");
      answer.resolve();
    }
    await ended("the gateway's end", closing);
    assert.deepEqual(order, isAnswered ? ["answered", "closed"] : ["closed"]);
    assert.equal(await asked, isAnswered ? "done" : "cut off");
    answer.resolve();
    await Deno.remove(folder, { recursive: true });
  }
});
