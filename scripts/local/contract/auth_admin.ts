// What the secret key does with users, and that nothing else does it.
import assert from "node:assert/strict";
import { type AuthBench, bearer, PASSWORD, refused, refusedWith, test } from "./auth_bench.ts";

/** Registers the tests of the admin endpoints. */
export function adminContract(bench: AuthBench): void {
  test("app_metadata that an admin sets arrives with the next token", async () => {
    await using learner = await bench.newLearner();
    await bench.admin.updateUserById(learner.user.id, { app_metadata: { role: "instructor" } });
    const { data } = await learner.client.auth.refreshSession();
    assert(data.session);
    const { payload } = await bench.claimsOf(data.session);
    assert.deepEqual(payload["app_metadata"], {
      provider: "email",
      providers: ["email"],
      role: "instructor",
    });
  });

  test("an admin makes, reads, lists, changes and deletes users", async () => {
    const [email, moved] = [bench.newEmail(), bench.newEmail()];
    const attributes = { email, password: PASSWORD, email_confirm: true, app_metadata: { role: "support" } };
    const { data, error } = await bench.admin.createUser({ ...attributes, user_metadata: { name: "Eve" } });
    assert.equal(error, null);
    assert(data.user);
    const { id } = data.user;
    assert.deepEqual(data.user.app_metadata, { provider: "email", providers: ["email"], role: "support" });
    assert.equal(data.user.user_metadata["name"], "Eve");
    refused((await bench.admin.createUser(attributes)).error, 422, "email_exists");
    assert.equal(
      (await bench.newClient().auth.signInWithPassword({ email, password: PASSWORD })).error,
      null,
    );

    const listed = await bench.admin.listUsers({ page: 1, perPage: 1 });
    assert.equal(listed.data.users[0]?.id, id, "newest first");
    assert("total" in listed.data && listed.data.total >= 1);

    const changed = await bench.admin.updateUserById(id, {
      email: moved,
      email_confirm: true,
      app_metadata: { role: null },
    });
    assert.equal(changed.data.user?.email, moved);
    assert(!("role" in (changed.data.user?.app_metadata ?? { role: 0 })));
    assert.equal((await bench.admin.getUserById(id)).data.user?.email, moved);
    refused((await bench.admin.updateUserById(id, { password: "short" })).error, 422, "weak_password");

    assert.equal((await bench.admin.deleteUser(id)).error, null);
    refused((await bench.admin.getUserById(id)).error, 404, "user_not_found");
    refused((await bench.admin.updateUserById(id, {})).error, 404, "user_not_found");
    refused((await bench.admin.createUser({ password: PASSWORD })).error, 400, "validation_failed");
  });

  test("a list of users is paged, with the total and links", async () => {
    await using _a = await bench.newLearner();
    await using _b = await bench.newLearner();
    await using _c = await bench.newLearner();
    const secret = { apikey: bench.target.secretKey };
    const answer = await bench.send("GET", "/admin/users?page=2&per_page=1", undefined, secret);
    const { users } = await answer.json();
    assert.equal(users.length, 1);
    assert(Number(answer.headers.get("x-total-count")) >= 3);
    assert.match(
      answer.headers.get("link") ?? "",
      /<[^>]*page=3&per_page=1>; rel="next", <[^>]*page=\d+[^>]*>; rel="last"/,
    );
    await refusedWith(
      await bench.send("GET", "/admin/users?page=two", undefined, secret),
      400,
      "validation_failed",
    );
  });

  test("admin endpoints are closed to the publishable key and to learners", async () => {
    await using learner = await bench.newLearner();
    refused((await bench.newClient().auth.admin.listUsers()).error, 403, "not_admin");
    const asLearner = await bench.send("GET", "/admin/users", undefined, bearer(learner.session));
    await refusedWith(asLearner, 403, "not_admin");
    const forAnother = await bench.send(
      "DELETE",
      `/admin/users/${learner.user.id}`,
      undefined,
      bearer(learner.session),
    );
    await refusedWith(forAnother, 403, "not_admin");
    assert.equal((await learner.client.auth.getUser()).error, null, "still there");
  });

  test("a banned user can neither sign in nor refresh, until the ban is lifted", async () => {
    await using learner = await bench.newLearner();
    const { id } = learner.user;
    assert.equal((await bench.admin.updateUserById(id, { ban_duration: "24h" })).error, null);
    const credentials = { email: learner.email, password: PASSWORD };
    refused((await bench.newClient().auth.signInWithPassword(credentials)).error, 400, "user_banned");
    refused((await bench.refresh(learner.session.refresh_token)).error, 400, "user_banned");
    refused(
      (await bench.admin.updateUserById(id, { ban_duration: "a day" })).error,
      400,
      "validation_failed",
    );
    assert.equal((await bench.admin.updateUserById(id, { ban_duration: "none" })).error, null);
    assert.equal((await bench.refresh(learner.session.refresh_token)).error, null);
  });

  test("a softly deleted user keeps the row, loses the data and frees the address", async () => {
    await using learner = await bench.newLearner({ name: "Ada" });
    await bench.admin.deleteUser(learner.user.id, true);
    const { data } = await bench.admin.getUserById(learner.user.id);
    assert(data.user?.deleted_at);
    assert.notEqual(data.user.email, learner.email);
    assert.deepEqual(data.user.user_metadata, {});
    assert.equal((await learner.client.auth.getUser()).error?.name, "AuthSessionMissingError");
    const again = bench.newClient();
    const signedUp = await again.auth.signUp({ email: learner.email, password: PASSWORD });
    await using successor = bench.learnerOf(again, learner.email, signedUp.data);
    assert.notEqual(successor.user.id, learner.user.id);
  });
}
