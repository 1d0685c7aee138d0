// What an app expects of the address in front of Supabase's services. The same tests run against the local gateway
// and against any hosted project.
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";

/** The Supabase to test. */
export interface GatewayTarget {
  url: string;
  publishableKey: string;
  secretKey: string;
  /** A user of their own for each call. */
  signIn(): Promise<{ token: string; userId: string }>;
  /** A token for a user that ended before; where it is missing, its tests are skipped. */
  tokenLasting?(userId: string, seconds: number): Promise<string>;
}

/** Paths that are behind a key, one for each service. */
const BEHIND_KEY = [
  "/auth/v1/user",
  "/auth/v1/settings",
  "/rest/v1/contract_nothing",
  "/rest/v1/rpc/contract_nothing",
];

/** Registers the contract's tests with Deno.test. */
export function gatewayContract(target: GatewayTarget): void {
  const test = (behaviour: string, run: () => Promise<void>) =>
    Deno.test(`gateway contract: ${behaviour}`, run);
  const { publishableKey } = target;
  const send = (path: string, init?: RequestInit) => fetch(target.url + path, init);
  const refused = async (response: Response, status: number, body: Record<string, string>) => {
    const got = await response.json();
    assert.equal(response.status, status);
    for (const [field, value] of Object.entries(body)) assert.equal(got[field], value);
  };

  test("a request without an API key is 401", async () => {
    for (const path of BEHIND_KEY) {
      await refused(await send(path), 401, { message: "No API key found in request" });
    }
  });

  test("a request with a wrong API key is 401", async () => {
    for (const apikey of ["sb_publishable_wrong", "wrong"]) {
      for (const path of BEHIND_KEY) {
        await refused(await send(path, { headers: { apikey } }), 401, { message: "Invalid API key" });
      }
    }
  });

  test("supabase-js reports a wrong key as an error with that message", async () => {
    const client = createClient(target.url, "sb_publishable_wrong", { auth: { persistSession: false } });
    const { error, status } = await client.from("contract_nothing").select();
    assert.deepEqual([status, error?.message], [401, "Invalid API key"]);
  });

  test("an unknown path is 404", async () => {
    for (const path of ["/", "/nowhere", "/rest/v9/thing"]) {
      await refused(await send(path, { headers: { apikey: publishableKey } }), 404, {
        error: "requested path is invalid",
      });
    }
  });

  test("an unknown function is 404, with and without a key", async () => {
    const body = { code: "NOT_FOUND", message: "Requested function was not found" };
    await refused(await send("/functions/v1/contract-nothing"), 404, body);
    await refused(
      await send("/functions/v1/contract-nothing", { headers: { apikey: publishableKey } }),
      404,
      body,
    );
  });

  test("supabase-js reports an unknown function as an HTTP error", async () => {
    const client = createClient(target.url, publishableKey, { auth: { persistSession: false } });
    const { error } = await client.functions.invoke("contract-nothing");
    assert.equal(error?.name, "FunctionsHttpError");
    assert.equal(error.context.status, 404);
    await error.context.body?.cancel();
  });

  test("malformed JSON is 400 with the service's code", async () => {
    const init = {
      method: "POST",
      body: "{",
      headers: { apikey: publishableKey, "content-type": "application/json" },
    };
    const auth = await send("/auth/v1/token?grant_type=password", init);
    assert.equal(auth.status, 400);
    assert.equal((await auth.json()).error_code, "bad_json");
  });

  test("the public keys need no API key", async () => {
    const response = await send("/auth/v1/.well-known/jwks.json");
    assert.equal(response.status, 200);
    assert.ok(Array.isArray((await response.json()).keys));
  });

  test("a key may stand in the URL", async () => {
    const response = await send(`/auth/v1/settings?apikey=${publishableKey}`);
    assert.equal(response.status, 200);
    await response.body?.cancel();
  });

  test("a browser of any origin may ask", async () => {
    const preflight = await send("/rest/v1/rpc/contract_nothing", {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "apikey,authorization,content-type",
      },
    });
    await preflight.body?.cancel();
    assert.ok(preflight.ok);
    assert.match(preflight.headers.get("access-control-allow-origin") ?? "", /^(\*|https:\/\/app\.example)$/);
    assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /apikey/i);
    const refusal = await send("/rest/v1/rpc/contract_nothing", {
      headers: { origin: "https://app.example" },
    });
    await refusal.body?.cancel();
    assert.notEqual(refusal.headers.get("access-control-allow-origin"), null);
  });

  const { tokenLasting } = target;
  if (!tokenLasting) return;
  test("an expired token is refused by auth and REST, whatever the key", async () => {
    const { userId } = await target.signIn();
    const authorization = `Bearer ${await tokenLasting(userId, -60)}`;
    for (const apikey of [publishableKey, target.secretKey]) {
      const auth = await send("/auth/v1/user", { headers: { apikey, authorization } });
      assert.equal(auth.status, 403);
      assert.equal((await auth.json()).error_code, "bad_jwt");
      const rest = await send("/rest/v1/rpc/contract_nothing", { headers: { apikey, authorization } });
      assert.equal(rest.status, 401);
      assert.match((await rest.json()).code, /^PGRST30[13]$/);
    }
  });
}
