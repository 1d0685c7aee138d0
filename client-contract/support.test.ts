// Support's calls against the local stack: what the server really answers is what the contract says.
import { createClient as createSupabase } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import postgres from "postgres";
import { ulid } from "ulid";
import { type Stack, throwAwayStack } from "../scripts/stack/stack.ts";
import { createClient } from "./client.ts";
import { ProblemError } from "./client_error.ts";
import { createRpc } from "./rpc.ts";
import { createSupportRpc } from "./support.ts";

const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const DEVICE = "7b0c1d2e-3f40-4152-8637-48596a7b8c9d";

async function tokenOf(stack: Stack, sub: string, role?: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return await stack.keys.sign({
    sub,
    role: "authenticated",
    aud: "authenticated",
    iss: stack.keys.issuer,
    iat: now,
    exp: now + 3600,
    app_metadata: role ? { role } : {},
  });
}

const isProblem = (code: string) => (error: unknown) => error instanceof ProblemError && error.code === code;

Deno.test("U3, O2: find stuck events, mend, replay, discard, restore, correct, void: as the contract says", async () => {
  await using stack = await throwAwayStack({ migrated: true });
  const supabaseOf = (token: string) =>
    createSupabase(stack.apiUrl, stack.publishableKey, { accessToken: () => Promise.resolve(token) });
  const token = await tokenOf(stack, LEARNER);
  const learner = createRpc(supabaseOf(token));
  const staff = supabaseOf(await tokenOf(stack, crypto.randomUUID(), "support"));
  const support = createSupportRpc(staff);
  const client = createClient({ url: stack.apiUrl, getToken: () => token });
  const sql = postgres(stack.dbUrl(), { max: 1 });
  const [skill] = await sql`select id from content.skill order by id limit 1`;
  await sql.end();

  const event = (mastery: number, id = ulid()) => ({
    id,
    type: "progress.advanced",
    version: 1,
    learner_id: LEARNER,
    device_id: DEVICE,
    occurred_at: new Date().toISOString(),
    utc_offset_minutes: 0,
    body: { skill_id: skill?.id, mastery },
  });
  const header = (more = {}) => ({
    batch_id: ulid(),
    device_id: DEVICE,
    sent_at: new Date().toISOString(),
    contract_version: 1,
    ...more,
  });
  const wrong = event(101);
  const first = event(40);
  const taken = { ...event(60), id: first.id };
  const { batch } = await client.sync(header(), [wrong, first, taken].map((line) => JSON.stringify(line)));
  assert.deepEqual(batch.results.map(({ status, code }) => code ?? status), [
    "invalid_event",
    "applied",
    "id_conflict",
  ]);
  await client.sync(header({ dead_letters: ["not serialisable"] }), ["{]"]);

  assert.deepEqual((await learner.ownQuarantine()).map(({ code }) => code).toSorted(), [
    "id_conflict",
    "invalid_event",
    "invalid_json",
  ]);
  await assert.rejects(() => createSupportRpc(supabaseOf(token)).quarantine(), isProblem("forbidden"));
  const stuck = await support.quarantine({ learner: LEARNER });
  const idOf = (code: string) => stuck.find((row) => row.code === code)?.id ?? assert.fail(code);
  assert.deepEqual((await support.quarantine()).map(({ id }) => id), stuck.map(({ id }) => id));
  assert.equal(stuck.find(({ origin }) => origin === "dead_letter")?.reason, "not serialisable");

  const o = { learner: LEARNER, reason: "shown by a test" };
  const mended = await support.mend({ ...o, id: idOf("invalid_event"), mended: event(70, wrong.id) });
  assert.deepEqual([mended.status, mended.became_event], ["superseded", wrong.id]);
  const [replayed] = await support.replay({ learner: LEARNER, ids: [idOf("id_conflict")], as_new_id: true });
  assert.equal(replayed?.status, "superseded");
  assert.notEqual(replayed?.became_event, first.id);
  assert.deepEqual(await support.replay({ learner: LEARNER, with_code: "unknown_type" }), []);
  const discarded = await support.discard({ ...o, ids: [idOf("invalid_json")] });
  assert.deepEqual(discarded.map(({ status }) => status), ["discarded"]);
  const restored = await support.restore({ ...o, ids: [idOf("invalid_json")] });
  assert.deepEqual(restored.map(({ status, code }) => [status, code]), [["open", "invalid_json"]]);
  const [letter] = await support.quarantine({ learner: LEARNER, with_code: "invalid_json" });
  assert.deepEqual(letter?.actions.map(({ action }) => action), ["discarded", "restored"]);
  await assert.rejects(() => support.discard({ ...o, ids: ["0".repeat(64)] }), isProblem("record_unknown"));
  await assert.rejects(
    () => support.discard({ learner: LEARNER, ids: [idOf("invalid_json")], reason: "" }),
    isProblem("support_invalid"),
  );

  const correction = await support.resetProgress({ ...o, skill: skill?.id, mastery: 55 });
  assert.deepEqual([correction.progress.mastery, correction.progress.reset_event], [55, correction.event_id]);
  const record = { ...o, kind: "skill_progress" as const, id: skill?.id };
  assert.deepEqual(await support.void(record), {
    kind: record.kind,
    id: record.id,
    voided: true,
    changed: true,
  });
  assert.equal((await support.unvoid(record)).changed, true);
  const kinds = new Set((await createRpc(staff).supportTimeline(LEARNER)).map(({ kind }) => kind));
  assert.deepEqual([...kinds].toSorted(), ["action", "batch", "device", "event", "operation", "quarantine"]);
});
