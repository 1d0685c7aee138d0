// Whole throw-away stacks, used as an app uses Supabase.
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { isFree } from "./postgres/port.ts";
import { type Stack, throwAwayStack } from "./stack.ts";
import { FIXTURE } from "./testing.ts";
import { ended } from "./until.ts";

const STATELESS = { auth: { persistSession: false, autoRefreshToken: false } };
const start = (who: string) => throwAwayStack({ project: FIXTURE, env: { WHO: who } });

async function learner(stack: Stack) {
  const client = createClient(stack.apiUrl, stack.publishableKey, STATELESS);
  const { data, error } = await client.auth.signInAnonymously();
  assert.equal(error, null);
  assert.ok(data.user && data.session);
  return { client, id: data.user.id, token: data.session.access_token };
}

Deno.test("two stacks in one process share nothing and leave nothing behind", async () => {
  const [a, b] = await Promise.all([start("a"), start("b")]);
  const ports = [a, b].flatMap((stack) => [Number(new URL(stack.apiUrl).port), stack.cluster.port]);
  {
    await using _a = a;
    await using _b = b;
    assert.equal(new Set(ports).size, 4);
    const [ada, bea] = [await learner(a), await learner(b)];

    // A function reaches its own database and its own API, as its caller.
    for (const [who, { client, id }] of [["a", ada], ["b", bea]] as const) {
      const { data, error } = await client.functions.invoke("database");
      assert.equal(error, null);
      assert.deepEqual(data, { role: "postgres", who, user: id, error: null });
    }

    // Neither keys nor tokens are good elsewhere.
    const headers = { apikey: b.publishableKey, authorization: `Bearer ${ada.token}` };
    assert.equal((await fetch(`${b.apiUrl}/auth/v1/user`, { headers })).status, 403);
    const { error } = await createClient(b.apiUrl, a.publishableKey, STATELESS).auth.signInAnonymously();
    assert.equal(error?.status, 401);
  }
  assert.ok(ports.every(isFree));
});

Deno.test("a stack can be closed while it is working", async () => {
  const stack = await start("x");
  const { client } = await learner(stack);
  const channel = client.channel("open").subscribe();
  const never = client.functions.invoke("behave/never").then(({ error }) => error);
  await ended("an end in spite of a function that never answers", stack[Symbol.asyncDispose]());
  assert.ok(await never);
  await channel.unsubscribe();
  await client.removeAllChannels();
  await client.realtime.disconnect();
});
