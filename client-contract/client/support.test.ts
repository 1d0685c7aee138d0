// Support's calls against the local stack: what the server really answers is what the contract says.
import { createClient as createSupabase } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import postgres from "postgres";
import { ulid } from "ulid";
import { BatchHeader } from "../contract/batch.ts";
import { createClient } from "./client.ts";
import { ProblemError } from "./client_error.ts";
import { createRpc } from "./rpc.ts";
import { event, header, newLearner, newToken, startBench } from "../../supabase/tests/functions/bench.ts";
import { createSupportRpc, type Replay } from "./support.ts";
import { createSupportLooks } from "./support_look.ts";

const isProblem = (code: string) => (error: unknown) => error instanceof ProblemError && error.code === code;

Deno.test("U3, O2: support finds, mends, replays, discards, restores, corrects and voids as the contract says", async () => {
  await using stack = await startBench();
  const supabaseOf = (token: string) =>
    createSupabase(stack.apiUrl, stack.publishableKey, { accessToken: () => Promise.resolve(token) });
  const who = await newLearner(stack);
  const { id: learnerId, token } = who;
  const learner = createRpc(supabaseOf(token));
  const staffId = crypto.randomUUID();
  const staff = supabaseOf(await newToken(stack, staffId, { role: "support" }));
  const support = createSupportRpc(staff);
  const client = createClient({ url: stack.apiUrl, getToken: () => token });
  const sql = postgres(stack.dbUrl(), { max: 1 });
  const [skill] = await sql`select id from content.skill order by id limit 1`;
  await sql.end();

  const event = (mastery: number, id = ulid()) => ({
    id,
    type: "progress.advanced",
    version: 1,
    learner_id: learnerId,
    device_id: who.deviceId,
    occurred_at: new Date().toISOString(),
    utc_offset_minutes: 0,
    body: { skill_id: skill?.id, mastery },
  });
  const push = (lines: string[], more = {}) => client.sync(BatchHeader.parse(header(who, more)), lines);
  const wrong = event(101);
  const first = event(40);
  const taken = { ...event(60), id: first.id };
  const { batch } = await push([wrong, first, taken].map((line) => JSON.stringify(line)));
  assert.deepEqual(batch.results.map(({ status, code }) => code ?? status), [
    "invalid_event",
    "applied",
    "id_conflict",
  ]);
  await push(["{]"], { dead_letters: ["not serialisable"] });

  assert.deepEqual((await learner.ownQuarantine()).map(({ code }) => code).toSorted(), [
    "id_conflict",
    "invalid_event",
    "invalid_json",
  ]);
  await assert.rejects(
    () => createSupportRpc(supabaseOf(token)).quarantine({ reason: "curious" }),
    isProblem("forbidden"),
  );
  const look = { reason: "ticket 12" };
  const stuck = await support.quarantine({ ...look, learner: learnerId });
  const idOf = (code: string) => stuck.find((row) => row.code === code)?.id ?? assert.fail(code);
  assert.deepEqual((await support.quarantine(look)).map(({ id }) => id), stuck.map(({ id }) => id));
  assert.equal(stuck.find(({ origin }) => origin === "dead_letter")?.device_reason, "not serialisable");

  const o = { learner: learnerId, reason: "shown by a test" };
  const mended = await support.mend({ ...o, id: idOf("invalid_event"), mended: event(70, wrong.id) });
  assert.deepEqual([mended.status, mended.became_event], ["superseded", wrong.id]);
  const { states: [replayed], remaining } = await support.replay({
    learner: learnerId,
    ids: [idOf("id_conflict")],
    as_new_id: true,
  });
  assert.equal(remaining, 0);
  assert.equal(replayed?.status, "superseded");
  assert.notEqual(replayed?.became_event, first.id);
  assert.deepEqual(await support.replay({ learner: learnerId, with_code: "unknown_type" }), {
    states: [],
    remaining: 0,
    began_at: null,
  });
  const discarded = await support.discard({ ...o, ids: [idOf("invalid_json")] });
  assert.deepEqual(discarded.map(({ status }) => status), ["discarded"]);
  const restored = await support.restore({ ...o, ids: [idOf("invalid_json")] });
  assert.deepEqual(restored.map(({ status, code }) => [status, code]), [["open", "invalid_json"]]);
  const [letter] = await support.quarantine({ ...look, learner: learnerId, with_code: "invalid_json" });
  assert.deepEqual(letter?.actions.map(({ action }) => action), ["discarded", "restored"]);
  await assert.rejects(() => support.discard({ ...o, ids: ["0".repeat(64)] }), isProblem("record_unknown"));
  await assert.rejects(
    () => support.discard({ learner: learnerId, ids: [idOf("invalid_json")], reason: "" }),
    isProblem("support_invalid"),
  );

  const correction = await support.resetProgress({ ...o, skill: skill?.id, mastery: 55 });
  assert.deepEqual([correction.progress.mastery, correction.progress.reset_event], [55, correction.event_id]);
  assert.equal(correction.remaining, 0);
  const record = { ...o, kind: "skill_progress" as const, id: skill?.id };
  assert.deepEqual(await support.void(record), {
    kind: record.kind,
    id: record.id,
    voided: true,
    changed: true,
  });
  assert.equal((await support.unvoid(record)).changed, true);
  const found = await support.find({ ...look, query: wrong.id });
  assert.deepEqual(found.map(({ matched, learner_id, state }) => [matched, learner_id, state]), [
    ["event", learnerId, "present"],
  ]);
  const [fate] = await support.event({ ...look, event: wrong.id });
  assert.deepEqual([fate?.learner_id, fate?.state, fate?.type], [learnerId, "applied", "progress.advanced"]);
  assert.equal((await support.devices({ ...look, learner: learnerId })).length, 1);
  assert.ok((await support.errors(look)).some(({ code }) => code === "invalid_json"));
  await assert.rejects(
    () => support.timeline({ ...look, learner: learnerId, with_answers: true }),
    isProblem("forbidden"),
  );
  const admin = createSupportRpc(
    supabaseOf(await newToken(stack, crypto.randomUUID(), { role: "admin" })),
  );
  await admin.grant({ staff: staffId, reason: "ticket 12", hours: 1 });
  assert.deepEqual((await admin.grants()).map(({ staff_id }) => staff_id), [staffId]);
  const page = { ...look, learner: learnerId, page_rows: 3 };
  const newest = await support.timeline({ ...page, with_answers: true });
  const older = await support.timeline({ ...page, after: newest.at(-1)?.cursor });
  const back = await support.timeline({ ...page, before: older[0]?.cursor });
  assert.deepEqual(back.at(-1), { ...newest.at(-1), detail: back.at(-1)?.detail });
  assert.equal(await admin.endGrant({ staff: staffId, reason: "done" }), 1);
  const kinds = new Set((await support.timeline({ ...look, learner: learnerId })).map(({ kind }) => kind));
  assert.deepEqual([...kinds].toSorted(), ["action", "batch", "device", "event", "operation", "quarantine"]);
});

