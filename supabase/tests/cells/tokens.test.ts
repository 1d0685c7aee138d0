// A cell without accounts takes the tokens of the project that has them, and no others.
import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { fromEnvironment } from "../../functions/_shared/environment.ts";

const SUB = "1a000000-0000-4000-8000-000000000001";

/** A project's signing key, and a token of it. */
async function project(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwks = { keys: [{ ...await exportJWK(publicKey), kid, alg: "ES256" }] };
  const sign = (claims: Record<string, unknown>, expiry: string) =>
    new SignJWT({ role: "authenticated", ...claims }).setProtectedHeader({ alg: "ES256", kid }).setSubject(
      SUB,
    )
      .setAudience("authenticated").setExpirationTime(expiry).sign(privateKey);
  const token = await sign({}, "1h");
  return {
    jwks,
    sign,
    request: new Request("http://carrel.test", { headers: { authorization: `Bearer ${token}` } }),
  };
}

Deno.test("O6, I9: a cell with CARREL_AUTH_URL takes tokens of that project's Auth alone", async () => {
  const [accounts, own] = [await project("accounts"), await project("own")];
  const asked: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    asked.push(new URL(request.url).pathname);
    return Response.json(accounts.jwks);
  });
  const before = Deno.env.toObject();
  const url = `http://127.0.0.1:${server.addr.port}`;
  Deno.env.set("CARREL_DB_URL", "postgresql://carrel_edge@127.0.0.1:1/postgres");
  Deno.env.set("SUPABASE_URL", "http://127.0.0.1:1");
  Deno.env.set("SUPABASE_JWKS", JSON.stringify(own.jwks));
  try {
    const alone = fromEnvironment();
    assert.equal((await alone.authenticate(own.request)).learner, SUB);
    Deno.env.set("CARREL_AUTH_URL", url);
    const cell = fromEnvironment();
    assert.equal((await cell.authenticate(accounts.request)).learner, SUB);
    assert.deepEqual(asked, ["/auth/v1/.well-known/jwks.json"]);
    await assert.rejects(cell.authenticate(own.request), { code: "unauthenticated" });
    // Whom an account may adopt is decided by their session, which can't be looked up from here.
    const session = "1a000000-0000-4000-8000-000000000002";
    const proves = async (checks: typeof cell, claims: Record<string, unknown>, expiry: string) =>
      (await checks.prove(await accounts.sign({ session_id: session, ...claims }, expiry))).session;
    assert.equal(await proves(cell, { is_anonymous: true }, "1h"), session);
    assert.equal(await proves(cell, { is_anonymous: false }, "1h"), null, "somebody's account");
    assert.equal(await proves(cell, {}, "1h"), null, "a token that does not say it");
    assert.equal(await proves(cell, { is_anonymous: true }, "-1h"), null, "an expired token");
    Deno.env.delete("CARREL_AUTH_URL");
    Deno.env.set("SUPABASE_JWKS", JSON.stringify(accounts.jwks));
    assert.equal(await proves(fromEnvironment(), {}, "-1h"), session, "the database looks it up");
    Deno.env.set("CARREL_LEARNER_COMMENT", "*/ drop");
    assert.throws(() => fromEnvironment(), /CARREL_LEARNER_COMMENT must be a word/);
  } finally {
    for (
      const name of [
        "CARREL_DB_URL",
        "SUPABASE_URL",
        "SUPABASE_JWKS",
        "CARREL_AUTH_URL",
        "CARREL_LEARNER_COMMENT",
      ]
    ) {
      const value = before[name];
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
});
