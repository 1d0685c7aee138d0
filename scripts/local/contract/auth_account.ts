// Signing up and in, anonymous users, and what users change about themselves.
import assert from "node:assert/strict";
import { type AuthBench, bearer, PASSWORD, refused, refusedWith, test } from "./auth_bench.ts";

/** Registers the tests of signing up and in, and of the own account. */
export function accountContract(bench: AuthBench): void {
  test("sign-up signs in, with claims that policies and functions read", async () => {
    await using learner = await bench.newLearner({ name: "Ada" });
    const { payload, protectedHeader } = await bench.claimsOf(learner.session);
    assert.equal(protectedHeader.alg, "ES256");
    assert.equal(typeof protectedHeader.kid, "string");
    const { iat = 0, exp = 0, session_id, amr, user_metadata, ...claims } = payload;
    assert.deepEqual(claims, {
      iss: bench.authUrl,
      sub: learner.user.id,
      aud: "authenticated",
      email: learner.email,
      phone: "",
      app_metadata: { provider: "email", providers: ["email"] },
      role: "authenticated",
      aal: "aal1",
      is_anonymous: false,
    });
    assert.equal(exp - iat, learner.session.expires_in);
    assert.equal(learner.session.expires_at, exp);
    assert.match(String(session_id), /^[0-9a-f-]{36}$/);
    assert(Array.isArray(amr));
    assert.equal(amr[0].method, "password");
    assert.deepEqual(user_metadata, {
      name: "Ada",
      sub: learner.user.id,
      email: learner.email,
      email_verified: true,
      phone_verified: false,
    });
    assert.equal(learner.user.identities?.[0]?.provider, "email");
    assert(learner.user.email_confirmed_at && learner.user.last_sign_in_at);
  });

  test("an address signs up once, whatever its case", async () => {
    await using learner = await bench.newLearner();
    const again = await bench.newClient().auth.signUp({
      email: learner.email.toUpperCase(),
      password: PASSWORD,
    });
    refused(again.error, 422, "user_already_exists");
  });

  test("sign-up refuses weak, missing and overlong passwords and malformed addresses", async () => {
    const signUp = async (email: string, password: string) =>
      (await bench.newClient().auth.signUp({ email, password })).error;
    const weak = await signUp(bench.newEmail(), "short");
    refused(weak, 422, "weak_password");
    assert(weak && "reasons" in weak);
    assert.deepEqual(weak.reasons, ["length"]);
    refused(await signUp(bench.newEmail(), ""), 400, "validation_failed");
    refused(await signUp(bench.newEmail(), "x".repeat(73)), 400, "validation_failed");
    refused(await signUp("not an address", PASSWORD), 400, "validation_failed");
  });

  test("sign-in wants the right password, and does not tell what was wrong", async () => {
    await using learner = await bench.newLearner();
    const signIn = async (email: string, password: string) =>
      (await bench.newClient().auth.signInWithPassword({ email, password })).error;
    assert.equal(await signIn(learner.email.toUpperCase(), PASSWORD), null);
    refused(await signIn(learner.email, "something-else"), 400, "invalid_credentials");
    refused(await signIn(bench.newEmail(), PASSWORD), 400, "invalid_credentials");
    refused(await signIn("", PASSWORD), 400, "validation_failed");
  });

  test("an anonymous user becomes a permanent one with an address and password", async () => {
    const client = bench.newClient();
    const { data } = await client.auth.signInAnonymously({ options: { data: { device: "tablet" } } });
    await using learner = bench.learnerOf(client, bench.newEmail(), data);
    const before = (await bench.claimsOf(learner.session)).payload;
    assert.equal(before["is_anonymous"], true);
    assert.equal(before["role"], "authenticated");
    assert.equal(before["email"], "");
    assert.deepEqual(before["app_metadata"], {});
    assert.deepEqual(before["user_metadata"], { device: "tablet" });
    const [signIn] = before["amr"] as { method: string; timestamp: number }[];
    assert.equal(signIn?.method, "anonymous");
    const { iat = 0 } = before;
    assert(
      signIn.timestamp <= iat && signIn.timestamp > iat - 10,
      `signed in at ${signIn.timestamp}, token of ${iat}`,
    );

    refused((await client.auth.updateUser({ password: PASSWORD })).error, 422, "validation_failed");
    const updated = await client.auth.updateUser({ email: learner.email, password: PASSWORD });
    assert.equal(updated.data.user?.is_anonymous, false);
    const renewed = await client.auth.refreshSession();
    assert(renewed.data.session);
    const after = (await bench.claimsOf(renewed.data.session)).payload;
    assert.equal(after["is_anonymous"], false);
    assert.equal(after.sub, learner.user.id);
    assert.deepEqual(after["app_metadata"], { provider: "email", providers: ["email"] });
    assert.equal((await bench.secondDevice(learner)).session.user.id, learner.user.id);
  });

  test("the user's own data: metadata merges, a new password ends other sessions", async () => {
    await using learner = await bench.newLearner({ name: "Ada", city: "London" });
    const other = await bench.secondDevice(learner);
    const { auth } = learner.client;
    const merged = await auth.updateUser({ data: { city: null, level: 3 } });
    assert.equal(merged.data.user?.user_metadata["name"], "Ada");
    assert.equal(merged.data.user?.user_metadata["level"], 3);
    assert(!("city" in (merged.data.user?.user_metadata ?? {})));
    refused((await auth.updateUser({ password: PASSWORD })).error, 422, "same_password");
    refused((await auth.updateUser({ password: "short" })).error, 422, "weak_password");
    assert.equal((await auth.updateUser({ password: `${PASSWORD}-2` })).error, null);
    assert.equal((await other.client.auth.getUser()).error?.name, "AuthSessionMissingError");
    assert.equal((await auth.getUser()).error, null);
    const { email } = learner;
    refused(
      (await bench.newClient().auth.signInWithPassword({ email, password: PASSWORD })).error,
      400,
      "invalid_credentials",
    );
    const promoted = await bench.send(
      "PUT",
      "/user",
      '{"app_metadata":{"role":"admin"}}',
      bearer(learner.session),
    );
    await refusedWith(promoted, 403, "not_admin");
  });
}
