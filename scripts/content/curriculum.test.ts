// What lines must agree on with each other, and how a file's problems are listed.
import assert from "node:assert/strict";
import { bytesToLines, ImportRefused, readCurriculum } from "./curriculum.ts";

function line(key: string, change: Record<string, unknown> = {}): string {
  const [skill] = key.split("/");
  return JSON.stringify({
    key,
    domain: "d",
    skill,
    question: "?",
    choices: ["a", "b"],
    answer: 0,
    ...change,
  });
}

function problemsOf(lines: string[]) {
  try {
    readCurriculum(lines);
  } catch (error) {
    assert(error instanceof ImportRefused);
    return error.problems;
  }
  return [];
}

Deno.test("domains and skills are in order of first appearance, and questions are counted for each skill", () => {
  const { domains, skills, questions } = readCurriculum([
    line("b/1", { domain: "two" }),
    "",
    line("a/1", { domain: "one", domain_title: "The first" }),
    line("b/2", { domain: "two", skill_title: "Bees" }),
    line("c/1", { domain: "one" }),
  ]);
  assert.deepEqual(domains.map(({ key, place, title }) => [key, place, title]), [["two", 1, undefined], [
    "one",
    2,
    "The first",
  ]]);
  assert.deepEqual(skills.map(({ key, parent, place, title }) => [key, parent, place, title]), [
    ["b", "two", 1, "Bees"],
    ["a", "one", 1, undefined],
    ["c", "one", 2, undefined],
  ]);
  assert.deepEqual(questions.map(({ key, place, line }) => [key, place, line]), [
    ["b/1", 1, 1],
    ["a/1", 1, 3],
    ["b/2", 2, 4],
    ["c/1", 1, 5],
  ]);
});

Deno.test("contradicting lines are refused with their numbers", () => {
  assert.deepEqual(problemsOf([line("a/1"), line("a/1")]), [{
    line: 2,
    reason: "key a/1 is used in line 1 already",
  }]);
  assert.deepEqual(problemsOf([line("a/1"), "", line("a/2", { domain: "e" })]), [
    { line: 3, reason: "skill a is in domain e, but in d in line 1" },
  ]);
  assert.deepEqual(problemsOf([line("a/1", { skill: "数 1" }), line("a/2", { skill: "物 1" })]), [
    { line: 2, reason: 'skill "物 1" has the same key, 1, as "数 1" in line 1' },
  ]);
  assert.deepEqual(problemsOf([line("a/1", { domain_title: "D" }), line("a/2", { domain_title: "E" })]), [
    { line: 2, reason: 'domain_title "E" differs from "D" of the same domain before' },
  ]);
});

Deno.test("all problems are kept, and only the first twenty are shown", () => {
  const lines = [line("a/1"), ...Array.from({ length: 23 }, () => "x")];
  const refused = new ImportRefused(problemsOf(lines));
  assert.equal(refused.problems.length, 23);
  assert.match(
    refused.message,
    /^23 lines can't be imported; nothing was written\.\n {2}line 2: is not JSON/,
  );
  assert.match(refused.message, /\n {2}line 21: [^\n]*\n {2}and 3 more$/);
});

Deno.test("a file without a question is refused", () => {
  for (const lines of [[], ["", " \t\r"]]) {
    assert.deepEqual(problemsOf(lines).map(({ reason }) => reason), ["the file holds no question"]);
  }
});

Deno.test("unknown fields are ignored with one warning each", () => {
  const { warnings } = readCurriculum([
    line("a/1"),
    line("a/2", { note: 1 }),
    line("a/3", { note: 2, source: "x" }),
  ]);
  assert.deepEqual(warnings, [
    'The field "note" is unknown and was ignored (line 2 and 1 more).',
    'The field "source" is unknown and was ignored (line 3).',
  ]);
});

Deno.test("lines end at line feeds; a byte order mark, CRLF and a missing last line feed are accepted", () => {
  const text = `\ufeff${line("a/1")}\r\n\r\n${line("a/2", { question: "ü?" })}`;
  const { questions } = readCurriculum(bytesToLines(new TextEncoder().encode(text)));
  assert.deepEqual(questions.map(({ line, content }) => [line, content.question]), [[1, "?"], [3, "ü?"]]);
  assert.equal([...bytesToLines(new TextEncoder().encode("a\nb\n"))].length, 2);
});

Deno.test("a file in UTF-16 is refused with one reason, with or without a byte order mark", () => {
  const text = `${line("a/1")}\n${line("a/2")}`;
  for (const start of ["\ufeff", ""]) {
    for (const isLittle of [true, false]) {
      const bytes = new Uint8Array(2 * (start.length + text.length));
      const view = new DataView(bytes.buffer);
      for (const [n, unit] of Array.from(start + text).entries()) {
        view.setUint16(2 * n, unit.charCodeAt(0), isLittle);
      }
      assert.throws(() => readCurriculum(bytesToLines(bytes)), /the file is UTF-16 text; save it as UTF-8/);
    }
  }
});
