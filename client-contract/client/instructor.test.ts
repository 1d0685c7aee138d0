// Instructors' calls against the local stack: what the server really answers is what the contract says.
import { createClient as createSupabase } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import postgres from "postgres";
import { ulid } from "ulid";
import { BatchHeader } from "../contract/batch.ts";
import { createClient } from "./client.ts";
import { ProblemError } from "./client_error.ts";
import { createInstructorRpc } from "./instructor.ts";
import { header, newLearner, newToken, startBench } from "../../supabase/tests/functions/bench.ts";

const isProblem = (code: string) => (error: unknown) => error instanceof ProblemError && error.code === code;

Deno.test("O3: admins and instructors get answers of the contract from every call about cohorts", async () => {
  // No job recounts the answers before they are there: the figures of all learners are counted once a day.
  await using stack = await startBench({ jobs: false });
  const rpcOf = async (id: string, role: string) => {
    const token = await newToken(stack, id, { role });
    return createInstructorRpc(
      createSupabase(stack.apiUrl, stack.publishableKey, { accessToken: () => Promise.resolve(token) }),
    );
  };
  const teacher = crypto.randomUUID();
  const admin = await rpcOf(crypto.randomUUID(), "admin");
  const instructor = await rpcOf(teacher, "instructor");
  const who = await newLearner(stack);
  const sql = postgres(stack.dbUrl(), { max: 1 });
  const [question] = await sql<
    { id: string }[]
  >`select id from content.question where type = 'single_choice' order by key limit 1`;
  const at = new Date().toISOString();
  const answer = () => ({
    id: ulid(),
    type: "attempt.recorded",
    version: 1,
    learner_id: who.id,
    device_id: who.deviceId,
    occurred_at: at,
    utc_offset_minutes: 0,
    body: {
      session_id: ulid(),
      question_id: question?.id,
      content_version: 1,
      answer: { choice: 9 },
      correct: false,
      duration_ms: 5,
    },
  });
  const client = createClient({ url: stack.apiUrl, getToken: () => who.token });
  await client.sync(
    BatchHeader.parse(header(who, { content_version: 1 })),
    [answer(), answer(), answer()].map((event) => JSON.stringify(event)),
  );

  const { id: cohort } = await admin.createCohort({ name: "Biology" });
  assert.equal((await admin.setCohort({ cohort, name: "Biology 1" })).name, "Biology 1");
  assert.deepEqual(
    (await admin.addMembers({ cohort, learners: [who.id, "nobody"] })).map(({ result }) => result),
    ["added", "invalid"],
  );
  await assert.rejects(() => instructor.learners({ cohort }), isProblem("cohort_unknown"));
  assert.deepEqual((await admin.addStaff({ cohort, instructors: [teacher] })).map(({ result }) => result), [
    "added",
  ]);

  assert.deepEqual((await instructor.cohorts()).map(({ name, members }) => [name, members]), [[
    "Biology 1",
    1,
  ]]);
  assert.equal((await instructor.staff({ cohort }))[0]?.staff_id, teacher);
  const [learner] = await instructor.learners({ cohort });
  assert.deepEqual([learner?.attempts, learner?.accuracy, learner?.needs_help], [3, 0, ["repeated_failure"]]);
  assert.deepEqual(await instructor.learners({ cohort, after: learner?.cursor }), []);
  assert.equal((await instructor.needsHelp({ cohort }))[0]?.failures, 3);
  assert.equal((await instructor.syncStates({ cohort }))[0]?.state, "recently_synced");
  assert.equal((await instructor.progress({ cohort }))[0]?.attempts, 3);
  for (const by of ["cohort", "domain", "skill", "question"] as const) {
    assert.equal((await instructor.accuracy({ by, cohort }))[0]?.first_accuracy, 0);
  }
  const revisions = await instructor.accuracy({
    by: "revision",
    cohort,
    question: question?.id,
    sort: "newest",
  });
  assert.deepEqual(revisions.map(({ version, learners }) => [version, learners]), [[1, 1]]);
  assert.deepEqual(
    (await instructor.choices({ cohort, question: question?.id ?? "" })).map((
      { choice, is_right },
    ) => [choice, is_right]),
    [["9", false]],
  );
  assert.equal((await instructor.learnerAnswers({ learner: who.id }))[0]?.attempts, 3);
  assert.deepEqual((await admin.contentHeld()).map(({ version, devices }) => [version, devices]), [[1, 1]]);
  assert.deepEqual(
    (await instructor.contentHeld()).map(({ devices }) => devices),
    [0],
    "one learner is no aggregate",
  );
  await sql`select ops.recount_answers()`;
  assert.deepEqual(await instructor.accuracy({ by: "question" }), [], "one learner is no aggregate");
  assert.equal((await admin.accuracy({ by: "cohort" }))[0]?.attempts, 3);
  await assert.rejects(() => instructor.learners(), isProblem("malformed_request"));
  await assert.rejects(() => instructor.createCohort({ name: "x" }), isProblem("forbidden"));

  assert.deepEqual(
    (await admin.removeStaff({ cohort, instructors: [teacher] })).map(({ result }) => result),
    ["removed"],
  );
  await assert.rejects(() => instructor.learnerAnswers({ learner: who.id }), isProblem("forbidden"));
  assert.deepEqual((await admin.removeMembers({ cohort, learners: [who.id] })).map(({ result }) => result), [
    "removed",
  ]);
  await sql.end();
});
