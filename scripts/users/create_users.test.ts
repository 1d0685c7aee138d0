// Users for each role on a local stack, and that no other Supabase gets any.
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { decodeJwt } from "jose";
import { throwAwayStack } from "../start/project.ts";
import { createUsers, emailOf, ROLES, UserRefused } from "./create_users.ts";
import { assertLoopback, resolveTarget, TargetRefused } from "./target.ts";

const stack = await throwAwayStack({ migrated: true });
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

async function signIn(email: string, password: string) {
  const client = createClient(stack.apiUrl, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  return { client, ...await client.auth.signInWithPassword({ email, password }) };
}

Deno.test("each role gets a user who can sign in and whose token has the role", async () => {
  const users = await createUsers(stack);
  assert.deepEqual(users.map(({ role, email, created }) => [role, email, created]), [
    ["learner", "learner@carrel.test", true],
    ["instructor", "instructor@carrel.test", true],
    ["support", "support@carrel.test", true],
    ["admin", "admin@carrel.test", true],
  ]);
  assert.equal(new Set(users.map(({ password }) => password)).size, ROLES.length);
  for (const { role, email, password } of users) {
    const { data, error } = await signIn(email, password);
    assert.equal(error, null);
    const { app_metadata } = decodeJwt<{ app_metadata: { role: string } }>(data.session?.access_token ?? "");
    assert.equal(app_metadata.role, role);
  }
});

Deno.test("an instructor can preview a release, and a learner cannot", async () => {
  const users = await createUsers(stack, "correct-horse-7");
  const preview = async (role: string) => {
    const { client } = await signIn(`${role}@carrel.test`, "correct-horse-7");
    return await client.rpc("preview_release");
  };
  assert.equal(users.length, 4);
  assert.equal((await preview("instructor")).error, null);
  assert.equal((await preview("learner")).error?.code, "CR001");
});

Deno.test("existing users keep their id and get the role and a new password", async () => {
  const before = await createUsers(stack, "correct-horse-7");
  const admin = createClient(stack.apiUrl, stack.secretKey).auth.admin;
  await admin.updateUserById(before[1]?.id ?? "", { app_metadata: { role: "learner" } });
  const after = await createUsers(stack, "correct-horse-8");
  assert.deepEqual(after.map(({ id }) => id), before.map(({ id }) => id));
  assert(after.every(({ created }) => !created));
  assert.notEqual((await signIn(emailOf("instructor"), "correct-horse-7")).error, null);
  const { data } = await signIn(emailOf("instructor"), "correct-horse-8");
  assert.equal(data.user?.app_metadata["role"], "instructor");
});

Deno.test("a refusal of Auth is reported with its reason", async () => {
  await assert.rejects(createUsers(stack, "short"), (error: unknown) => {
    assert(error instanceof UserRefused);
    assert.match(error.message, /^learner@carrel\.test: .*6 characters/);
    return true;
  });
  await assert.rejects(createUsers({ ...stack, secretKey: stack.publishableKey }), UserRefused);
});

Deno.test("addresses of other machines are refused before anything is sent", async () => {
  for (
    const url of ["http://127.0.0.1:54321", "http://localhost:54321", "https://[::1]:1", "http://127.9.9.9"]
  ) {
    assertLoopback(url);
  }
  for (
    const url of [
      "https://abcdefgh.supabase.co",
      "http://127.0.0.1.example.com",
      "http://localhost.example.com",
      "http://192.168.1.2:54321",
      "http://0.0.0.0",
      "http://127.0.0.1@example.com",
      "ftp://localhost",
      "nonsense",
    ]
  ) {
    assert.throws(() => assertLoopback(url), TargetRefused, url);
    await assert.rejects(createUsers({ apiUrl: url, secretKey: "x" }), TargetRefused, url);
    await assert.rejects(resolveTarget({ SUPABASE_URL: url, SUPABASE_SECRET_KEY: "x" }), TargetRefused, url);
  }
});

Deno.test("the target comes from the environment, complete or not at all, or else from the running stack", async () => {
  const env = { SUPABASE_URL: stack.apiUrl, SUPABASE_SECRET_KEY: stack.secretKey };
  assert.deepEqual(await resolveTarget(env), { apiUrl: stack.apiUrl, secretKey: stack.secretKey });
  await assert.rejects(resolveTarget({ SUPABASE_URL: stack.apiUrl }), /both/);
  const empty = await Deno.makeTempDir();
  await assert.rejects(
    resolveTarget({ CARREL_DATA_FOLDER: empty }),
    /No local stack is running: `npm start`/,
  );
  await Deno.remove(empty);
});
