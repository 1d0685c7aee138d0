// POST /sync/adopt through the local stack: an anonymous user of Auth, an account, and every proof that is none.
import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import type { Stack } from "../../../scripts/local/stack.ts";
import { Adoption } from "../../../client-contract/contract/adoption.ts";
import {
  type Answer,
  call,
  event,
  header,
  type Learner,
  ndjson,
  newLearner,
  push,
  signToken,
  startBench,
} from "./bench.ts";

const DAY_S = 24 * 60 * 60;

/** Somebody who tries the app without an account. */
async function tryFirst(stack: Stack): Promise<Learner> {
  const supabase = createClient(stack.apiUrl, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { data } = await supabase.auth.signInAnonymously();
  assert.ok(data.user && data.session);
  return { id: data.user.id, deviceId: crypto.randomUUID(), token: data.session.access_token };
}

/** What a token says. */
const claimsOf = (token: string): Record<string, unknown> => JSON.parse(atob(token.split(".")[1] ?? ""));

const adopt = (stack: Stack, account: Learner | null, body: BodyInit): Promise<Answer> =>
  call(stack, account, "/sync/adopt", {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
const proofOf = (token: string) => JSON.stringify({ anonymous_token: token });
const codeOf = ({ status, body }: Answer) => [status, body.code, body.info];
const statuses = (answer: Answer) => answer.body.batch.results.map((r: { status: string }) => r.status);

Deno.test("adopt", async (t) => {
  await using stack = await startBench({ jobs: false });

  await t.step("U10: an account adopts an anonymous learner, and their device goes on", async () => {
    const [account, anonymous] = [await newLearner(stack), await tryFirst(stack)];
    const lines = [event(anonymous), event(anonymous), event(anonymous)];
    await push(stack, anonymous, ndjson(header(anonymous), ...lines.slice(0, 2)));
    const answer = await adopt(stack, account, proofOf(anonymous.token));
    assert.equal(answer.status, 200);
    const { learner_id, moved, duplicate, conflict, token } = Adoption.parse(answer.body);
    assert.deepEqual([learner_id, moved, duplicate, conflict], [anonymous.id, 2, 0, 0]);
    assert.deepEqual((await adopt(stack, account, proofOf(anonymous.token))).body, answer.body);

    // What the device still holds names the old id.
    const late = await push(stack, account, ndjson(header(anonymous), ...lines));
    assert.deepEqual(statuses(late), ["duplicate", "duplicate", "applied"]);
    const pulled = await call(stack, account, `/sync?at_least=${token}`);
    assert.equal(pulled.body.changes.filter(({ kind }: { kind: string }) => kind === "session").length, 3);
    const refused = await push(stack, anonymous, ndjson(header(anonymous), event(anonymous)));
    assert.deepEqual(codeOf(refused), [409, "learner_adopted", undefined]);
    assert.equal(refused.body.retryable, false);
    const pull = await call(stack, anonymous, "/sync");
    assert.deepEqual(codeOf(pull), [409, "learner_adopted", undefined]);
  });

  await t.step("U10: a token that expired within 30 days is a proof, an older one is none", async () => {
    const account = await newLearner(stack);
    for (const [days, status] of [[29, 200], [31, 422]]) {
      const anonymous = await tryFirst(stack);
      const { session_id, is_anonymous } = claimsOf(anonymous.token);
      const exp = Math.floor(Date.now() / 1000) - (days ?? 0) * DAY_S;
      const expired = await signToken(stack, anonymous.id, {
        session_id,
        is_anonymous,
        iat: exp - 3600,
        exp,
      });
      const answer = await adopt(stack, account, proofOf(expired));
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      if (status === 200) {
        // What has happened is reported, also once the proof is too old: a device asks again after a restore of the server.
        const old = await signToken(stack, anonymous.id, { session_id, is_anonymous, exp: exp - 9 * DAY_S });
        assert.deepEqual((await adopt(stack, account, proofOf(old))).body, answer.body);
        const stranger = await adopt(stack, await newLearner(stack), proofOf(old));
        assert.deepEqual(codeOf(stranger), [422, "adoption_proof_invalid", "anonymous_token"]);
      }
      // The expired token opens nothing else.
      const pull = await call(stack, { ...anonymous, token: expired }, "/sync");
      assert.deepEqual(codeOf(pull), [401, "token_expired", undefined]);
    }
  });

  await t.step("I9: whatever is no proof is refused, and moves nothing", async () => {
    const [account, other, anonymous] = [
      await newLearner(stack),
      await newLearner(stack),
      await tryFirst(stack),
    ];
    await push(stack, anonymous, ndjson(header(anonymous), event(anonymous)));
    const [head, payload, signature] = anonymous.token.split(".");
    const forged = btoa(JSON.stringify({ ...claimsOf(anonymous.token), sub: other.id }))
      .replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
    const service = await signToken(stack, anonymous.id, { role: "service_role" });
    const noSession = await signToken(stack, anonymous.id, { is_anonymous: true });
    const invalid = [422, "adoption_proof_invalid", "anonymous_token"];
    for (
      const token of [
        "x",
        `${head}.${forged}.${signature}`,
        `${head}.${payload}.`,
        `e30.${payload}.`,
        service,
        noSession,
        // Not anonymous in Auth, whatever the token says of a session that is not theirs.
        await signToken(stack, anonymous.id, { session_id: claimsOf(account.token)["session_id"] }),
      ]
    ) assert.deepEqual(codeOf(await adopt(stack, account, proofOf(token))), invalid, token);

    const malformed = [400, "malformed_request", "anonymous_token"];
    for (const body of ["", "{", "[]", "null", "{}", '{"anonymous_token": 1}', "\xff"]) {
      assert.deepEqual(codeOf(await adopt(stack, account, body)), malformed, body);
    }
    const large = await adopt(stack, account, proofOf("x".repeat(20_000)));
    assert.deepEqual(codeOf(large), [413, "payload_too_large", "16384"]);
    assert.deepEqual(codeOf(await adopt(stack, null, proofOf(anonymous.token))), [
      401,
      "unauthenticated",
      undefined,
    ]);
    const refused = (info: string) => [409, "adoption_refused", info];
    const same = await adopt(stack, anonymous, proofOf(anonymous.token));
    assert.deepEqual(codeOf(same), refused("same_learner"));
    const owned = await adopt(stack, account, proofOf(other.token));
    assert.deepEqual(codeOf(owned), refused("not_anonymous"));
    assert.equal((await call(stack, account, "/sync/adopt")).status, 405);

    // Nothing has happened to the anonymous learner.
    const more = await push(stack, anonymous, ndjson(header(anonymous), event(anonymous)));
    assert.deepEqual(statuses(more), ["applied"]);
  });
});
