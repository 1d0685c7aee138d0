// Tokens of projects that sign with a legacy secret, and attempts to pass a key of one kind off as another.
import assert from "node:assert/strict";
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { tokenChecks } from "../../functions/_shared/token.ts";
import { Problem } from "../../functions/_shared/problem.ts";

const SECRET = "a-legacy-secret-of-forty-characters-or-so";
const LEARNER = "1ea40000-0000-4000-8000-000000000001";
const bytes = (text: string) => new TextEncoder().encode(text);
const claims = (more: JWTPayload = {}): JWTPayload => ({
  sub: LEARNER,
  role: "authenticated",
  aud: "authenticated",
  exp: Math.floor(Date.now() / 1000) + 600,
  ...more,
});
const legacy = (payload: JWTPayload, secret: Uint8Array = bytes(SECRET), alg = "HS256") =>
  new SignJWT(payload).setProtectedHeader({ alg, typ: "JWT" }).sign(secret);

const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
const jwk = { ...await exportJWK(publicKey), kid: "one", alg: "ES256" };

/** The learner, or the code of the refusal. */
async function answer(token: string, secret?: string): Promise<string> {
  const { authenticate } = tokenChecks({ keys: [jwk] }, "http://127.0.0.1:1", secret);
  try {
    const request = new Request("http://x", { headers: { authorization: `Bearer ${token}` } });
    return (await authenticate(request)).learner;
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return error.code;
  }
}

Deno.test("I9: tokens of a legacy secret pass once the secret is set, beside those of signing keys", async () => {
  assert.equal(await answer(await legacy(claims()), SECRET), LEARNER);
  const signed = await new SignJWT(claims()).setProtectedHeader({ alg: "ES256", kid: "one" }).sign(
    privateKey,
  );
  assert.equal(await answer(signed, SECRET), LEARNER);
  assert.equal(await answer(signed), LEARNER);
  assert.equal(await answer(await legacy(claims({ exp: 1 })), SECRET), "token_expired");
});

Deno.test("I9: no key is used with an algorithm of another kind", async () => {
  const spki = await exportSPKI(publicKey);
  const forgeries: [string, string][] = [
    ["HS256 with the public key as PEM", await legacy(claims(), bytes(spki))],
    ["HS256 with the public key as JWK", await legacy(claims(), bytes(JSON.stringify(jwk)))],
    ["HS256 with the key's x", await legacy(claims(), bytes(jwk.x ?? ""))],
    ["HS256 with an empty secret's stand-in", await legacy(claims(), bytes(" "))],
    ["HS256 with another secret", await legacy(claims(), bytes(`${SECRET}!`))],
    ["HS512 with the secret", await legacy(claims(), bytes(SECRET.repeat(2)), "HS512")],
    ["HS384 with the secret", await legacy(claims(), bytes(SECRET.repeat(2)), "HS384")],
    ["no signature", new UnsecuredJWT(claims()).encode()],
    [
      "ES256 in the header of an HS256 signature",
      (await legacy(claims())).replace(/^[^.]+/, btoa('{"alg":"ES256","kid":"one"}').replaceAll("=", "")),
    ],
    [
      "HS256 in the header of nothing",
      `${btoa('{"alg":"HS256"}').replaceAll("=", "")}.${btoa("{}").replaceAll("=", "")}.`,
    ],
    [
      "alg in another case",
      (await legacy(claims())).replace(/^[^.]+/, btoa('{"alg":"hs256"}').replaceAll("=", "")),
    ],
    ["no token", "x.y.z"],
    ["no header", "..."],
  ];
  for (const [what, token] of forgeries) {
    assert.equal(await answer(token, SECRET), "unauthenticated", what);
    assert.equal(await answer(token), "unauthenticated", `${what}, without the secret`);
  }
});

Deno.test("I9: the legacy keys of a project are no learners", async () => {
  const key = (role: string, more: JWTPayload = {}) =>
    legacy({ iss: "supabase", ref: "abc", role, iat: 1, exp: claims().exp, ...more });
  for (const role of ["anon", "service_role"]) {
    assert.equal(await answer(await key(role), SECRET), "unauthenticated", role);
    assert.equal(
      await answer(await key(role, { sub: LEARNER, aud: "authenticated" }), SECRET),
      "unauthenticated",
    );
  }
  assert.equal(
    await answer(await key("authenticated", { sub: LEARNER }), SECRET),
    "unauthenticated",
    "no audience",
  );
});

Deno.test("O4: without the secret a legacy token is refused, and the log says once what to do", async () => {
  const logged: string[] = [];
  const { error } = console;
  console.error = (...parts: unknown[]) => logged.push(parts.join(" "));
  try {
    const { authenticate } = tokenChecks({ keys: [jwk] }, "http://127.0.0.1:1");
    for (let i = 0; i < 3; i++) {
      const headers = { authorization: `Bearer ${await legacy(claims())}` };
      await assert.rejects(authenticate(new Request("http://x", { headers })), { code: "unauthenticated" });
    }
  } finally {
    console.error = error;
  }
  assert.equal(logged.length, 1);
  assert.match(logged[0] ?? "", /CARREL_JWT_SECRET.*docs\/deploy\.md/s);
  assert.ok(!logged.join().includes(SECRET));
  assert.throws(() => tokenChecks({ keys: [jwk] }, "http://127.0.0.1:1", "short"), /32 characters/);
});
