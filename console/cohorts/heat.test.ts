// The grid of mastery.
import assert from "node:assert/strict";
import type { CohortProgress } from "../../client-contract/client/instructor.ts";
import { heatOf, heatStep } from "./heat.ts";

const progress = (learner_id: string, skill_key: string, mastery: number): CohortProgress => ({
  learner_id,
  skill_id: crypto.randomUUID(),
  skill_key,
  mastery,
  completed: 0,
  attempts: 1,
  correct: 1,
  practiced_at: null,
  cursor: `${learner_id}|${skill_key}`,
});
const ROWS = [progress("a", "tides", 10), progress("a", "waves", 99), progress("b", "waves", 50)];

Deno.test("O7: the heat map has a cell for each learner and skill, empty where a skill was not begun", () => {
  assert.deepEqual(heatOf(ROWS, true), {
    skills: ["tides", "waves"],
    rows: [{ learner: "a", mastery: [10, 99] }, { learner: "b", mastery: [null, 50] }],
    next: undefined,
  });
});

Deno.test("O7: a page of the heat map that is not the last one leaves its last learner to the next page", () => {
  const { rows, next } = heatOf(ROWS, false);
  assert.deepEqual(rows.map(({ learner }) => learner), ["a"]);
  assert.equal(next, "a|waves");
});

Deno.test("O7: a learner who fills a page alone is shown", () => {
  const { rows, next } = heatOf(ROWS.slice(0, 2), false);
  assert.deepEqual([rows.length, next], [1, "a|waves"]);
});

Deno.test("O7: mastery has four steps of colour", () => {
  assert.deepEqual([0, 24, 25, 50, 75, 100].map(heatStep), [0, 0, 1, 2, 3, 3]);
});
