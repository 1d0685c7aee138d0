// The wire: error shapes, bad input, and what is public.
import assert from "node:assert/strict";
import { type AuthBench, refusedWith, test } from "./auth_bench.ts";

/** Registers the tests of what does not depend on a user. */
export function protocolContract(bench: AuthBench): void {
  test("errors have two shapes, chosen by the API version", async () => {
    const body = '{"email":"nobody@example.com","password":"wrong-password"}';
    const original = await bench.send("POST", "/token?grant_type=password", body);
    assert.equal(original.status, 400);
    const { code, error_code, msg } = await original.json();
    assert.deepEqual({ code, error_code, msg }, {
      code: 400,
      error_code: "invalid_credentials",
      msg: "Invalid login credentials",
    });
    const version = { "x-supabase-api-version": "2024-01-01" };
    const newer = await bench.send("POST", "/token?grant_type=password", body, version);
    assert.equal(newer.headers.get("x-supabase-api-version"), "2024-01-01");
    assert.deepEqual(await newer.json(), {
      code: "invalid_credentials",
      message: "Invalid login credentials",
    });
  });

  test("malformed bodies, unknown grants and unknown paths", async () => {
    await refusedWith(await bench.send("POST", "/signup", "{"), 400, "bad_json");
    await refusedWith(await bench.send("POST", "/signup", '{"email":5}'), 400, "bad_json");
    await refusedWith(await bench.send("POST", "/token?grant_type=password", ""), 400, "bad_json");
    await refusedWith(
      await bench.send("POST", "/token?grant_type=mystery", "{}"),
      400,
      "invalid_credentials",
    );
    const nowhere = await bench.send("GET", "/nowhere");
    assert.equal(nowhere.status, 404);
    await nowhere.body?.cancel();
  });

  test("keys and settings are public", async () => {
    const { keys } = await (await fetch(`${bench.authUrl}/.well-known/jwks.json`)).json();
    assert(keys.some((key: { alg: string; d?: string }) => key.alg === "ES256" && key.d === undefined));
    const settings = await (await bench.send("GET", "/settings")).json();
    assert.equal(settings.external.email, true);
    assert.equal(settings.external.anonymous_users, true);
    assert.equal(settings.disable_signup, false);
    const health = await bench.send("GET", "/health");
    assert.equal((await health.json()).name, "GoTrue");
  });
}
