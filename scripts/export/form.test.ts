// The forms of an export, held to rules that were written from the specifications.
import { Ajv2020 } from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import { attemptStatements, type ExportedAttempt } from "../../client-contract/client/xapi.ts";
import { ATTEMPT } from "../../client-contract/contract/learner_rows.ts";
import { fsrsForm, xapiForm } from "./form.ts";
import { XAPI_STATEMENT } from "./xapi_schema.ts";

const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const HOME = "https://learn.example.org";
const isValid = new Ajv2020({ strict: false }).compile(XAPI_STATEMENT);
const of = (patch: Partial<ExportedAttempt> = {}, answers = false, learnerId = LEARNER) =>
  attemptStatements({ ...ATTEMPT, ...patch }, { learnerId, homePage: `${HOME}/`, answers });

Deno.test("O5: an attempt is a statement that says who answered what, when, how long and how well", () => {
  const [statement] = of();
  assert.ok(statement);
  assert.deepEqual(statement.actor, { objectType: "Agent", account: { homePage: HOME, name: LEARNER } });
  assert.equal(statement.verb.id, "http://adlnet.gov/expapi/verbs/answered");
  assert.deepEqual(statement.object, {
    objectType: "Activity",
    id: `${HOME}/xapi/questions/${ATTEMPT.question_id}`,
    definition: { type: "http://adlnet.gov/expapi/activities/cmi.interaction", interactionType: "choice" },
  });
  assert.deepEqual(statement.result, { success: true, duration: "PT5.20S" });
  assert.equal(statement.timestamp, new Date(ATTEMPT.occurred_at).toISOString());
  assert.equal(of({ graded_correct: null, claimed_correct: false })[0]?.result?.success, false);
});

Deno.test("O5: statements of attempts of every question type are valid, and answers are in them only if asked for", () => {
  const answers: [object, string | undefined, string | undefined][] = [
    [{ choice: 2 }, "choice", "2"],
    [{ choices: [0, 2] }, "choice", "0[,]2"],
    [{ value: false }, "true-false", "false"],
    [{ value: "9.8" }, "numeric", "9.8"],
    [{ text: "my name is Ann" }, "fill-in", "my name is Ann"],
    [{ strange: 1 }, undefined, undefined],
  ];
  for (const [answer, type, response] of answers) {
    for (
      const patch of [{}, { voided: true, voided_at: "2026-11-30T12:00:00.5+00:00" }, {
        graded_correct: null,
      }]
    ) {
      for (const asked of [false, true]) {
        const statements = of({ ...patch, answer: { ...answer } }, asked);
        for (const statement of statements) assert.ok(isValid(statement), JSON.stringify(isValid.errors));
        const [{ object, result } = { object: undefined, result: undefined }] = statements;
        assert.equal(object && "definition" in object ? object.definition?.interactionType : undefined, type);
        assert.equal(result?.response, asked ? response : undefined);
        if (!asked) assert.doesNotMatch(JSON.stringify(statements), /Ann/);
      }
    }
  }
});

Deno.test("O5: the same attempt always has the same statement id, and no two attempts or learners share one", () => {
  const id = (...o: Parameters<typeof of>) => of(...o)[0]?.id;
  assert.equal(id(), id({ voided: true, graded_correct: null }));
  const ids = [id(), id({ event_id: ATTEMPT.session_id }), id({}, false, ATTEMPT.device_id)];
  assert.equal(new Set(ids).size, 3);
});

Deno.test("O5: a voided attempt is followed by the statement that voids it", () => {
  const [answered, voiding] = of({ voided: true, voided_at: "2026-11-30T12:00:00+00:00" });
  assert.deepEqual(voiding?.object, { objectType: "StatementRef", id: answered?.id });
  assert.equal(voiding?.timestamp, "2026-11-30T12:00:00.000Z");
  assert.notEqual(voiding?.id, answered?.id);
});

Deno.test("O5: the rules of xAPI refuse what a record store would refuse", () => {
  const [statement] = of();
  const [, voiding] = of({ voided: true });
  const broken: [string, object][] = [
    ["an id that is a ULID", { ...statement, id: "019b0a7c-0000-0000-0000-000000000000" }],
    ["an object without an absolute id", {
      ...statement,
      object: { objectType: "Activity", id: "questions/1" },
    }],
    ["a property that xAPI does not know", { ...statement, learner: LEARNER }],
    ["null", { ...statement, result: null }],
    ["a time without a zone", { ...statement, timestamp: "2026-11-30T12:00:00" }],
    ["an agent with two identifiers", {
      ...statement,
      actor: { ...statement?.actor, mbox: "mailto:a@example.org" },
    }],
    ["a duration of milliseconds", { ...statement, result: { success: true, duration: "5200" } }],
    ["a voiding of an activity", { ...voiding, object: statement?.object }],
    ["an interaction without its type", {
      ...statement,
      object: {
        ...statement?.object,
        definition: { type: "http://adlnet.gov/expapi/activities/cmi.interaction" },
      },
    }],
  ];
  assert.ok(isValid(statement));
  for (const [what, one] of broken) assert.equal(isValid(one), false, what);
  assert.throws(
    () => xapiForm({ learnerId: LEARNER, homePage: "nowhere" }).lines(ATTEMPT),
    /makes no statement/,
  );
});

Deno.test("O5: reviews are JSON lines, or the optimizer's file", () => {
  assert.deepEqual(fsrsForm(false).lines({ ...ATTEMPT, voided: true }), []);
  const csv = fsrsForm(true);
  const time = Date.parse(ATTEMPT.occurred_at);
  assert.equal(csv.head, "card_id,review_time,review_rating,review_state,review_duration");
  assert.deepEqual(csv.lines(ATTEMPT), [`${ATTEMPT.question_id},${time},3,0,${ATTEMPT.duration_ms}`]);
});
