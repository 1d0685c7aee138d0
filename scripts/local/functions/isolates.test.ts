// Unmodified functions in both kinds of isolates.
import assert from "node:assert/strict";
import { join } from "node:path";
import { until } from "../until.ts";
import { API, assertError, FIXTURES, type Host, host } from "./functions_bench.ts";
import type { FunctionsMode } from "./isolate/isolate.ts";

for (const mode of ["in-process", "child"] satisfies FunctionsMode[]) {
  // One host for all that leaves nothing behind: each isolate that is booted costs a third of a second of CPU.
  Deno.test(`${mode}: requests and responses are those of hosted`, async (t) => {
    await using h = await host({ mode, env: { EXTRA: "1" } });

    await t.step("every form of serving works unmodified", async () => {
      assert.equal((await (await h.get("echo")).json()).method, "GET");
      assert.equal(await (await h.get("serve_options")).text(), "hello");
      assert.equal(await (await h.get("serve_object")).text(), "object");
      assert.equal(await (await h.get("default_fetch")).text(), "default");
      const handled = await h.get("serve_options?throw");
      assert.equal(handled.status, 418);
      assert.equal(await handled.text(), "handled");
    });

    await t.step("a function sees hosted's path, the caller's own headers and the exact body", async () => {
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

    await t.step("the environment is that of hosted, without variables of the machine", async () => {
      const names = [
        "SUPABASE_URL",
        "SUPABASE_PUBLISHABLE_KEYS",
        "SUPABASE_SECRET_KEYS",
        "SUPABASE_JWKS",
        "EXTRA",
      ];
      names.push("SUPABASE_DB_URL", "APP_DB_URL", "SUPABASE_FUNCTION_SLUG", "SB_EXECUTION_ID", "PATH");
      const seen = await (await h.get(`echo?${names.map((name) => `env=${name}`).join("&")}`)).json();
      assert.equal(seen.atImport, API);
      assert.equal(seen.env.SUPABASE_URL, API);
      assert.deepEqual(JSON.parse(seen.env.SUPABASE_PUBLISHABLE_KEYS), { default: h.keys.publishableKey });
      assert.deepEqual(JSON.parse(seen.env.SUPABASE_SECRET_KEYS), { default: h.keys.secretKey });
      assert.deepEqual(JSON.parse(seen.env.SUPABASE_JWKS), h.keys.jwks);
      assert.equal(seen.env.SUPABASE_DB_URL, "postgresql://postgres@127.0.0.1:1/postgres");
      assert.equal(seen.env.APP_DB_URL, "postgresql://app_edge@127.0.0.1:1/postgres");
      assert.equal(seen.env.SUPABASE_FUNCTION_SLUG, "echo");
      assert.match(seen.env.SB_EXECUTION_ID, /^[0-9a-f-]{36}$/);
      assert.equal(seen.env.EXTRA, "1");
      assert.equal(seen.env.PATH, undefined);
      assert.equal(seen.hasHome, false);
      assert.equal(seen.sameInProcess, true);
      assert.equal(Deno.env.has("SUPABASE_FUNCTION_SLUG"), false);
    });

    await t.step("responses of every kind arrive unchanged", async () => {
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
      assert.deepEqual([redirect.status, redirect.headers.get("location")], [
        302,
        "https://example.com/there",
      ]);
      const cookies = await h.get("behave/cookies");
      assert.deepEqual(cookies.headers.getSetCookie(), ["a=1", "b=2"]);
      assert.equal(cookies.headers.get("x-latin"), "caf\u00e9");
      assert.equal(cookies.headers.get("content-length"), "2");
      assert.equal(await cookies.text(), "ü");
      const html = await h.get("behave/html");
      assert.equal(html.headers.get("content-type"), "text/plain; charset=utf-8");
      assert.equal(await html.text(), "<b>bold</b>");
    });

    await t.step("bodies stream in both directions", async () => {
      const response = await h.get("behave/stream");
      assert.ok(response.body);
      const pieces: string[] = [];
      for await (const piece of response.body) pieces.push(new TextDecoder().decode(piece));
      assert.deepEqual(pieces, ["piece 0\n", "piece 1\n", "piece 2\n"]);

      let left = 16;
      const megabytes = new ReadableStream({
        pull(controller) {
          if (left-- === 0) controller.close();
          else controller.enqueue(new Uint8Array(1 << 20));
        },
      });
      const upload = await h.get("behave/upload", { method: "POST", body: megabytes });
      assert.deepEqual(await upload.json(), { bytes: 16 << 20 });
    });
  });

  Deno.test(`${mode}: a handler that throws is answered with 500 without details, and the isolate continues`, async () => {
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

  Deno.test(`${mode}: an isolate that dies answers WORKER_ERROR and is started again`, async () => {
    await using h = await host({ mode });
    assert.equal((await (await h.get("behave/count")).json()).calls, 1);
    await assertError(await h.get("behave/crash"), 500, "WORKER_ERROR");
    await until("the isolate's end", () => h.lines.some((line) => line.startsWith("Function behave ended")));
    // A moment later: slot.test.ts has the moment.
    await until("the next isolate", async () => {
      const response = await h.get("behave/count");
      if (response.status === 200) assert.equal((await response.json()).calls, 1);
      else await assertError(response, 503, "BOOT_ERROR");
      return response.status === 200;
    });
    assert.equal((await h.service.stats())[0]?.boots, 2);

    assert.equal(await (await h.get("behave/reject")).text(), "rejects later");
    await until("the isolate's end", async () => (await h.service.stats())[0]?.state === "cold");
  });

  Deno.test(`${mode}: a function that cannot be loaded is BOOT_ERROR, and the log has the reason`, async () => {
    await using h = await host({ mode });
    await assertError(await h.get("boot_error"), 503, "BOOT_ERROR");
    assert.ok(h.lines.some((line) => line.includes("secret reason")), h.lines.join("\n"));
    await assertError(await h.get("no_handler"), 503, "BOOT_ERROR");
    assert.ok(h.lines.some((line) => line.includes("neither calls Deno.serve")), h.lines.join("\n"));
    await h.service.warm();
    assert.equal((await h.get("serve_object")).status, 200);
  });

  Deno.test(`${mode}: a response that begins too late is IDLE_TIMEOUT, and an endless loop is ended`, async () => {
    await using h = await host({ mode });
    for (const fault of ["never", "loop"]) {
      h.limit();
      assert.equal((await (await h.get("behave/count")).json()).calls, 1, "a new isolate");
      h.limit(200);
      await assertError(await h.get(`behave/${fault}`), 504, "IDLE_TIMEOUT");
    }
    h.limit();
    assert.equal((await (await h.get("behave/count")).json()).calls, 1, "a new isolate");
  });

  Deno.test(`${mode}: reload uses changed imports and secrets, and finishes running requests`, async () => {
    const folder = await Deno.makeTempDir();
    const copied = await new Deno.Command("cp", { args: ["-R", `${FIXTURES}/.`, folder] }).output();
    assert.ok(copied.success);
    const greeting = join(folder, "_shared", "greeting.ts");
    const secrets = join(folder, ".env");
    await Deno.writeTextFile(secrets, 'A="one"\nAPP_DB_URL=own\nSUPABASE_URL=forged\n');
    {
      await using h = await host({ mode, folder, graceMs: 60_000 });
      const seen = async () => (await (await h.get("echo?env=A&env=APP_DB_URL&env=SUPABASE_URL")).json()).env;
      assert.deepEqual(await seen(), { A: "one", APP_DB_URL: "own", SUPABASE_URL: API });
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

  Deno.test(`${mode}: waitUntil work continues after the response`, async () => {
    await using h = await host({ mode });
    assert.equal(await (await h.get("behave/background")).text(), "started");
    await until(
      "the work's end",
      async () => (await (await h.get("behave/count")).json()).background === 1,
    );
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