Deno.test("O2, O3: support and instructors read a learner's attempts page by page, and answers with a grant alone", async () => {
  await using stack = await startBench({ jobs: false });
  const looksOf = (role: string) => newToken(stack, crypto.randomUUID(), { role }).then(looksWith);
  const looksWith = (token: string) =>
    createSupportLooks(
      createSupabase(stack.apiUrl, stack.publishableKey, { accessToken: () => Promise.resolve(token) }),
    );
  const who = await newLearner(stack);
  const client = createClient({ url: stack.apiUrl, getToken: () => who.token });
  const sql = postgres(stack.dbUrl(), { max: 1 });
  const [question] = await sql`select id from content.question where status = 'active' order by id limit 1`;
  await sql.end();
  const ids = [ulid(1), ulid(2), ulid(3)];
  const lines = ids.map((id, n) =>
    JSON.stringify({
      id,
      type: "attempt.recorded",
      version: 1,
      learner_id: who.id,
      device_id: who.deviceId,
      occurred_at: new Date(Date.now() - 60_000 + n).toISOString(),
      utc_offset_minutes: 0,
      body: {
        session_id: ids[0],
        question_id: question?.id,
        content_version: 1,
        answer: { choice: 0 },
        correct: true,
        duration_ms: 1000 + n,
      },
    })
  );
  const { batch } = await client.sync(BatchHeader.parse(header(who)), lines);
  assert.deepEqual(batch.results.map(({ status }) => status), ["applied", "applied", "applied"]);

  const support = await looksOf("support");
  const page = { learner: who.id, reason: "ticket 12", page_rows: 2 };
  const first = await support.attempts(page);
  const second = await support.attempts({ ...page, after: first.at(-1)?.cursor });
  const rows = [...first, ...second];
  assert.deepEqual([first.length, second.length], [2, 1]);
  assert.deepEqual(
    rows.map(({ attempt, voided_at }) => [attempt.event_id, attempt.answer, voided_at]),
    ids.map((id) => [id, {}, null]),
  );
  assert.deepEqual(await support.attempts({ ...page, after: second.at(-1)?.cursor }), []);
  await assert.rejects(() => support.attempts({ ...page, with_answers: true }), isProblem("forbidden"));
  const stranger = await looksOf("instructor");
  await assert.rejects(() => stranger.attempts(page), isProblem("forbidden"));
  await assert.rejects(() => looksWith(who.token).attempts(page), isProblem("forbidden"));
});

