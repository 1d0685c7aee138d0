// What the functions host does around its isolates.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../until.ts";
import { assertError, host } from "./functions_bench.ts";
import { parsePsTime, processUsage } from "./isolate/usage.ts";

Deno.test("a missing function, a disabled function and shared code are NOT_FOUND", async () => {
  await using h = await host();
  for (const path of ["", "nothing", "disabled", "_shared", "..%2fecho", ".env"]) {
    await assertError(await h.get(path), 404, "NOT_FOUND");
  }
  assert.deepEqual(
    await h.service.slugs(),
    [
      "behave",
      "boot_error",
      "database",
      "default_fetch",
      "echo",
      "no_handler",
      "serve_object",
      "serve_options",
    ],
  );
});

Deno.test("WebSockets and methods that hosted does not pass on are refused", async () => {
  await using h = await host();
  assert.equal((await h.get("echo", { method: "HEAD" })).status, 405);
  await assertError(await h.get("echo", { method: "PROPFIND" }), 405, "METHOD_NOT_ALLOWED");
  await assertError(await h.get("echo", { headers: { upgrade: "websocket" } }), 501, "NOT_IMPLEMENTED");
});

Deno.test("verify_jwt accepts valid tokens and API keys, and names what is wrong with others", async () => {
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

Deno.test("child: several isolates share the load and are measured separately", async () => {
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

Deno.test("child: a process does not outlive a killed stack", async () => {
  const script = `
    import { launchChild } from ${JSON.stringify(new URL("./isolate/child.ts", import.meta.url))};
    const config = { slug: "echo", entry: ${
    JSON.stringify(new URL("../fixtures/supabase/functions/echo/index.ts", import.meta.url))
  } };
    const isolate = await launchChild({ ...config, env: {}, socket: Deno.args[0] }, () => {});
    console.log(isolate.pid);
    setInterval(() => {}, 1000);`;
  const folder = await Deno.makeTempDir();
  const file = join(folder, "launch.ts");
  await Deno.writeTextFile(file, script);
  const stack = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--config",
      fileURLToPath(new URL("../../../deno.json", import.meta.url)),
      file,
      `${folder}/s`,
    ],
    stdout: "piped",
  }).spawn();
  const reader = stack.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const pid = Number((await reader.read()).value);
  assert.ok(await processUsage(pid));
  stack.kill("SIGKILL");
  await stack.status;
  await reader.cancel();
  await until("the process's end", async () => await processUsage(pid) === undefined);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the times of ps are parsed", () => {
  assert.equal(parsePsTime("0:01.25"), 1250);
  assert.equal(parsePsTime("00:01:02"), 62_000);
  assert.equal(parsePsTime("2-01:00:00"), 176_400_000);
});
