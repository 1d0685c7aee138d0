// Sign-outs through Auth, as apps make them: what the functions and RPC answer to a token that is still valid.
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import type { Stack } from "../../../scripts/local/stack.ts";
import { call, event, header, type Learner, ndjson, push, startBench } from "./bench.ts";

const STATELESS = { auth: { persistSession: false, autoRefreshToken: false } };

const supabaseOf = (stack: Stack, key = stack.publishableKey) => createClient(stack.apiUrl, key, STATELESS);

/** Someone with an account, who signs in as often as asked. */
async function newAccount(stack: Stack, appMetadata = {}) {
  const admin = supabaseOf(stack, stack.secretKey);
  const account = { email: `${crypto.randomUUID()}@example.com`, password: "correct-horse-7" };
  const { data, error } = await admin.auth.admin.createUser({
    ...account,
    email_confirm: true,
    app_metadata: appMetadata,
  });
  assert.equal(error, null);
  const id = data.user?.id ?? assert.fail();
  const signIn = async () => {
    const client = supabaseOf(stack);
    const { data: { session } } = await client.auth.signInWithPassword(account);
    const token = session?.access_token ?? assert.fail();
    const learner: Learner = { id, deviceId: crypto.randomUUID(), token };
    return { client, learner };
  };
  return { admin, id, signIn };
}

/** Status and code of a push, a pull and a pull over RPC. */
async function answers(stack: Stack, learner: Learner): Promise<string[]> {
  const said = ({ status, body }: { status: number; body: { code?: string } }) =>
    body.code ? `${status} ${body.code}` : String(status);
  const rpc = await fetch(`${stack.apiUrl}/rest/v1/rpc/learner_changes`, {
    method: "POST",
    body: "{}",
    headers: {
      apikey: stack.publishableKey,
      authorization: `Bearer ${learner.token}`,
      "content-type": "application/json",
    },
  });
  return [
    said(await push(stack, learner, ndjson(header(learner), event(learner)))),
    said(await call(stack, learner, `/sync?device=${learner.deviceId}`)),
    said({ status: rpc.status, body: await rpc.json() }),
  ];
}

const WELCOME = ["200", "200", "200"];
const ENDED = ["401 session_ended", "401 session_ended", "401 CR023"];
const REVOKED = ["403 device_revoked", "403 device_revoked", "400 CR082"];

Deno.test("I9: a sign-out ends pushes and pulls at once, and content can still be read", async () => {
  await using stack = await startBench();
  const { admin, id, signIn } = await newAccount(stack);
  const [a, b, c] = [await signIn(), await signIn(), await signIn()];
  for (const { learner } of [a, b, c]) assert.deepEqual(await answers(stack, learner), WELCOME);

  await a.client.auth.signOut({ scope: "local" });
  assert.deepEqual(await answers(stack, a.learner), ENDED);
  assert.deepEqual(await answers(stack, b.learner), WELCOME);
  await b.client.auth.signOut({ scope: "others" });
  assert.deepEqual(await answers(stack, c.learner), ENDED);
  const { data } = await b.client.auth.refreshSession();
  const refreshed = { ...b.learner, token: data.session?.access_token ?? assert.fail() };
  assert.deepEqual(await answers(stack, refreshed), WELCOME, "a refresh keeps the session");
  await b.client.auth.signOut({ scope: "global" });
  for (const learner of [b.learner, refreshed]) {
    assert.deepEqual(await answers(stack, learner), ENDED);
    assert.equal((await call(stack, learner, "/content/head")).status, 200);
  }

  const again = await signIn();
  assert.deepEqual(await answers(stack, again.learner), WELCOME);
  await admin.auth.admin.updateUserById(id, { ban_duration: "1h" });
  assert.deepEqual(await answers(stack, again.learner), ENDED, "a ban counts at once");
});

Deno.test("U8: a revoked device does not return under a new id, and a new sign-in is welcome", async () => {
  await using stack = await startBench();
  const { signIn } = await newAccount(stack);
  const [tablet, phone] = [await signIn(), await signIn()];
  assert.deepEqual(await answers(stack, tablet.learner), WELCOME);
  const { error } = await phone.client.rpc("revoke_device", { device: tablet.learner.deviceId });
  assert.equal(error, null);
  assert.deepEqual(await answers(stack, tablet.learner), REVOKED);
  const renamed = { ...tablet.learner, deviceId: crypto.randomUUID() };
  assert.deepEqual(await answers(stack, renamed), REVOKED);
  const { data } = await tablet.client.auth.refreshSession();
  assert.deepEqual(
    await answers(stack, { ...renamed, token: data.session?.access_token ?? assert.fail() }),
    REVOKED,
  );
  assert.deepEqual(await answers(stack, phone.learner), WELCOME);
  assert.deepEqual(await answers(stack, (await signIn()).learner), WELCOME);
});

Deno.test("I9: former staff can do nothing with a token that is still valid", async () => {
  await using stack = await startBench();
  const ends = {
    "the role is gone": ({ admin, id }: Staff) =>
      admin.auth.admin.updateUserById(id, { app_metadata: { role: null } }),
    "a ban": ({ admin, id }: Staff) => admin.auth.admin.updateUserById(id, { ban_duration: "1h" }),
    "a deleted account": ({ admin, id }: Staff) => admin.auth.admin.deleteUser(id),
    "a sign-out": ({ client }: Staff) => client.auth.signOut({ scope: "global" }),
  };
  for (const [name, end] of Object.entries(ends)) {
    const account = await newAccount(stack, { role: "admin" });
    const { client, learner } = await account.signIn();
    const staff = createClient(stack.apiUrl, stack.publishableKey, {
      accessToken: () => Promise.resolve(learner.token),
    });
    assert.equal((await staff.rpc("alarms")).error, null, name);
    await end({ ...account, client });
    const code = name === "the role is gone" ? "CR001" : "CR023";
    for (const call of ["alarms", "publish_release", "webhook_endpoints", "support_quarantine"]) {
      assert.equal((await staff.rpc(call)).error?.code, code, `${name}: ${call}`);
    }
  }
});

type Staff = Pick<Awaited<ReturnType<typeof newAccount>>, "admin" | "id"> & {
  client: ReturnType<typeof supabaseOf>;
};
