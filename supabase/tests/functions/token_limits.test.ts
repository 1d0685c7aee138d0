// What tokens that nobody signed cost: one check each at most, and delays for those who send many.
import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { Problem } from "../../functions/_shared/problem.ts";
import { tokenChecks } from "../../functions/_shared/token.ts";
import { testClock } from "./clock.ts";

async function bench() {
  const keys = await generateKeyPair("ES256");
  const jwk = { ...await exportJWK(keys.publicKey), kid: "one", alg: "ES256" };
  const clock = testClock();
  const { authenticate } = tokenChecks({ keys: [jwk] }, "http://127.0.0.1:1", undefined, clock);
  const sign = (exp: number) =>
    new SignJWT({ role: "authenticated" }).setProtectedHeader({ alg: "ES256", kid: "one" })
      .setSubject(crypto.randomUUID()).setAudience("authenticated").setExpirationTime(exp).sign(
        keys.privateKey,
      );
  const now = Math.floor(Date.now() / 1000);
  const ask = (token: string) =>
    authenticate(new Request("http://carrel.test", { headers: { authorization: `Bearer ${token}` } }))
      .then(() => "accepted", (error: unknown) => error instanceof Problem ? error.code : String(error));
  return { clock, ask, good: () => sign(now + 3600), expired: () => sign(now - 3600) };
}

Deno.test("U8: a token that is refused once is refused again without a check", async () => {
  const { clock, ask, good, expired } = await bench();
  const [ended, forged] = [await expired(), `${(await good()).slice(0, -10)}AAAAAAAAAA`];
  for (let n = 0; n < 100; n++) {
    assert.deepEqual([await ask(ended), await ask(forged)], ["token_expired", "unauthenticated"]);
  }
  assert.deepEqual(clock.waits(), [], "two failures are few");
});

Deno.test("U8: many tokens that nobody signed are refused slowly, and good ones are accepted at once", async () => {
  const { clock, ask, good } = await bench();
  const token = await good();
  const forged = Array.from({ length: 60 }, (_, n) => `${token.slice(0, -10)}${String(n).padStart(10, "A")}`);
  const answers = forged.map(ask);
  while (clock.waits().length < 40) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(clock.waits().every((ms) => ms >= 500), "the others wait");
  assert.equal(await ask(await good()), "accepted");
  await clock.pass(1500);
  assert.deepEqual(new Set(await Promise.all(answers)), new Set(["unauthenticated"]));
});
