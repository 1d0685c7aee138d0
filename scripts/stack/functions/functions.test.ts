// The functions host with both kinds of isolates, on fixtures.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openKeys, type ProjectKeys } from "../keys.ts";
import type { ServiceContext } from "../service.ts";
import type { FunctionsMode } from "./isolate/isolate.ts";
import { parsePsTime } from "./isolate/usage.ts";
import { createFunctions, type FunctionsOptions, type FunctionsService } from "./service.ts";

const FIXTURES = fileURLToPath(new URL("./fixtures", import.meta.url));
const API = "http://127.0.0.1:9";
const OPEN = { enabled: true, verifyJwt: false };

interface Host extends AsyncDisposable {
  service: FunctionsService;
  keys: ProjectKeys;
  lines: string[];
  get(path: string, init?: RequestInit): Promise<Response>;
}

async function host(o: Partial<FunctionsOptions> = {}): Promise<Host> {
  const folder = await Deno.makeTempDir();
  const keys = await openKeys(join(folder, "keys.json"), API);
  const lines: string[] = [];
  const context: ServiceContext = {
    keys,
    apiUrl: API,
    databaseUrl: (role) => `postgresql://${role}@127.0.0.1:1/postgres`,
    log: (line) => lines.push(line),
  };
  const names = [
    "echo",
    "serve_options",
    "serve_object",
    "default_fetch",
    "behave",
    "boot_error",
    "no_handler",
  ];
  const config = new Map(names.map((name) => [name, OPEN]));
  config.set("disabled", { enabled: false, verifyJwt: false });
  const service = await createFunctions(context, {
    folder: FIXTURES,
    mode: "in-process",
    isolates: 1,
    config,
    env: {},
    ...o,
  });
  return {
    service,
    keys,
    lines,
    get: (path, init) => service.fetch(new Request(`${API}/functions/v1/${path}`, init), "", "127.0.0.7"),
    async [Symbol.asyncDispose]() {
      await service.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error("it did not happen within 3 s");
}

async function assertError(response: Response, status: number, code: string): Promise<void> {
  assert.equal(response.status, status);
  assert.equal(response.headers.get("sb-error-code"), code);
  const text = await response.text();
  assert.equal(JSON.parse(text).code, code);
  assert.doesNotMatch(text, /secret/);
}

for (const mode of ["in-process", "child"] satisfies FunctionsMode[]) {
  Deno.test(`${mode}: every form of serving works unmodified`, async () => {
    await using h = await host({ mode });
    assert.equal((await (await h.get("echo")).json()).method, "GET");
    assert.equal(await (await h.get("serve_options")).text(), "hello");
    assert.equal(await (await h.get("serve_object")).text(), "object");
    assert.equal(await (await h.get("default_fetch")).text(), "default");
    const handled = await h.get("serve_options?throw");
    assert.equal(handled.status, 418);
    assert.equal(await handled.text(), "handled");
  });

  Deno.test(`${mode}: a function sees hosted's path, the caller's own headers and the exact body`, async () => {
    await using h = await host({ mode });
    const body = new Uint8Array([0x1f, 0x8b, 0, 255, 10]);
    const seen = await (await h.get("echo/a%20b/c?x=1&env=SB_REGION", {
      method: "PATCH",
      body,
      headers: { "content-encoding": "gzip", "x-latin": "caf\u00e9", authorization: "Bearer abc" },
    })).json();
    assert.equal(seen.method, "PATCH");
    assert.equal(seen.url, `${API}/echo/a%20b/c?x=1&env=SB_REGION`);
    assert.deepEqual(seen.body, [...body]);
    assert.deepEqual(seen.headers, {
      authorization: "Bearer abc",
      "content-encoding": "gzip",
      "x-latin": "caf\u00e9",
      "x-forwarded-for": "127.0.0.7",
      "x-forwarded-host": "127.0.0.1",
      "x-forwarded-port": "9",
      "x-forwarded-proto": "http",
    });
    assert.equal(seen.remote.hostname, "127.0.0.7");
  });

  Deno.test(`${mode}: the environment is hosted's, and nothing of the machine's`, async () => {
    await using h = await host({ mode, env: { EXTRA: "1" } });
    const names = [
      "SUPABASE_URL",
      "SUPABASE_PUBLISHABLE_KEYS",
      "SUPABASE_SECRET_KEYS",
      "SUPABASE_JWKS",
      "EXTRA",
    ];
    names.push("SUPABASE_DB_URL", "CARREL_DB_URL", "SUPABASE_FUNCTION_SLUG", "SB_EXECUTION_ID", "PATH");
    const seen = await (await h.get(`echo?${names.map((name) => `env=${name}`).join("&")}`)).json();
    assert.equal(seen.atImport, API);
    assert.equal(seen.env.SUPABASE_URL, API);
    assert.deepEqual(JSON.parse(seen.env.SUPABASE_PUBLISHABLE_KEYS), { default: h.keys.publishableKey });
    assert.deepEqual(JSON.parse(seen.env.SUPABASE_SECRET_KEYS), { default: h.keys.secretKey });
    assert.deepEqual(JSON.parse(seen.env.SUPABASE_JWKS), h.keys.jwks);
    assert.equal(seen.env.SUPABASE_DB_URL, "postgresql://postgres@127.0.0.1:1/postgres");
    assert.equal(seen.env.CARREL_DB_URL, "postgresql://carrel_edge@127.0.0.1:1/postgres");
    assert.equal(seen.env.SUPABASE_FUNCTION_SLUG, "echo");
    assert.match(seen.env.SB_EXECUTION_ID, /^[0-9a-f-]{36}$/);
    assert.equal(seen.env.EXTRA, "1");
    assert.equal(seen.env.PATH, undefined);
    assert.equal(seen.hasHome, false);
    assert.equal(seen.sameInProcess, true);
    assert.equal(Deno.env.has("SUPABASE_FUNCTION_SLUG"), false);
  });

  Deno.test(`${mode}: responses of every kind arrive as they were made`, async () => {
    await using h = await host({ mode });
    const gzip = await h.get("behave/gzip");
    assert.equal(gzip.headers.get("content-encoding"), "gzip");
    assert.ok(gzip.body);
    assert.equal(
      await new Response(gzip.body.pipeThrough(new DecompressionStream("gzip"))).text(),
      "hello".repeat(100),
    );
    assert.equal((await h.get("behave/empty")).status, 204);
    const unchanged = await h.get("behave/unchanged");
    assert.deepEqual([unchanged.status, unchanged.headers.get("etag")], [304, '"v1"']);
    const redirect = await h.get("behave/redirect");
    assert.deepEqual([redirect.status, redirect.headers.get("location")], [302, "https://example.com/there"]);
    const cookies = await h.get("behave/cookies");
    assert.deepEqual(cookies.headers.getSetCookie(), ["a=1", "b=2"]);
    assert.equal(cookies.headers.get("x-latin"), "caf\u00e9");
    assert.equal(cookies.headers.get("content-length"), "2");
    assert.equal(await cookies.text(), "ü");
    const html = await h.get("behave/html");
    assert.equal(html.headers.get("content-type"), "text/plain; charset=utf-8");
    assert.equal(await html.text(), "<b>bold</b>");
  });

  Deno.test(`${mode}: bodies stream in both directions`, async () => {
    await using h = await host({ mode });
    const response = await h.get("behave/stream");
    assert.ok(response.body);
    const pieces: string[] = [];
    for await (const piece of response.body) pieces.push(new TextDecoder().decode(piece));
    assert.deepEqual(pieces, ["piece 0\n", "piece 1\n", "piece 2\n"]);

    let left = 64;
    const megabytes = new ReadableStream({
      pull(controller) {
        if (left-- === 0) controller.close();
        else controller.enqueue(new Uint8Array(1 << 20));
      },
    });
    const upload = await h.get("behave/upload", { method: "POST", body: megabytes });
    assert.deepEqual(await upload.json(), { bytes: 64 << 20 });
  });

  Deno.test(`${mode}: a handler that throws answers 500 without details and goes on`, async () => {
    await using h = await host({ mode });
    const response = await h.get("behave/throw");
    assert.equal(response.status, 500);
    assert.equal(response.headers.get("sb-error-code"), "EDGE_FUNCTION_ERROR");
    assert.equal(await response.text(), "Internal Server Error");
    const failing = await h.get("behave/failing");
    assert.deepEqual([failing.status, failing.headers.get("sb-error-code")], [502, "EDGE_FUNCTION_ERROR"]);
    assert.equal(await failing.text(), "on purpose");
    await assertError(await h.get("behave/odd-status"), 500, "INVALID_RESPONSE_STATUS_CODE");
    assert.equal((await (await h.get("behave/count")).json()).calls, 1);
    assert.equal((await h.service.stats())[0]?.boots, 1);
  });

  Deno.test(`${mode}: an isolate that dies answers WORKER_ERROR, waits a moment and is booted again`, async () => {
    await using h = await host({ mode });
    assert.equal((await (await h.get("behave/count")).json()).calls, 1);
    await assertError(await h.get("behave/crash"), 500, "WORKER_ERROR");
    await until(() => h.lines.some((line) => line.startsWith("Function behave ended")));
    await assertError(await h.get("behave/count"), 503, "BOOT_ERROR");
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal((await (await h.get("behave/count")).json()).calls, 1);
    assert.equal((await h.service.stats())[0]?.boots, 2);

    assert.equal(await (await h.get("behave/reject")).text(), "rejects later");
    await until(async () => (await h.service.stats())[0]?.state === "cold");
  });

  Deno.test(`${mode}: a function that can't be loaded is BOOT_ERROR, and the log says why`, async () => {
    await using h = await host({ mode });
    await assertError(await h.get("boot_error"), 503, "BOOT_ERROR");
    assert.ok(h.lines.some((line) => line.includes("secret reason")), h.lines.join("\n"));
    await assertError(await h.get("no_handler"), 503, "BOOT_ERROR");
    assert.ok(h.lines.some((line) => line.includes("neither calls Deno.serve")), h.lines.join("\n"));
    await h.service.warm();
    assert.equal((await h.get("serve_object")).status, 200);
  });

  Deno.test(`${mode}: a response that does not begin in time is IDLE_TIMEOUT, and an endless loop is ended`, async () => {
    await using h = await host({ mode, limitMs: 400 });
    await until(async () => (await h.get("behave/count")).status === 200);
    await assertError(await h.get("behave/never"), 504, "IDLE_TIMEOUT");
    await until(async () => (await h.get("behave/count")).status === 200);
    await assertError(await h.get("behave/loop"), 504, "IDLE_TIMEOUT");
    // Booting counts too, and may itself take longer where this file's types are checked.
    await until(async () => (await (await h.get("behave/count")).json()).calls === 1);
  });

  Deno.test(`${mode}: reload uses changed imports and secrets, and answers what is under way`, async () => {
    const folder = await Deno.makeTempDir();
    const copied = await new Deno.Command("cp", { args: ["-R", `${FIXTURES}/.`, folder] }).output();
    assert.ok(copied.success);
    const greeting = join(folder, "_shared", "greeting.ts");
    const secrets = join(folder, ".env");
    await Deno.writeTextFile(secrets, 'A="one"\nCARREL_DB_URL=own\nSUPABASE_URL=forged\n');
    {
      await using h = await host({ mode, folder });
      const seen = async () =>
        (await (await h.get("echo?env=A&env=CARREL_DB_URL&env=SUPABASE_URL")).json()).env;
      assert.deepEqual(await seen(), { A: "one", CARREL_DB_URL: "own", SUPABASE_URL: API });
      assert.ok(h.lines.some((line) => line.includes("SUPABASE_URL is left out")));
      assert.equal(await (await h.get("serve_options")).text(), "hello");
      await h.get("behave/background");
      const slow = h.get("behave/slow");

      await Deno.writeTextFile(greeting, 'export const greeting = "changed";\n');
      await Deno.writeTextFile(secrets, "A=two\n");
      const reloaded = h.service.reload();
      assert.equal(await (await h.get("serve_options")).text(), "changed");
      assert.equal((await seen()).A, "two");
      assert.equal(await (await slow).text(), "slow");
      await reloaded;
    }
    await Deno.remove(folder, { recursive: true });
  });

  Deno.test(`${mode}: waitUntil work goes on after the response`, async () => {
    await using h = await host({ mode });
    assert.equal(await (await h.get("behave/background")).text(), "started");
    await until(async () => (await (await h.get("behave/count")).json()).background === 1);
  });

  Deno.test(`${mode}: two hosts in one process share neither state nor environment`, async () => {
    await using a = await host({ mode, env: { WHO: "a" } });
    await using b = await host({ mode, env: { WHO: "b" } });
    const who = async (h: Host) => (await (await h.get("echo?env=WHO")).json()).env.WHO;
    assert.deepEqual(await Promise.all([who(a), who(b)]), ["a", "b"]);
    await a.get("behave/count");
    assert.equal((await (await b.get("behave/count")).json()).calls, 1);
  });
}

Deno.test("a request without a function, for a disabled one or for shared code is NOT_FOUND", async () => {
  await using h = await host();
  for (const path of ["", "nothing", "disabled", "_shared", "..%2fecho", ".env"]) {
    await assertError(await h.get(path), 404, "NOT_FOUND");
  }
  assert.deepEqual(
    await h.service.slugs(),
    ["behave", "boot_error", "default_fetch", "echo", "no_handler", "serve_object", "serve_options"],
  );
});

Deno.test("methods that hosted does not pass on are refused, and so are WebSockets", async () => {
  await using h = await host();
  assert.equal((await h.get("echo", { method: "HEAD" })).status, 405);
  await assertError(await h.get("echo", { method: "PROPFIND" }), 405, "METHOD_NOT_ALLOWED");
  await assertError(await h.get("echo", { headers: { upgrade: "websocket" } }), 501, "NOT_IMPLEMENTED");
});

Deno.test("verify_jwt, hosted's default, lets valid tokens and API keys through and names what is wrong", async () => {
  await using h = await host({ config: new Map() });
  const now = Math.floor(Date.now() / 1000);
  const valid = await h.keys.sign({ sub: "x", role: "authenticated", exp: now + 60 });
  const expired = await h.keys.sign({ sub: "x", role: "authenticated", exp: now - 60 });
  const hs256 = `${btoa('{"alg":"HS256"}')}.${btoa("{}")}.c2ln`;
  const none = `${btoa('{"alg":"none"}')}.${btoa("{}")}.`;
  const call = (headers: Record<string, string>) => h.get("echo", { headers });

  assert.equal((await call({ authorization: `Bearer ${valid}` })).status, 200);
  assert.equal((await call({ apikey: h.keys.publishableKey })).status, 200);
  assert.equal((await call({ apikey: h.keys.secretKey, authorization: "Bearer sb_x" })).status, 200);
  assert.equal((await h.get("echo", { method: "OPTIONS" })).status, 200);

  await assertError(await call({}), 401, "UNAUTHORIZED_NO_AUTH_HEADER");
  await assertError(await call({ apikey: "sb_publishable_wrong" }), 401, "UNAUTHORIZED_INVALID_JWT_FORMAT");
  await assertError(await call({ authorization: "Bearer abc" }), 401, "UNAUTHORIZED_INVALID_JWT_FORMAT");
  await assertError(
    await call({ authorization: `Bearer ${h.keys.publishableKey}` }),
    401,
    "UNAUTHORIZED_INVALID_JWT_FORMAT",
  );
  await assertError(await call({ authorization: `Bearer ${expired}` }), 401, "UNAUTHORIZED_ASYMMETRIC_JWT");
  await assertError(await call({ authorization: `Bearer ${hs256}` }), 401, "UNAUTHORIZED_LEGACY_JWT");
  await assertError(
    await call({ authorization: `Bearer ${none}` }),
    401,
    "UNAUTHORIZED_UNSUPPORTED_TOKEN_ALGORITHM",
  );
});

Deno.test("child: several isolates share the load, each measured", async () => {
  await using h = await host({ mode: "child", isolates: 2 });
  await Promise.all([h.get("behave/slow"), h.get("behave/slow")]);
  const stats = await h.service.stats();
  assert.deepEqual(stats.map(({ slug, index, state, requests }) => ({ slug, index, state, requests })), [
    { slug: "behave", index: 0, state: "running", requests: 1 },
    { slug: "behave", index: 1, state: "running", requests: 1 },
  ]);
  assert.notEqual(stats[0]?.pid, stats[1]?.pid);
  for (const { pid, usage, bootMs } of stats) {
    assert.notEqual(pid, Deno.pid);
    assert.ok(usage && usage.rssBytes > 10 << 20 && usage.cpuMs > 0, JSON.stringify(usage));
    assert.ok(bootMs && bootMs > 0);
  }
});

Deno.test("the times that ps prints are understood", () => {
  assert.equal(parsePsTime("0:01.25"), 1250);
  assert.equal(parsePsTime("00:01:02"), 62_000);
  assert.equal(parsePsTime("2-01:00:00"), 176_400_000);
});