Deno.test("U3, O2, O4: support replays step by step for one learner and for all, and answers an alarm", async () => {
  await using stack = await startBench({ jobs: false });
  const staff = await newToken(stack, crypto.randomUUID(), { role: "support" });
  const support = createSupportRpc(
    createSupabase(stack.apiUrl, stack.publishableKey, { accessToken: () => Promise.resolve(staff) }),
  );
  const who = await newLearner(stack);
  const client = createClient({ url: stack.apiUrl, getToken: () => who.token });
  const push = (lines: string[]) => client.sync(BatchHeader.parse(header(who)), lines);
  await push(Array.from({ length: 300 }, (_, n) => `no JSON ${n}`));
  await push([...Array.from({ length: 300 }, (_, n) => `nor this ${n}`), JSON.stringify(event(who))]);

  const tried: string[] = [];
  for (let step: Replay = { states: [], remaining: 1, began_at: null }; step.remaining > 0;) {
    step = await support.replay({ learner: who.id, tried_before: step.began_at });
    tried.push(...step.states.map(({ id }) => id));
  }
  assert.equal(tried.length, 600);
  assert.equal(new Set(tried).size, 600);

  const first = await support.replayForAll({ with_code: "invalid_json", most_learners: 5 });
  const { began_at, ...rest } = first;
  assert.deepEqual(rest, { learners: 1, applied: 0, busy: [], remaining: 100 });
  const last = await support.replayForAll({ with_code: "invalid_json", tried_before: began_at });
  assert.deepEqual(last, { ...first, remaining: 0 });

  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  await sql`update learner.session set end_reason = 'completed' where user_id = ${who.id}`;
  await sql`select ops.check_projections()`;
  await sql.end();
  const [found] = await support.projectionDifferences({ reason: "an alarm", page_learners: 1 });
  assert.deepEqual([found?.learner_id, found?.rows], [who.id, 1]);
  const [difference] = found?.differences ?? [];
  assert.deepEqual(
    [difference?.kind, difference?.live?.end_reason, difference?.rebuilt?.end_reason],
    ["session", "completed", null],
  );
  assert.equal(await support.rebuild({ learner: who.id }), 1);
  assert.deepEqual(await support.projectionDifferences({ reason: "an alarm" }), []);
});
