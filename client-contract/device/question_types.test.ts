// Questions of every type on a device: shown, graded without a network, sent, and graded the same by the server.
import assert from "node:assert/strict";
import { z } from "zod";
import type { AnswerTo, QuestionType } from "../contract/question.ts";
import { DeviceError } from "./device_error.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { rightAnswer, wrongAnswer } from "../../scripts/testkit/device/answers.ts";
import { startTestServer, type TestServer } from "../../scripts/testkit/device/server.ts";
import { allQuestions } from "../../scripts/testkit/device/study.ts";

const Json = z.string().nullable().transform((text): unknown => text === null ? null : JSON.parse(text));
const Columns = z.object({ type: z.string(), choices: Json, answer: Json, media: Json });

type Row = [type: QuestionType, choices: string[], answer: object, media: object[]];

const QUESTIONS: Row[] = [
  ["single_choice", ["ebb", "flow"], { choice: 1 }, []],
  ["multiple_choice", ["a", "b", "c"], { choices: [2, 0] }, []],
  ["true_false", [], { value: false }, []],
  ["numeric", [], { value: "9.81", tolerance: "0.01" }, []],
  ["short_text", [], { accepted: ["Mitochondrion", "mitochondria"] }, [
    { path: "cell.webp", bytes: 18211, sha256: "0".repeat(64), mime: "image/webp" },
  ]],
];

/** Publishes a skill with one question of each type. */
async function publishTypes({ sql }: TestServer): Promise<void> {
  await sql`insert into content.skill (domain_id, key, title) select id, 'types', 'Types' from content.domain order by key limit 1`;
  for (const [type, choices, answer, media] of QUESTIONS) {
    await sql`
      insert into content.question (skill_id, key, type, prompt, choices, answer, media)
      select s.id, ${`types/${type}`}, ${type}, ${`A ${type}?`}, ${choices}::text[], ${
      JSON.stringify(answer)
    }::text::jsonb,
        ${JSON.stringify(media)}::text::jsonb
      from content.skill s where s.key = 'types'`;
  }
  await sql`select public.publish_release()`;
}

async function bench() {
  const server = await startTestServer();
  const lab = openLab();
  await publishTypes(server);
  const learnerId = crypto.randomUUID();
  const device = lab.open(1, { learnerId, handle: server.handle });
  await device.sync();
  const questions = allQuestions(device).filter(({ key }) => key.startsWith("types/"));
  return {
    server,
    learnerId,
    device,
    questions,
    async [Symbol.asyncDispose]() {
      device[Symbol.dispose]();
      lab[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("C8: a device reads all question types, with their media and the columns that an app shows", async () => {
  await using t = await bench();
  assert.deepEqual(new Set(t.questions.map(({ type }) => type)), new Set(QUESTIONS.map(([type]) => type)));
  for (const [type, choices, key, media] of QUESTIONS) {
    // A release states the rule that grades a short text.
    const answer = type === "short_text" ? { ...key, normalisation: 2 } : key;
    const question = t.questions.find((question) => question.type === type);
    assert.deepEqual(question?.answer, answer);
    assert.deepEqual(question && "choices" in question ? question.choices : [], choices);
    assert.deepEqual(question?.media ?? [], media);
    const columns = t.device.db.get(
      Columns,
      "select type, choices, answer, media from content_row where kind = 'question' and id = ?",
      question?.id ?? "",
    );
    const json = (value: unknown[]) => value.length > 0 ? value : null;
    assert.deepEqual(columns, { type, choices: json(choices), answer, media: json(media) });
  }
});

Deno.test("U4: the device grades answers of every type like the server", async () => {
  await using t = await bench();
  const { device, server } = t;
  const sessionId = device.startSession();
  const told: Record<string, boolean> = {};
  for (const question of t.questions) {
    for (
      const [answer, isRight] of [[rightAnswer(question), true], [wrongAnswer(question), false]] as const
    ) {
      const graded = device.answer({ sessionId, question, answer });
      assert.deepEqual([graded.correct, graded.right], [isRight, question.answer], question.type);
      told[graded.eventId] = graded.correct;
    }
  }
  device.endSession(sessionId);
  const { quarantined } = await device.sync();
  assert.equal(quarantined, 0);
  const rows = await server.sql<{ id: string; graded: boolean }[]>`
    select private.uuid_to_ulid(event_id) as id, graded_correct as graded from learner.attempt
    where user_id = ${t.learnerId}`;
  assert.deepEqual(Object.fromEntries(rows.map(({ id, graded }) => [id, graded])), told);
});

Deno.test("U1, C8: U+2028 and U+2029 in a prompt and in an answer end no line", async () => {
  await using t = await bench();
  const { device, server } = t;
  const prompt = "Which organelle\u2028makes ATP?\u2029";
  await server.sql`update content.question set prompt = ${prompt} where key = 'types/short_text'`;
  await server.sql`select public.publish_release()`;
  await device.sync();
  const question = allQuestions(device).find((question) => question.prompt === prompt) ?? assert.fail();
  const sessionId = device.startSession();
  const graded = device.answer({ sessionId, question, answer: { text: "\u2028mitochondria\u2029" } });
  const { quarantined } = await device.sync();
  const [attempt] = await server.sql<{ id: string; graded: boolean }[]>`
    select private.uuid_to_ulid(event_id) as id, graded_correct as graded from learner.attempt
    where user_id = ${t.learnerId}`;
  assert.deepEqual([quarantined, { ...attempt }], [0, { id: graded.eventId, graded: true }]);
});

Deno.test("U4: an answer of the wrong form is refused and nothing is written", async () => {
  await using t = await bench();
  const { device } = t;
  const sessionId = device.startSession();
  const bad: [QuestionType, AnswerTo<QuestionType>][] = [
    ["single_choice", { choices: [1] }],
    ["single_choice", { choice: 2 }],
    ["multiple_choice", { choice: 1 }],
    ["multiple_choice", { choices: [0, 3] }],
    ["multiple_choice", { choices: [1, 1] }],
    ["true_false", { choice: 0 }],
    ["numeric", { value: "9,81" }],
    ["short_text", { value: "1" }],
  ];
  const { pending } = device.status().outbox;
  for (const [type, answer] of bad) {
    const question = t.questions.find((question) => question.type === type);
    assert.ok(question);
    assert.throws(
      () => device.answer({ sessionId, question, answer }),
      (error) => error instanceof DeviceError && error.code === "invalid_answer",
      JSON.stringify(answer),
    );
  }
  const long = t.questions.find(({ type }) => type === "short_text") ?? assert.fail();
  assert.throws(
    () => device.answer({ sessionId, question: long, answer: { text: "x".repeat(17_000) } }),
    (error) => error instanceof DeviceError && error.code === "event_too_large",
  );
  const none = t.questions.find(({ type }) => type === "multiple_choice") ?? assert.fail();
  assert.equal(
    device.answer({ sessionId, question: none, answer: { choices: [] } }).correct,
    false,
    "nothing ticked",
  );
  assert.equal(device.status().outbox.pending, pending + 1);
});
