// Lists of people as they are typed.
import assert from "node:assert/strict";
import { listProblem, outcomeText, peopleOf } from "./people_words.ts";

Deno.test("O3: a list of people is split at lines, spaces, commas and semicolons, and names each once", () => {
  assert.deepEqual(peopleOf(" ada@school.test, ben@school.test;\r\n\r\nada@school.test\tcleo@school.test "), [
    "ada@school.test",
    "ben@school.test",
    "cleo@school.test",
  ]);
  assert.deepEqual(peopleOf(" \n,; "), []);
});

Deno.test("O3: an empty list and one of more than 500 people are refused before they are sent", () => {
  const many = Array.from({ length: 501 }, (_, number) => `learner-${number}@school.test`);
  assert.match(listProblem([]) ?? "", /required/);
  assert.equal(listProblem(many.slice(1)), null);
  assert.match(listProblem(many) ?? "", /At most 500 .* 501/);
});

Deno.test("O3: only lines that did what was asked are counted", () => {
  const line = (result: "added" | "already_in_cohort") => ({ person: "ada@school.test", id: null, result });
  assert.equal(outcomeText([line("added"), line("already_in_cohort")], "added"), "1 of 2 added.");
});
