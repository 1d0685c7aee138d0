// Refresh tokens, sign-out, and access tokens that are worth nothing.
import assert from "node:assert/strict";
import { type AuthBench, bearer, refused, refusedWith, test } from "./auth_bench.ts";

/** Registers the tests of how sessions live and end. */
export function sessionContract(bench: AuthBench): void {
  test("refresh tokens rotate; one that was replaced gives the newest again", async () => {
    await using learner = await bench.newLearner();
    const first = learner.session.refresh_token;
    const second = (await bench.refresh(first)).data.session?.refresh_token;
    assert(second && second !== first);
    assert.equal((await bench.refresh(first)).data.session?.refresh_token, second);
    refused((await bench.refresh("aaaaaaaaaaaa")).error, 400, "refresh_token_not_found");
  });

  test("an old refresh token that turns up late ends the whole family", async () => {
    await using learner = await bench.newLearner();
    const other = await bench.secondDevice(learner);
    const first = learner.session.refresh_token;
    const second = (await bench.refresh(first)).data.session?.refresh_token ?? "";
    const third = (await bench.refresh(second)).data.session?.refresh_token ?? "";
    if (bench.target.ageRefreshTokens) await bench.target.ageRefreshTokens();
    else await new Promise((done) => setTimeout(done, 10_500));
    refused((await bench.refresh(first)).error, 400, "refresh_token_already_used");
    // Hosted's older token format says the first, its newer one the second.
    const { error } = await bench.refresh(third);
    assert.match(error?.code ?? "", /^(refresh_token_already_used|refresh_token_not_found)$/);
    assert.equal(
      (await bench.refresh(other.session.refresh_token)).error,
      null,
      "the other session lives on",
    );
  });

  test("concurrent refreshes with one token all succeed", async () => {
    await using learner = await bench.newLearner();
    const results = await Promise.all(
      Array.from({ length: 5 }, () => bench.refresh(learner.session.refresh_token)),
    );
    assert.deepEqual(results.map(({ error }) => error), [null, null, null, null, null]);
  });

  test("sign-out ends this session, the others, or all", async () => {
    await using learner = await bench.newLearner();
    const [a, b, c] = [
      await bench.secondDevice(learner),
      await bench.secondDevice(learner),
      await bench.secondDevice(learner),
    ];
    const ended = async ({ client, session }: typeof a) => {
      const { error } = await client.auth.getUser(session.access_token);
      refused((await bench.refresh(session.refresh_token)).error, 400, "refresh_token_not_found");
      assert.equal(error?.name, "AuthSessionMissingError");
    };
    assert.equal((await a.client.auth.signOut({ scope: "local" })).error, null);
    await ended(a);
    assert.equal((await b.client.auth.getUser()).error, null);
    assert.equal((await b.client.auth.signOut({ scope: "others" })).error, null);
    await ended(c);
    assert.equal((await b.client.auth.getUser()).error, null);
    assert.equal((await b.client.auth.signOut()).error, null);
    await ended(b);
    const answer = await bench.send(
      "POST",
      "/logout?scope=everywhere",
      "{}",
      bearer((await bench.secondDevice(learner)).session),
    );
    await refusedWith(answer, 400, "validation_failed");
  });

  test("the token of a deleted user is worth nothing here", async () => {
    await using learner = await bench.newLearner();
    await bench.admin.deleteUser(learner.user.id);
    refused((await learner.client.auth.getUser()).error, 403, "user_not_found");
    refused((await bench.refresh(learner.session.refresh_token)).error, 400, "refresh_token_not_found");
  });

  test("tokens that are forged, foreign or no tokens are refused", async () => {
    await using learner = await bench.newLearner();
    const { access_token: token } = learner.session;
    const [header, , signature] = token.split(".");
    const claims = btoa(JSON.stringify({ sub: learner.user.id, role: "service_role", exp: 9e9 }));
    const user = async (jwt: string) => (await bench.newClient().auth.getUser(jwt)).error;
    refused(await user(`${header}.${claims.replaceAll("=", "")}.${signature}`), 403, "bad_jwt");
    refused(await user("not.a.token"), 403, "bad_jwt");
    refused(await user(`${token.slice(0, -10)}AAAAAAAAAA`), 403, "bad_jwt");
  });
}
