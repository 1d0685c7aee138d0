// What a line may hold, and the reason that is given for each thing it may not.
import assert from "node:assert/strict";
import { LIMITS } from "./limits.ts";
import { parseLine } from "./line.ts";
import { keyOf, titleOf } from "./text.ts";

const GOOD = {
  key: "anatomy/001",
  domain: "health",
  skill: "anatomy",
  question: "Which bone is the longest?",
  choices: ["Femur", "Tibia"],
  answer: 0,
};

function reasonsFor(change: Record<string, unknown>): string[] {
  const parsed = parseLine(JSON.stringify({ ...GOOD, ...change }));
  return "reasons" in parsed ? parsed.reasons : [];
}

Deno.test("lines with all fields, required fields, cleared fields and unusual texts are valid", () => {
  const all = {
    domain_title: "Health",
    skill_title: "Anatomy",
    explanation: "From hip to knee.",
    difficulty: 5,
    tags: ["bones"],
  };
  const cleared = { explanation: null, difficulty: null, tags: null };
  const awkward = { question: 'a\tb\nc "d" | \\frac{1}{2} ü 🦴 \u2028', choices: ["\\N", "."], answer: 1 };
  const longest = { question: "🦴".repeat(LIMITS.question) };
  for (const change of [{}, all, cleared, awkward, longest]) assert.deepEqual(reasonsFor(change), []);
});

Deno.test("every invalid field has its reason", () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ key: undefined }, "key is missing"],
    [{ key: 7 }, "key must be a text"],
    [
      { key: "Anatomy 1" },
      "key must be 1 to 120 characters of a-z 0-9 _ . / - and begin with a letter or digit",
    ],
    [
      { domain: "数学" },
      "domain gives no key: use letters a-z and digits here, and domain_title for the name",
    ],
    [{ skill: "a".repeat(121) }, "skill is longer than 120 characters"],
    [{ question: " \u00a0\n" }, "question is blank"],
    [{ question: null }, "question must be a text"],
    [{ question: "x".repeat(20_001) }, "question is longer than 20000 characters"],
    [{ question: "a\0b" }, "question holds a NUL character"],
    [{ question: "a\ud800b" }, "question holds half a character (a lone surrogate)"],
    [{ choices: undefined }, "choices is missing"],
    [{ choices: "ab" }, "choices must be a list of texts"],
    [{ choices: [] }, "choices must hold at least 2"],
    [{ choices: Array.from({ length: 21 }, (_, n) => `${n}`) }, "choices must hold at most 20"],
    [{ choices: ["a", "b", ""] }, "choices[2] is blank"],
    [{ choices: ["a", 2] }, "choices[1] must be a text"],
    [{ choices: ["a", "b", "a"] }, "choices[2] looks the same as choices[0]"],
    [{ choices: ["a b", "a \u00a0b"] }, "choices[1] looks the same as choices[0]"],
    [{ choices: ["a", "\u200b\u00ad"] }, "choices[1] is blank"],
    [
      { type: "short_text", choices: undefined, answer: ["a"], normalisation: 3 },
      "normalisation must be from 1 to 2",
    ],
    [{ type: "short_text", choices: undefined, answer: ["\u200b"] }, "answer[0] is blank"],
    [
      { type: "numeric", choices: undefined, answer: "NaN" },
      'answer must be a decimal number as text, such as "9.81"',
    ],
    [
      { type: "numeric", choices: undefined, answer: "1", tolerance: "Infinity" },
      'tolerance must be a decimal number as text, such as "0.01"',
    ],
    [{ answer: undefined }, "answer is missing"],
    [{ answer: "0" }, "answer must be a whole number, the index of a choice from 0"],
    [{ answer: 0.5 }, "answer must be a whole number, the index of a choice from 0"],
    [{ answer: 2 }, "answer is 2, but the choices are 0 to 1"],
    [{ answer: -1 }, "answer is -1, but the choices are 0 to 1"],
    [{ difficulty: 6 }, "difficulty must be from 1 to 5"],
    [{ difficulty: "hard" }, "difficulty must be a whole number from 1 to 5"],
    [{ tags: "bones" }, "tags must be a list of texts"],
    [{ tags: ["x".repeat(61)] }, "tags[0] is longer than 60 characters"],
    [{ explanation: "" }, "explanation is blank"],
    [
      { type: "essay" },
      "type must be one of single_choice, multiple_choice, true_false, numeric, short_text",
    ],
    [{ type: "multiple_choice", answer: 0 }, "answer must be a list of indexes from 0"],
    [{ type: "multiple_choice", answer: [] }, "answer must hold at least 1"],
    [{ type: "multiple_choice", answer: [1, 1] }, "answer names a choice twice"],
    [{ type: "multiple_choice", answer: [0, 2] }, "answer is 2, but the choices are 0 to 1"],
    [{ type: "true_false", answer: true }, "choices belong to single_choice and multiple_choice alone"],
    [{ type: "true_false", choices: [], answer: "true" }, "answer must be true or false"],
    [
      { type: "numeric", choices: undefined, answer: 9.81 },
      'answer must be a decimal number as text, such as "9.81"',
    ],
    [
      { type: "numeric", choices: undefined, answer: "1e3" },
      'answer must be a decimal number as text, such as "9.81"',
    ],
    [{ type: "numeric", choices: undefined, answer: "1", tolerance: "-1" }, "tolerance must not be below 0"],
    [{ type: "short_text", choices: undefined, answer: "yes" }, "answer must be a list of accepted texts"],
    [{ type: "short_text", choices: undefined, answer: [" "] }, "answer[0] is blank"],
    [{ media: [{ path: "a.png" }] }, "media[0] is not a media reference {path, bytes, sha256, mime}"],
    [{ skill_title: "x".repeat(301) }, "skill_title is longer than 300 characters"],
  ];
  for (const [change, reason] of cases) assert.deepEqual(reasonsFor(change), [reason], reason);
  assert.deepEqual(reasonsFor({ key: 1, question: "" }), ["key must be a text", "question is blank"]);
});

Deno.test("lines that are no JSON object or no UTF-8 are refused", () => {
  const broken = {
    '{"a"': "is not JSON: Expected ':' after property name in JSON at position 4",
    "nonsense": "is not JSON: Unexpected token 'o', \"nonsense\"",
    '{"key": 1} {}': "is not JSON: Unexpected non-whitespace character after JSON at position 11",
  };
  for (const [source, reason] of Object.entries(broken)) {
    assert.deepEqual(parseLine(source), { reasons: [reason] });
  }
  for (const source of ["[]", "1", "null", '"text"']) {
    assert.deepEqual(parseLine(source), { reasons: ["is not a JSON object"] }, source);
  }
  const latin1 = Uint8Array.from('{"key": "caf\u00e9"}', (character) => character.charCodeAt(0));
  assert.deepEqual(parseLine(latin1), { reasons: ["is not UTF-8 text; save the file as UTF-8"] });
});

Deno.test("names are split into keys and titles", () => {
  assert.equal(keyOf("computer science"), "computer_science");
  assert.equal(keyOf("Éducation & santé!"), "education_sante");
  assert.equal(keyOf("a_"), "a_", "what is a key already stays");
  assert.equal(keyOf("_x"), "x");
  assert.equal(keyOf("数学"), undefined);
  assert.equal(titleOf("abstract_algebra"), "Abstract algebra");
  assert.equal(titleOf("computer science"), "Computer science");
  assert.equal(titleOf("éa"), "Éa");
});
